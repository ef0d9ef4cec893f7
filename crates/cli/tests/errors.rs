//! Error groups from outside: agents' errors through `_bulk`, a server that is killed meanwhile, decisions,
//! and the tasks that a group failed. On SQLite and on PostgreSQL.

mod support;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use support::{Ports, SWARMSCOPE, Server};
use swarmscope_model::state::{ErrorClass, StateStore};
use swarmscope_state::{PostgresState, SqliteState};

const PATIENCE: Duration = Duration::from_secs(120);
const BULKS: usize = 30;
const ERRORS: usize = 40;
const KINDS: [&str; 3] = ["ValueError", "TimeoutError", "KeyError"];

/// Errors of agents with ids of their own, as a shipper sends them, and events that are none.
fn bulk(number: usize) -> String {
    let lines = (0..ERRORS).map(|n| {
        let id = number * ERRORS + n;
        let kind = KINDS[id % KINDS.len()];
        let event = json!({
            "timestamp": swarmscope_model::Timestamp::now(), "agent_name": format!("agent_{}", id % 2),
            "event_type": "task_failed", "severity": if n % 4 == 0 { "error" } else { "ERROR" },
            "message": format!("{kind}: step {id} failed"),
            "metadata": {
                "correlation_id": format!("c-{id}"), "task_id": format!("t-{id}"), "version": "1.2.0",
                "exception": {"type": kind, "message": format!("step {id} failed"), "traceback": []}
            }
        });
        let fine = json!({"agent_name": "agent_0", "severity": "INFO", "message": "fine"});
        format!(
            "{{\"create\":{{\"_index\":\"agents\",\"_id\":\"{id}\"}}}}\n{event}\n\
             {{\"create\":{{\"_index\":\"agents\",\"_id\":\"fine-{id}\"}}}}\n{fine}\n"
        )
    });
    lines.collect()
}

async fn grouped(server: &Server, errors: u64) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let page = server
            .native("/api/v1/errors?query=failed&sort=count")
            .await;
        let groups = page["groups"].as_array().expect("groups");
        let counts = groups.iter().filter_map(|group| group["count"].as_u64());
        let status = server.native("/api/v1/status").await;
        let sum: u64 = counts.sum();
        assert!(sum <= errors, "{sum} of {errors}: some are counted twice");
        if sum == errors && status["error_groups"]["behind"] == 0 {
            return page;
        }
        assert!(Instant::now() < deadline, "{page} {status}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Sends what was sent before as well, as a shipper does that does not know what arrived.
async fn ship(server: &Server, bulks: std::ops::Range<usize>) {
    for number in bulks {
        let (status, _) = server.elastic(Method::POST, "/_bulk", bulk(number)).await;
        assert_eq!(status, 200);
    }
}

async fn errors_are_counted_once_though_the_server_is_killed(state: &[&str]) -> Server {
    let data = tempfile::tempdir().expect("a folder");
    let mut server = Server::start_with(data, Ports::free(), state).await;
    for round in 1..=3 {
        ship(&server, 0..BULKS * round / 3).await;
        if round < 3 {
            tokio::time::sleep(Duration::from_millis(100 * round as u64)).await;
            let (data, _) = server.kill();
            // The killed server's children may hold their ports for a moment.
            server = Server::start_with(data, Ports::free(), state).await;
        }
    }
    let page = grouped(&server, (BULKS * ERRORS) as u64).await;
    assert_eq!(page["total"], KINDS.len(), "{page}");
    for group in page["groups"].as_array().expect("groups") {
        assert_eq!(group["count"], BULKS * ERRORS / KINDS.len(), "{group}");
        assert_eq!(group["agents"], json!(["agent_0", "agent_1"]));
        assert_eq!(group["versions"], json!(["1.2.0"]));
        let history = group["history"]["counts"].as_array().expect("counts");
        let sum: u64 = history.iter().filter_map(Value::as_u64).sum();
        assert_eq!(sum as usize, BULKS * ERRORS / KINDS.len());
    }
    server
}

async fn post(server: &Server, path: &str, body: Value) -> (u16, Value) {
    let request = reqwest::Client::new().post(server.ui_url(path)).json(&body);
    let response = request.send().await.expect("it answers");
    let status = response.status().as_u16();
    (status, response.json().await.expect("a JSON reply"))
}

async fn id_of(server: &Server, kind: &str) -> String {
    let page = server.native(&format!("/api/v1/errors?type={kind}")).await;
    page["groups"][0]["id"].as_str().expect("an id").to_owned()
}

async fn people_decide_over_http(server: &Server) {
    let id = id_of(server, "ValueError").await;
    let path = |verb: &str| format!("/api/v1/errors/{id}/{verb}");
    let (status, body) = post(server, &path("resolve"), json!({})).await;
    assert_eq!(
        (status, &body["group"]["state"]),
        (200, &json!("resolved")),
        "{body}"
    );
    ship(server, BULKS..BULKS + 1).await;
    grouped(server, ((BULKS + 1) * ERRORS) as u64).await;
    let detail = server.native(&format!("/api/v1/errors/{id}")).await;
    assert_eq!(detail["group"]["state"], "open");
    assert!(detail["group"]["regressed_at"].is_string(), "{detail}");
    assert_eq!(detail["samples"][0]["index"], "agents");

    let (status, body) = post(server, &path("ignore"), json!({"until_count": 5})).await;
    let until = body["group"]["count"].as_u64().map(|count| count + 5);
    assert_eq!(
        (status, body["group"]["ignored_until_count"].as_u64()),
        (200, until)
    );
    let (status, body) = post(server, &path("ignore"), json!({"until": "now-1h"})).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (400, &json!("invalid_request"))
    );
    let (status, body) = post(server, &path("ignore"), json!({"untill": 1})).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (400, &json!("invalid_request"))
    );
    let (status, body) = post(server, &path("notes"), json!({"text": "the disk was full"})).await;
    assert_eq!(status, 200, "{body}");
    let detail = server.native(&format!("/api/v1/errors/{id}")).await;
    assert_eq!(detail["notes"][0]["text"], "the disk was full");
    let (status, _) = post(server, &path("reopen"), json!({})).await;
    assert_eq!(status, 200);
    let unknown = format!("/api/v1/errors/{}/resolve", "0".repeat(32));
    let (status, body) = post(server, &unknown, json!({})).await;
    assert_eq!((status, &body["error"]["code"]), (404, &json!("not_found")));
    let page = server
        .native("/api/v1/errors?correlation_id=c-1&state=open")
        .await;
    assert_eq!(
        (&page["total"], &page["counts"]["open"]),
        (&json!(1), &json!(1)),
        "{page}"
    );
}

