//! Port 8000 as `docs/native-api.md` describes it, with nothing but HTTP.

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use support::Server;

#[tokio::test]
async fn a_task_goes_from_submission_to_completion() {
    let server = Server::start().await;
    let new = json!({"task_id": "t", "task_type": "research", "priority": "high"});
    let (status, task) = server.post("/api/v1/tasks", new.clone()).await;
    assert_eq!((status, &task["state"]), (201, &json!("queued")));
    let fields = "task_id task_type agent_name state priority created_at updated_at completed_at \
                  metadata fencing_token lease_expires_at not_before retry_count max_retries \
                  last_error";
    let named: Vec<&String> = task.as_object().unwrap().keys().collect();
    assert_eq!(named, fields.split_whitespace().collect::<Vec<_>>());
    let (status, several) = server
        .post("/api/v1/tasks", json!([new, {"task_type": "editing"}]))
        .await;
    assert_eq!((status, several.as_array().unwrap().len()), (201, 2));
    assert_eq!(several[0], task);

    server.register("a").await;
    let claim = json!({"task_types": ["research"]});
    let (status, claimed) = server.post("/api/v1/agents/a/claim", claim.clone()).await;
    assert_eq!(
        (status, &claimed["task"]["fencing_token"]),
        (200, &json!(1))
    );
    assert_eq!(server.post("/api/v1/agents/a/claim", claim).await.0, 204);
    let proof = json!({"agent_name": "a", "fencing_token": 1});
    let (status, renewed) = server.post("/api/v1/tasks/t/renew", proof.clone()).await;
    assert_eq!(status, 200);
    assert!(
        renewed["task"]["lease_expires_at"].as_str()
            >= claimed["task"]["lease_expires_at"].as_str()
    );
    let done = json!({"agent_name": "a", "fencing_token": 1, "result": {"n": 1},
                      "follow_up": [{"task_type": "fact_checking"}]});
    let (status, completed) = server.post("/api/v1/tasks/t/complete", done).await;
    assert_eq!(
        (status, &completed["task"]["state"]),
        (200, &json!("completed"))
    );

    let (_, detail) = server.get("/api/v1/tasks/t").await;
    assert_eq!(detail["attempts"][0]["metadata"]["result"], json!({"n": 1}));
    let (_, page) = server.get("/api/v1/tasks?correlation_id=t&limit=1").await;
    assert_eq!(
        (&page["total"], page["tasks"].as_array().unwrap().len()),
        (&json!(2), 1)
    );
    assert_eq!(page["counts"], json!({"queued": 2, "completed": 1}));
    let (_, agents) = server.get("/api/v1/agents").await;
    assert_eq!(agents["agents"][0]["completed_tasks"], 1);

    let failed = json!({"agent_name": "a", "fencing_token": 1, "error_type": "permanent",
                        "error_message": "no"});
    let (status, refused) = server.post("/api/v1/tasks/t/fail", failed).await;
    assert_eq!(
        (status, &refused["error"]["code"]),
        (409, &json!("stale_claim"))
    );
}

#[tokio::test]
async fn retries_that_ran_out_are_counted_and_no_other_failure() {
    const COUNTED: &str = "errors_encountered_total{error_type=\"max_retries_exceeded\"} 1";
    let server = Server::start().await;
    server.register("a").await;
    for (task_id, error_type) in [("p", "permanent"), ("t", "transient")] {
        let task_type = format!("m_exhausted_{task_id}");
        let task = json!({"task_type": task_type, "task_id": task_id, "max_retries": 0});
        assert_eq!(server.post("/api/v1/tasks", task).await.0, 201);
        let claim = json!({"task_types": [task_type]});
        assert_eq!(server.post("/api/v1/agents/a/claim", claim).await.0, 200);
        let failed = json!({"agent_name": "a", "fencing_token": 1, "error_type": error_type,
                            "error_message": "no"});
        let (status, reply) = server
            .post(&format!("/api/v1/tasks/{task_id}/fail"), failed)
            .await;
        assert_eq!(status, 200, "{reply}");
        let (_, page) = server.get("/metrics").await;
        let counted = page.as_str().unwrap().contains(COUNTED);
        assert_eq!(counted, error_type == "transient", "{page}");
    }
}

#[tokio::test]
async fn a_waiting_claim_is_woken_by_a_new_task_and_by_the_end() {
    let server = Arc::new(Server::start().await);
    server.register("a").await;
    let wait = |task_type: &'static str| {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            let body = json!({"task_types": [task_type], "wait_ms": 30_000});
            server.post("/api/v1/agents/a/claim", body).await.0
        })
    };
    // Nothing shows that a request waits. Were it late, the test would be weaker, not wrong.
    let settle = || tokio::time::sleep(Duration::from_millis(200));
    let started = Instant::now();
    let submitted = wait("research");
    settle().await;
    server
        .post("/api/v1/tasks", json!({"task_type": "research"}))
        .await;
    assert_eq!(submitted.await.unwrap(), 200);

    let followed = wait("editing");
    settle().await;
    let done =
        json!({"agent_name": "a", "fencing_token": 1, "follow_up": [{"task_type": "editing"}]});
    let (_, page) = server.get("/api/v1/tasks?state=in_progress").await;
    let id = page["tasks"][0]["task_id"].as_str().unwrap();
    server
        .post(&format!("/api/v1/tasks/{id}/complete"), done)
        .await;
    assert_eq!(followed.await.unwrap(), 200);

    let ended = wait("research");
    settle().await;
    server.end.cancel();
    assert_eq!(ended.await.unwrap(), 204);
    assert!(
        started.elapsed() < Duration::from_secs(25),
        "woken, not timed out"
    );
}

