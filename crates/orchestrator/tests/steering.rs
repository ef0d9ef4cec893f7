//! What people do with tasks, agents, schedules and limits, with nothing but HTTP.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::Server;
use support::watching::Watch;

async fn submit(server: &Server, task: Value) -> String {
    let (status, task) = server.post("/api/v1/tasks", task).await;
    assert_eq!(status, 201, "{task}");
    task["task_id"].as_str().expect("an id").to_owned()
}

/// Lets an agent claim a task and fail it for good.
async fn fail(server: &Server, error_type: &str, max_retries: u32) -> String {
    let id = submit(
        server,
        json!({"task_type": "doomed", "max_retries": max_retries}),
    )
    .await;
    let (_, claimed) = server
        .post("/api/v1/agents/a/claim", json!({"task_types": ["doomed"]}))
        .await;
    let token = &claimed["task"]["fencing_token"];
    let failure = json!({"agent_name": "a", "fencing_token": token, "error_type": error_type,
                         "error_message": "no", "exception_type": "ValueError"});
    let (status, failed) = server
        .post(&format!("/api/v1/tasks/{id}/fail"), failure)
        .await;
    assert_eq!(status, 200, "{failed}");
    id
}

#[tokio::test]
async fn a_key_in_the_header_gives_the_same_task_back() {
    let server = Server::start().await;
    let with_key = async |key: &str, body: Value| {
        let url = format!("{}/api/v1/tasks", server.url);
        let request = server
            .http
            .post(url)
            .header("Idempotency-Key", key)
            .json(&body);
        let reply = request.send().await.unwrap();
        (
            reply.status().as_u16(),
            reply.json::<Value>().await.unwrap(),
        )
    };
    let task = json!({"task_type": "a"});
    let (status, first) = with_key("k", task.clone()).await;
    assert_eq!((status, &first["idempotency_key"]), (201, &json!("k")));
    assert_eq!(
        with_key("k", task.clone()).await.1["task_id"],
        first["task_id"]
    );
    assert_ne!(
        with_key("other", task.clone()).await.1["task_id"],
        first["task_id"]
    );
    let (status, taken) = with_key("k", json!({"task_type": "a", "priority": "high"})).await;
    assert_eq!((status, &taken["error"]["code"]), (409, &json!("conflict")));
    let (status, refused) = with_key("k", json!([task])).await;
    let message = refused["error"]["message"].as_str().unwrap();
    assert_eq!(status, 400);
    assert!(message.contains("give each task of an array"), "{message}");
    let two = json!({"task_type": "a", "idempotency_key": "z"});
    assert_eq!(with_key("k", two).await.0, 400);
}