/// A task that failed and one that still waits, both with errors of a `TimeoutError`.
async fn fail_tasks(store: &dyn StateStore) {
    let new = |id: &str| {
        serde_json::from_value(json!({"task_id": id, "task_type": "research"})).expect("a task")
    };
    store
        .enqueue(vec![new("t-1"), new("t-4")])
        .await
        .expect("tasks");
    let agent = json!({"agent_name": "agent_1", "agent_type": "research"});
    let agent = serde_json::from_value(agent).expect("an agent");
    store.register(agent).await.expect("an agent");
    let types = ["research".to_owned()];
    let lease = Duration::from_secs(60);
    let task = store
        .claim("agent_1", &types, lease)
        .await
        .expect("a claim")
        .expect("a task");
    let claim = swarmscope_model::state::Claim {
        task_id: task.task_id,
        agent_name: "agent_1".into(),
        fencing_token: task.fencing_token,
    };
    let failure = json!({"error_type": ErrorClass::Permanent, "error_message": "no"});
    let failure = serde_json::from_value(failure).expect("a failure");
    store.fail(&claim, &failure).await.expect("it fails");
}

async fn tasks_of_a_group_are_requeued(server: &Server, store: &dyn StateStore) {
    fail_tasks(store).await;
    let id = id_of(server, "TimeoutError").await;
    let tasks = server.native(&format!("/api/v1/errors/{id}/tasks")).await;
    assert_eq!(
        (&tasks["total"], &tasks["requeueable"]),
        (&json!(2), &json!(1)),
        "{tasks}"
    );
    let (_, shown, _) = errors(server, &["show", &id[..10]]);
    for line in [
        "Tasks, the newest first",
        "1 can be put back into the queue",
    ] {
        assert!(shown.contains(line), "{line} is missing in {shown}");
    }
    let failed = shown.lines().find(|line| line.contains(" t-1 "));
    assert!(
        failed.is_some_and(|line| line.contains("failed")),
        "{shown}"
    );
    let path = format!("/api/v1/errors/{id}/requeue");
    let (status, body) = post(server, &path, json!({"expected": 2})).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (409, &json!("changed")),
        "{body}"
    );
    let (_, _, text) = errors(server, &["requeue", &id[..8]]);
    assert!(
        text.contains("hint: add --yes to do it without asking"),
        "{text}"
    );
    let (success, text, _) = errors(server, &["requeue", &id[..8], "--yes"]);
    assert!(
        success && text == "requeued 1 of the group's 2 task(s)\n",
        "{text}"
    );
    let tasks = server.native(&format!("/api/v1/errors/{id}/tasks")).await;
    assert_eq!(tasks["requeueable"], 0, "{tasks}");
}