/// Method, path and body; then status, code and a part of the message.
const REFUSALS: [(Method, &str, &str, u16, &str, &str); 12] = [
    (
        Method::POST,
        "/api/v1/tasks",
        "{\"task_type\": 7}",
        400,
        "invalid_request",
        "expected a string at line 1",
    ),
    (
        Method::POST,
        "/api/v1/tasks",
        "{",
        400,
        "invalid_request",
        "EOF",
    ),
    (
        Method::POST,
        "/api/v1/tasks",
        "{\"task_type\": \"\"}",
        400,
        "invalid_request",
        "task_type: is empty",
    ),
    (
        Method::POST,
        "/api/v1/tasks",
        "{\"priority\": \"low\"}",
        400,
        "invalid_request",
        "missing field `task_type`",
    ),
    (
        Method::GET,
        "/api/v1/tasks?state=lost",
        "",
        400,
        "invalid_request",
        "queued, in_progress",
    ),
    (
        Method::GET,
        "/api/v1/tasks?limit=x",
        "",
        400,
        "invalid_request",
        "limit",
    ),
    (
        Method::GET,
        "/api/v1/tasks/none",
        "",
        404,
        "not_found",
        "there is no task \"none\"",
    ),
    (
        Method::POST,
        "/api/v1/tasks/none/retry",
        "",
        404,
        "not_found",
        "none",
    ),
    (
        Method::POST,
        "/api/v1/agents/nobody/heartbeat",
        "",
        404,
        "not_found",
        "nobody",
    ),
    (
        Method::POST,
        "/api/v1/agents/nobody/claim",
        "{\"task_types\": [\"x\"]}",
        404,
        "not_found",
        "nobody",
    ),
    (
        Method::DELETE,
        "/api/v1/tasks",
        "",
        405,
        "invalid_request",
        "DELETE",
    ),
    (
        Method::GET,
        "/api/v2/tasks",
        "",
        404,
        "not_found",
        "/api/v2/tasks",
    ),
];

#[tokio::test]
async fn bad_requests_are_refused_in_one_shape_that_says_what_and_what_next() {
    let server = Server::start().await;
    for (method, path, body, status, code, word) in REFUSALS {
        let (given, reply) = server.call(method, path, body).await;
        assert_eq!(
            (given.as_u16(), &reply["error"]["code"]),
            (status, &json!(code)),
            "{path} {reply}"
        );
        let message = reply["error"]["message"].as_str().unwrap();
        assert!(message.contains(word), "{path}: {message}");
    }
    let (_, reply) = server
        .post("/api/v1/agents/nobody/heartbeat", json!({}))
        .await;
    assert_eq!(reply["error"]["hint"], "register with POST /api/v1/agents");
    let large = "x".repeat(17 * 1024 * 1024);
    let (status, reply) = server.call(Method::POST, "/api/v1/tasks", &large).await;
    assert_eq!(
        (status.as_u16(), &reply["error"]["code"]),
        (413, &json!("too_large"))
    );
    server
        .post("/api/v1/tasks", json!({"task_type": "x", "task_id": "t"}))
        .await;
    let other = json!({"task_type": "y", "task_id": "t"});
    assert_eq!(
        server.post("/api/v1/tasks", other).await.1["error"]["code"],
        "conflict"
    );
    let (status, reply) = server.post("/api/v1/tasks/t/retry", json!({})).await;
    assert_eq!(
        (status, &reply["error"]["code"]),
        (409, &json!("wrong_state"))
    );
}

#[tokio::test]
async fn health_tells_of_a_store_that_does_not_answer_and_metrics_are_text() {
    let server = Server::start().await;
    let well = json!({"status": "ok", "state": "ok"});
    assert_eq!(server.get("/health").await, (200, well));
    server
        .post(
            "/api/v1/tasks",
            json!({"task_type": "m_health", "task_id": "t"}),
        )
        .await;
    server.register("a").await;
    server
        .post(
            "/api/v1/agents/a/claim",
            json!({"task_types": ["m_health"]}),
        )
        .await;
    let (status, page) = server.get("/metrics").await;
    assert_eq!(status, 200);
    let page = page.as_str().unwrap();
    assert!(
        page.contains("tasks_dispatched_total{task_type=\"m_health\"} 1"),
        "{page}"
    );
    server.store.close().await;
    let (status, reply) = server.get("/health").await;
    assert_eq!((status, &reply["state"]), (503, &json!("unreachable")));
    assert_eq!(reply["error"]["code"], "unavailable");
    assert!(reply["reason"].as_str().unwrap().contains("closed pool"));
    server.end.cancel();
    server.served.await.unwrap().unwrap();
}
