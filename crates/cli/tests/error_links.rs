//! The ways between a line in the logs, its error group, the task it failed and the journey: one failure is one
//! error, and everything leads to the group that counts it, whichever version of the fingerprint made that.

mod support;

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use support::Server;
use swarmscope_error_groups::{Fingerprints, Newest};
use swarmscope_model::error_groups::{ErrorGroupStore, GroupBatch, GroupChange, Occurrence};
use swarmscope_model::{Severity, Timestamp};
use swarmscope_state::SqliteState;

async fn eventually(what: &str, look: impl AsyncFn() -> Option<Value>) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn reply(server: &Server, path: &str) -> (u16, Value) {
    let reply = reqwest::get(server.ui_url(path)).await.expect("a reply");
    let status = reply.status().as_u16();
    (status, reply.json().await.expect("JSON"))
}

async fn index(server: &Server, id: &str, event: &Value) {
    let line = format!("{{\"index\":{{\"_index\":\"agents\",\"_id\":\"{id}\"}}}}\n{event}\n");
    let (status, reply) = server.elastic(Method::POST, "/_bulk", line).await;
    assert_eq!((status, &reply["errors"]), (200, &json!(false)), "{reply}");
}

async fn group_of(server: &Server, id: &str) -> Value {
    let path = format!("/api/v1/errors/of_event?index=agents&id={id}");
    eventually("the error is grouped", async || {
        let (status, body) = reply(server, &path).await;
        (status == 200).then_some(body)
    })
    .await
}

fn error(correlation: &str, message: &str) -> Value {
    json!({"timestamp": Timestamp::now().to_string(), "agent_name": "writer", "event_type": "operation_failed",
        "severity": "ERROR", "message": message, "metadata": {"correlation_id": correlation}})
}

async fn orchestrator(server: &Server, path: &str, body: Value) -> Value {
    let url = format!("http://{}{path}", server.ports.orchestrator);
    let request = reqwest::Client::new().post(url).json(&body).send();
    let response = request.await.expect("the orchestrator answers");
    assert!(response.status().is_success(), "{path}");
    response.json().await.expect("JSON")
}

#[tokio::test]
async fn a_line_in_the_logs_leads_to_its_group() {
    let server = Server::start().await;
    index(&server, "1", &error("c-1", "the printer is on fire")).await;
    index(&server, "2", &error("c-1", "the printer is on fire")).await;
    index(
        &server,
        "fine",
        &json!({"severity": "INFO", "message": "fine"}),
    )
    .await;
    let group = group_of(&server, "2").await["group"].take();
    assert_eq!(
        group["title"], "operation_failed: the printer is on fire",
        "{group}"
    );
    for (id, says) in [
        ("fine", "belongs to no error group"),
        ("gone", "there is no document"),
    ] {
        let path = format!("/api/v1/errors/of_event?index=agents&id={id}");
        let (status, body) = reply(&server, &path).await;
        let message = body["error"]["message"].as_str().expect("a message");
        assert_eq!(status, 404);
        assert!(message.contains(says), "{message}");
        assert!(body["error"]["hint"].is_string(), "{body}");
    }
    // An error that threw nothing has a group, too, and its journey leads there.
    let (_, journey) = reply(&server, "/api/v1/journeys/c-1").await;
    let entry = &journey["entries"][0];
    assert_eq!(entry["error"]["group"], group["id"], "{journey}");
    assert_eq!(entry["error"]["type"], "operation_failed");
}