/// Ids differ from version to version of the fingerprint, and so do their begins.
fn without_ids(text: &str) -> String {
    let ids = regex::Regex::new(r"\b[0-9a-f]{8}([0-9a-f]{24})?\b").expect("a pattern");
    ids.replace_all(text, "ID").into_owned()
}

/// Runs `swarmscope errors`; gives whether it succeeded and what it said.
fn errors(server: &Server, arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(SWARMSCOPE)
        .arg("errors")
        .args(arguments)
        .env("SWARMSCOPE_SERVER", server.ui_url(""))
        .stdin(Stdio::null())
        .output()
        .expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.success(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    let server = errors_are_counted_once_though_the_server_is_killed(&[]).await;
    people_decide_over_http(&server).await;
    let file = server.data.path().join("state/orchestrator.db");
    let store = SqliteState::open(&file).await.expect("the state");
    tasks_of_a_group_are_requeued(&server, &store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let url = database.url();
    let server = errors_are_counted_once_though_the_server_is_killed(&["--state", &url]).await;
    people_decide_over_http(&server).await;
    let store = PostgresState::connect(&url, PATIENCE)
        .await
        .expect("the state");
    tasks_of_a_group_are_requeued(&server, &store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_shows_and_decides() {
    let server = Server::start().await;
    let event = |severity: &str, kind: &str, at: &str| {
        let event = json!({
            "timestamp": at, "agent_name": "research_agent", "event_type": "task_failed",
            "severity": severity, "message": "the source did not answer",
            "metadata": {
                "correlation_id": "story-1", "task_type": "research", "version": "1.2.0",
                "exception": {"type": kind, "message": "no answer", "traceback": [
                    "Traceback (most recent call last):\n",
                    "  File \"/app/research/agent.py\", line 17, in fetch\n    get(url)\n",
                ]}
            }
        });
        format!("{{\"create\":{{\"_index\":\"agents\"}}}}\n{event}\n")
    };
    let lines = [
        event("ERROR", "TimeoutError", "2026-01-31T12:00:00.000Z"),
        event("CRITICAL", "TimeoutError", "2026-01-31T12:00:05.000Z"),
        event("ERROR", "KeyError", "2026-01-31T11:00:00.000Z"),
    ];
    let (status, _) = server.elastic(Method::POST, "/_bulk", lines.concat()).await;
    assert_eq!(status, 200);
    let deadline = Instant::now() + PATIENCE;
    while server.native("/api/v1/errors?agent=research_agent").await["total"] != 2 {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let id = id_of(&server, "TimeoutError").await;
    let (_, listed, summary) = errors(&server, &["--agent", "research_agent"]);
    let first = listed.lines().nth(1).expect("a group below the heading");
    assert!(first.starts_with(&id[..8]), "{listed}");
    insta::assert_snapshot!("errors_list", without_ids(&listed));
    insta::assert_snapshot!("errors_list_summary", summary);
    let (_, shown, _) = errors(&server, &["show", &id[..10]]);
    insta::assert_snapshot!("errors_show", without_ids(&shown));
    let (_, ignored, _) = errors(&server, &["ignore", &id[..10], "--more", "10"]);
    insta::assert_snapshot!("errors_ignore", without_ids(&ignored));
    let (_, nothing, _) = errors(&server, &["requeue", &id[..10]]);
    insta::assert_snapshot!("errors_requeue_nothing", nothing);
    let (_, found, _) = errors(&server, &["--state", "ignored", "timeout", "--json"]);
    let group: Value = serde_json::from_str(&found).expect("one group");
    assert_eq!(
        (&group["id"], &group["ignored_until_count"]),
        (&json!(id), &json!(12))
    );
    let (success, _, refused) = errors(&server, &["resolve", "zz"]);
    assert!(!success);
    insta::assert_snapshot!("errors_unknown", refused);
}
