//! `swarmscope journey` and `GET /api/v1/journeys/{id}`: the story of tasks that really ran.

mod support;

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use support::{SWARMSCOPE, Server};

fn journey(server: &Server, arguments: &[&str]) -> Output {
    Command::new(SWARMSCOPE)
        .arg("journey")
        .args(arguments)
        .args(["--server", &server.ui_url("")])
        .output()
        .expect("it ends")
}

async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

async fn orchestrator(server: &Server, path: &str, body: Value) -> Value {
    let url = format!("http://{}{path}", server.ports.orchestrator);
    let request = reqwest::Client::new().post(url).json(&body).send();
    let response = request.await.expect("the orchestrator answers");
    assert!(
        response.status().is_success(),
        "{path}: {}",
        response.status()
    );
    response.json().await.expect("JSON")
}

/// Two tasks of one id: research by one agent, which is followed by writing that another one fails.
async fn work(server: &Server) {
    until("the orchestrator answers", async || {
        let url = format!("http://{}/health", server.ports.orchestrator);
        reqwest::get(url).await.is_ok()
    })
    .await;
    for agent in ["reader", "writer"] {
        let body = json!({"agent_name": agent, "agent_type": agent});
        orchestrator(server, "/api/v1/agents", body).await;
    }
    let task = json!({"task_id": "t1", "task_type": "research", "metadata": {"correlation_id": "story-1"}});
    orchestrator(server, "/api/v1/tasks", task).await;
    let claim = |kind: &str| json!({"task_types": [kind], "wait_ms": 5_000});
    let claimed = orchestrator(server, "/api/v1/agents/reader/claim", claim("research")).await;
    let body = json!({"agent_name": "reader", "fencing_token": claimed["task"]["fencing_token"],
        "follow_up": [{"task_id": "t2", "task_type": "writing",
            "metadata": {"correlation_id": "story-1", "parent_task_id": "t1"}}]});
    orchestrator(server, "/api/v1/tasks/t1/complete", body).await;
    let claimed = orchestrator(server, "/api/v1/agents/writer/claim", claim("writing")).await;
    let body = json!({"agent_name": "writer", "fencing_token": claimed["task"]["fencing_token"],
        "error_type": "permanent", "error_message": "no outline"});
    orchestrator(server, "/api/v1/tasks/t2/fail", body).await;
}

/// What the agents logged, at the end of the story, when what the orchestrator logged has come through its pipe.
async fn log(server: &Server) {
    until("the orchestrator's own events are there", async || {
        let query = "agent_name:orchestrator AND event_type:task_failed";
        let path = format!("/api/v1/logs/search?query={query}&size=1");
        server.native(&path).await["total"]["value"] == 1
    })
    .await;
    let now = swarmscope_model::Timestamp::now();
    let event = json!({"timestamp": now.to_string(), "agent_name": "writer", "event_type": "permanent_error",
        "severity": "ERROR", "message": "cannot write", "metadata": {"correlation_id": "story-1",
        "task_id": "t2", "exception": {"type": "OutlineError", "message": "no outline",
        "traceback": ["File \"write.py\", line 3"]}}});
    // A foreign program has the id at the top.
    let foreign =
        json!({"@timestamp": now.to_string(), "msg": "GET /outline", "correlation_id": "story-1"});
    let lines: String = [event, foreign]
        .iter()
        .map(|event| format!("{{\"create\":{{\"_index\":\"agents\"}}}}\n{event}\n"))
        .collect();
    let (status, reply) = server.elastic(Method::POST, "/_bulk", lines).await;
    assert_eq!((status, &reply["errors"]), (200, &json!(false)));
}

async fn told(server: &Server) -> Value {
    let url = server.ui_url("/api/v1/journeys/story-1");
    let reply = reqwest::get(url).await.expect("a reply");
    assert_eq!(reply.status(), 200);
    reply.json().await.expect("JSON")
}

#[tokio::test]
async fn work_that_failed_is_told_across_agents_from_the_queue_to_the_stack() {
    let server = Server::start().await;
    work(&server).await;
    log(&server).await;
    let story = told(&server).await;
    assert_eq!(story["outcome"], "failed", "{story:#}");
    let summary = story["summary"].as_str().expect("words");
    assert!(
        summary.ends_with("failed in writer: OutlineError"),
        "{summary}"
    );
    let tasks: Vec<_> = story["tasks"].as_array().expect("tasks").iter().collect();
    assert_eq!(
        (&tasks[0]["task_id"], &tasks[0]["depth"]),
        (&json!("t1"), &json!(0))
    );
    assert_eq!(
        (&tasks[1]["task_id"], &tasks[1]["depth"]),
        (&json!("t2"), &json!(1))
    );
    let handover = story["spans"]
        .as_array()
        .expect("spans")
        .iter()
        .find(|span| span["kind"] == "handover");
    let handover = handover.expect("from reader to writer");
    assert_eq!(
        (&handover["agent"], &handover["to_agent"]),
        (&json!("reader"), &json!("writer"))
    );
    let entries = story["entries"].as_array().expect("entries");
    let thrown = entries
        .iter()
        .find(|entry| entry["error"]["type"] == "OutlineError");
    let error = thrown.expect("an error");
    assert_eq!(error["kind"], "error");
    assert_eq!(
        error["error"]["traceback"],
        json!(["File \"write.py\", line 3"])
    );
    assert_eq!(error["error"]["group"].as_str().map(str::len), Some(32));
    assert!(
        entries
            .iter()
            .any(|entry| entry["metadata"]["msg"] == "GET /outline")
    );

    let shown = journey(&server, &["story-1"]);
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    let shown = text(&shown.stdout);
    assert!(
        !shown.contains('\u{1b}'),
        "colours without a terminal: {shown}"
    );
    for part in [
        summary,
        "OutlineError: no outline",
        "File \"write.py\", line 3",
        "goes on at writer: writing task t2",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    let as_json = journey(&server, &["story-1", "--json"]);
    let same: Value = serde_json::from_slice(&as_json.stdout).expect("JSON");
    assert_eq!(same["entries"], story["entries"]);
}

#[tokio::test]
async fn an_unknown_id_is_answered_with_what_may_have_been_meant() {
    let server = Server::start().await;
    let nothing = journey(&server, &["nobody"]);
    assert!(!nothing.status.success());
    work(&server).await;
    log(&server).await;
    let of_task = journey(&server, &["t2"]);
    insta::assert_snapshot!(text(&of_task.stderr), @r#"
    error: no event and no task has the correlation id "t2"
      hint: that is the id of a task; its correlation id is story-1
    "#);
    let cut_off = journey(&server, &["story-"]);
    insta::assert_snapshot!(text(&cut_off.stderr), @r#"
    error: no event and no task has the correlation id "story-"
      hint: did you mean story-1?
    "#);
    let unknown = text(&journey(&server, &["0000-1111"]).stderr);
    assert!(
        unknown.contains("hint: check the id; there are events from 20"),
        "{unknown}"
    );
}