#[tokio::test]
async fn an_error_leads_to_the_group_of_an_older_version_that_counts_it() {
    let server = Server::start().await;
    let event = error("c-2", "the model answered with status code 429");
    let identity = Newest.identify(1, event.to_string().as_bytes());
    let newest = Newest.identify(2, event.to_string().as_bytes());
    assert_ne!(identity.id, newest.id);
    let occurrence = Occurrence {
        index: "agents".into(),
        id: "before the upgrade".into(),
        timestamp: Timestamp::now(),
        severity: Severity::Error,
        agent_name: "writer".into(),
        version: None,
        task_type: None,
        task_id: None,
        correlation_id: None,
        message: "the model answered with status code 500".into(),
    };
    let batch = GroupBatch {
        source: "another log store".into(),
        after: None,
        cursor: 1,
        documents: vec![1],
        changes: vec![GroupChange {
            identity: identity.clone(),
            occurrences: vec![occurrence],
        }],
    };
    let file = server.data.path().join("state/orchestrator.db");
    let state = SqliteState::open(&file).await.expect("the state");
    state.apply_errors(&batch).await.expect("a group");

    index(&server, "after", &event).await;
    let path = format!("/api/v1/errors/{}", identity.id);
    eventually("the old group counts it", async || {
        let (_, body) = reply(&server, &path).await;
        (body["group"]["count"] == 2).then_some(body)
    })
    .await;
    let group = group_of(&server, "after").await;
    assert_eq!(group["group"]["id"], identity.id);
    let (_, journey) = reply(&server, "/api/v1/journeys/c-2").await;
    assert_eq!(
        journey["entries"][0]["error"]["group"], identity.id,
        "{journey}"
    );
}

/// A task that its agent fails; gives what the orchestrator logged of it.
async fn failed(server: &Server, id: &str, is_logged: bool) -> Value {
    let agent = json!({"agent_name": "writer", "agent_type": "writer"});
    orchestrator(server, "/api/v1/agents", agent).await;
    let task = json!({"task_id": id, "task_type": "writing"});
    orchestrator(server, "/api/v1/tasks", task).await;
    let claim = json!({"task_types": ["writing"], "wait_ms": 5_000});
    let claimed = orchestrator(server, "/api/v1/agents/writer/claim", claim).await;
    let token = &claimed["task"]["fencing_token"];
    let mut body = json!({"agent_name": "writer", "fencing_token": token, "error_type": "permanent",
        "error_message": "no outline"});
    if is_logged {
        body["logged"] = json!(true);
    }
    orchestrator(server, &format!("/api/v1/tasks/{id}/fail"), body).await;
    let query = format!(
        "/api/v1/logs/search?query=event_type:task_failed%20AND%20metadata.task_id.keyword:{id}"
    );
    let page = eventually("the orchestrator's line", async || {
        let (_, page) = reply(server, &query).await;
        page["hits"].get(0).is_some().then_some(page)
    })
    .await;
    page["hits"][0]["source"].clone()
}

#[tokio::test]
async fn a_failure_that_its_agent_logged_is_no_error_of_the_orchestrator() {
    let server = Server::start().await;
    eventually("the orchestrator answers", async || {
        let url = format!("http://{}/health", server.ports.orchestrator);
        reqwest::get(url).await.is_ok().then_some(Value::Null)
    })
    .await;
    let quiet = failed(&server, "told-by-agent", true).await;
    assert_eq!(quiet["severity"], "WARNING", "{quiet}");
    assert_eq!(quiet["metadata"]["error_message"], "no outline");
    let loud = failed(&server, "told-by-nobody", false).await;
    assert_eq!(loud["severity"], "ERROR", "{loud}");
    // Only the second is an error, and what it failed is known.
    let listed = eventually("it is grouped", async || {
        let page = server.native("/api/v1/errors").await;
        (page["total"] == 1).then_some(page)
    })
    .await;
    assert_eq!(listed["groups"][0]["count"], 1, "{listed}");
    let id = listed["groups"][0]["id"].as_str().expect("an id");
    let tasks = server.native(&format!("/api/v1/errors/{id}/tasks")).await;
    assert_eq!(
        (&tasks["requeueable"], &tasks["tasks"][0]["task_id"]),
        (&json!(1), &json!("told-by-nobody")),
        "{tasks}"
    );
}