#[tokio::test]
async fn dead_letters_are_listed_with_their_attempts_and_requeued_by_the_number_that_was_seen() {
    let server = Server::start().await;
    server.register("a").await;
    let ids = [
        fail(&server, "transient", 0).await,
        fail(&server, "transient", 0).await,
    ];
    fail(&server, "permanent", 0).await;
    let (_, dead) = server.get("/api/v1/dead-letters?task_type=doomed").await;
    assert_eq!(dead["total"], 2);
    assert_eq!(dead["tasks"][0]["attempts"][0]["error_message"], "no");

    let requeue = |expected: u64| json!({"state": "dead_letter", "task_type": "doomed", "expected": expected});
    let (status, refused) = server.post("/api/v1/tasks/requeue", requeue(3)).await;
    assert_eq!(
        (status, &refused["error"]["code"]),
        (409, &json!("count_changed"))
    );
    assert_eq!(server.get("/api/v1/tasks?state=queued").await.1["total"], 0);
    let (status, done) = server.post("/api/v1/tasks/requeue", requeue(2)).await;
    assert_eq!((status, done), (200, json!({"requeued": 2, "skipped": []})));
    let (_, queued) = server.get("/api/v1/tasks?state=queued").await;
    let mut found: Vec<&str> = queued["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["task_id"].as_str().unwrap())
        .collect();
    found.sort_unstable();
    let mut ids = ids.each_ref().map(String::as_str);
    ids.sort_unstable();
    assert_eq!(found, ids);

    let cancel = |expected: u64| json!({"state": "queued", "expected": expected});
    assert_eq!(server.post("/api/v1/tasks/cancel", cancel(1)).await.0, 409);
    let (status, done) = server.post("/api/v1/tasks/cancel", cancel(2)).await;
    assert_eq!(
        (status, done),
        (200, json!({"cancelled": 2, "skipped": []}))
    );
}

#[tokio::test]
async fn tasks_are_found_by_a_part_of_what_they_say() {
    let server = Server::start().await;
    server.register("a").await;
    fail(&server, "permanent", 0).await;
    let id = submit(
        &server,
        json!({"task_type": "Writing", "task_id": "Chapter-7"}),
    )
    .await;
    for (text, total) in [
        ("writ", 1),
        ("CHAPTER", 1),
        ("no", 1),
        ("o", 1),
        ("100%", 0),
    ] {
        let (_, page) = server.get(&format!("/api/v1/tasks?text={text}")).await;
        assert_eq!(page["total"], total, "{text}");
    }
    let (_, page) = server
        .get(&format!("/api/v1/tasks?task_id={id}&priority=medium"))
        .await;
    assert_eq!(page["total"], 1);
    let (status, refused) = server.get("/api/v1/tasks?priority=urgent").await;
    assert_eq!(
        (status, &refused["error"]["code"]),
        (400, &json!("invalid_request"))
    );
}

#[tokio::test]
async fn a_draining_agent_gets_nothing_until_it_is_let_in_again() {
    let server = Server::start().await;
    server.register("a").await;
    submit(&server, json!({"task_type": "a"})).await;
    let (status, drained) = server.post("/api/v1/agents/a/drain", json!({})).await;
    assert_eq!(
        (status, &drained["agent"]["status"]),
        (200, &json!("draining"))
    );
    let claim = json!({"task_types": ["a"]});
    assert_eq!(
        server.post("/api/v1/agents/a/claim", claim.clone()).await.0,
        204
    );
    assert_eq!(
        server.post("/api/v1/agents/a/undrain", json!({})).await.0,
        200
    );
    assert_eq!(server.post("/api/v1/agents/a/claim", claim).await.0, 200);
    assert_eq!(
        server
            .post("/api/v1/agents/nobody/drain", json!({}))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn a_task_waits_for_its_children() {
    let server = Server::start().await;
    server.register("a").await;
    let parent = submit(&server, json!({"task_type": "whole"})).await;
    let claim = async |task_type: &str| {
        let body = json!({"task_types": [task_type]});
        server.post("/api/v1/agents/a/claim", body).await.1["task"].clone()
    };
    let token = claim("whole").await["fencing_token"].clone();
    let parts = json!({"agent_name": "a", "fencing_token": token, "children": [
        {"task_type": "part"}, {"task_type": "part"}]});
    let (status, waiting) = server
        .post(&format!("/api/v1/tasks/{parent}/fan_out"), parts)
        .await;
    assert_eq!(
        (status, &waiting["task"]["state"]),
        (200, &json!("waiting")),
        "{waiting}"
    );
    let (_, children) = server
        .get(&format!("/api/v1/tasks?parent_task_id={parent}"))
        .await;
    assert_eq!(children["total"], 2);
    for _ in 0..2 {
        let part = claim("part").await;
        let done = json!({"agent_name": "a", "fencing_token": part["fencing_token"]});
        let path = format!(
            "/api/v1/tasks/{}/complete",
            part["task_id"].as_str().unwrap()
        );
        assert_eq!(server.post(&path, done).await.0, 200);
    }
    assert_eq!(claim("whole").await["task_id"], parent.as_str());
}

#[tokio::test]
async fn schedules_are_kept_paused_run_and_removed() {
    let server = Server::start().await;
    let news =
        json!({"cron": "0 6 * * 1-5", "time_zone": "Europe/Berlin", "task": {"task_type": "news"}});
    let put = async |body: &Value| {
        server
            .call(Method::PUT, "/api/v1/schedules/news", &body.to_string())
            .await
    };
    let (status, kept) = put(&news).await;
    assert_eq!(status, 200, "{kept}");
    assert!(kept["schedule"]["next_at"].is_string());
    let (status, bad) = put(&json!({"cron": "never", "task": {"task_type": "news"}})).await;
    assert_eq!(
        (status.as_u16(), &bad["error"]["code"]),
        (400, &json!("invalid_request"))
    );

    let (_, paused) = server.post("/api/v1/schedules/news/pause", json!({})).await;
    assert_eq!(paused["schedule"]["enabled"], false);
    assert_eq!(paused["schedule"]["next_at"], Value::Null);
    let (_, resumed) = server
        .post("/api/v1/schedules/news/resume", json!({}))
        .await;
    assert_eq!(resumed["schedule"]["next_at"], kept["schedule"]["next_at"]);
    let (status, run) = server.post("/api/v1/schedules/news/run", json!({})).await;
    assert_eq!((status, &run["task"]["task_type"]), (201, &json!("news")));
    let (_, all) = server.get("/api/v1/schedules").await;
    assert_eq!(all["schedules"].as_array().map(Vec::len), Some(1));
    let remove = || server.call(Method::DELETE, "/api/v1/schedules/news", "");
    assert_eq!(remove().await.0, 204);
    assert_eq!(remove().await.0, 404);
    assert_eq!(server.get("/api/v1/schedules/news").await.0, 404);
}

#[tokio::test]
async fn limits_and_policies_are_kept_and_in_force() {
    let server = Server::start().await;
    server.register("a").await;
    let put = async |path: &str, body: Value| {
        let (status, reply) = server.call(Method::PUT, path, &body.to_string()).await;
        (status.as_u16(), reply)
    };
    let one = json!({"max_concurrent": 1});
    assert_eq!(put("/api/v1/limits/task_type/a", one.clone()).await.0, 200);
    assert_eq!(put("/api/v1/limits/everybody/a", one).await.0, 400);
    let (status, bad) = put(
        "/api/v1/limits/agent/a",
        json!({"rate": {"claims": 0, "per_seconds": 1}}),
    )
    .await;
    assert_eq!(status, 400, "{bad}");
    let (_, limits) = server.get("/api/v1/limits").await;
    assert_eq!(
        limits["limits"],
        json!([{"scope": "task_type", "name": "a", "limit": {"max_concurrent": 1}}])
    );
    server
        .post(
            "/api/v1/tasks",
            json!([{"task_type": "a"}, {"task_type": "a"}]),
        )
        .await;
    let claim = json!({"task_types": ["a"]});
    assert_eq!(
        server.post("/api/v1/agents/a/claim", claim.clone()).await.0,
        200
    );
    assert_eq!(
        server.post("/api/v1/agents/a/claim", claim.clone()).await.0,
        204
    );
    let delete = |path: &'static str| server.call(Method::DELETE, path, "");
    assert_eq!(delete("/api/v1/limits/task_type/a").await.0, 204);
    assert_eq!(delete("/api/v1/limits/task_type/a").await.0, 404);
    assert_eq!(server.post("/api/v1/agents/a/claim", claim).await.0, 200);

    let policy = json!({"non_retryable": ["ValueError"]});
    assert_eq!(put("/api/v1/retry-policies/doomed", policy).await.0, 200);
    let id = fail(&server, "transient", 3).await;
    let (_, task) = server.get(&format!("/api/v1/tasks/{id}")).await;
    assert_ne!(
        task["task"]["state"], "queued",
        "a ValueError is not tried again"
    );
    let (_, policies) = server.get("/api/v1/retry-policies").await;
    assert_eq!(policies["policies"][0]["task_type"], "doomed");
    assert_eq!(delete("/api/v1/retry-policies/doomed").await.0, 204);
}

#[tokio::test]
async fn changes_are_told_to_who_watches_and_to_who_comes_back() {
    let server = Server::start().await;
    let watch = async |filter: &str, last: Option<&str>| {
        let mut request = server
            .http
            .get(format!("{}/api/v1/tasks/watch?{filter}", server.url));
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        Watch::new(request.send().await.unwrap())
    };
    let mut all = watch("", None).await;
    let mut of_type = watch("task_type=b", None).await;
    let first = submit(&server, json!({"task_type": "a"})).await;
    let second = submit(&server, json!({"task_type": "b"})).await;
    let (task, id) = all.until(|task| task["task_id"] == first.as_str()).await;
    assert_eq!(task["state"], "queued");
    let (only, _) = of_type.until(|_| true).await;
    assert_eq!(
        only["task_id"],
        second.as_str(),
        "the filter leaves the other out"
    );

    // While nobody watches, one of them changes.
    server
        .post(&format!("/api/v1/tasks/{first}/cancel"), json!({}))
        .await;
    let mut back = watch("task_type=a", Some(&id)).await;
    let (task, _) = back.until(|task| task["state"] == "cancelled").await;
    assert_eq!(task["task_id"], first.as_str());

    let request = server
        .http
        .get(format!("{}/api/v1/tasks/watch", server.url));
    let refused = request
        .header("Last-Event-ID", "yesterday")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 400);
}
