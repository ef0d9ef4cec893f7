//! `swarmscope tasks` against a real server: cancelled by filter, limits and retry policies kept.

mod support;

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::{SWARMSCOPE, Server};

/// Runs `swarmscope tasks`; gives whether it succeeded and what it said.
fn tasks(server: &Server, arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(SWARMSCOPE)
        .arg("tasks")
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

async fn total(server: &Server, filter: &str) -> Value {
    let page = server.native(&format!("/api/v1/tasks?{filter}")).await;
    page["total"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_are_cancelled_by_filter_after_a_confirmation() {
    let server = Server::start().await;
    for task_type in ["research", "research", "editing"] {
        assert!(tasks(&server, &["submit", task_type]).0);
    }
    let (success, _, said) = tasks(&server, &["cancel"]);
    assert!(!success);
    insta::assert_snapshot!(said, @r"
    error: nothing says which tasks to cancel
      hint: name their ids, or filter with --state, --type and the like; --all means every task that has not ended
    ");
    let (success, _, said) = tasks(&server, &["cancel", "--type", "research"]);
    assert!(!success);
    insta::assert_snapshot!(said, @r"
    error: nobody is there to say whether to cancel 2 task(s), and all under them
      hint: add --yes to do it without asking
    ");
    assert_eq!(total(&server, "state=queued").await, 3);
    let (success, said, _) = tasks(&server, &["cancel", "--type", "research", "--yes"]);
    assert!(success);
    assert_eq!(said, "cancelled 2 task(s)\n");
    assert_eq!(
        total(&server, "state=cancelled&task_type=research").await,
        2
    );
    assert_eq!(total(&server, "state=queued").await, 1);
    let (success, _, said) = tasks(&server, &["cancel", "--type", "research", "--yes"]);
    assert!(success);
    assert_eq!(said, "no task matches that has not ended\n");
    let (success, said, _) = tasks(&server, &["cancel", "--all", "--yes", "--json"]);
    assert!(success);
    let said: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(said, json!({"cancelled": 1, "skipped": []}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_and_policies_are_kept_shown_and_forgotten() {
    let server = Server::start().await;
    let put = [
        "limits",
        "put",
        "type",
        "research",
        "--concurrent",
        "4",
        "--claims",
        "10",
        "--per",
        "1m",
    ];
    assert!(tasks(&server, &put).0);
    let (_, said, _) = tasks(&server, &["limits"]);
    insta::assert_snapshot!(said, @r"
    OF     NAME                     AT ONCE    RATE
    type   research                 4          10 in 1m
    ");
    let kept = server.native("/api/v1/limits").await;
    let limit = json!({"max_concurrent": 4, "rate": {"claims": 10, "per_seconds": 60.0}});
    assert_eq!(kept["limits"][0]["limit"], limit);
    assert!(tasks(&server, &["limits", "remove", "type", "research"]).0);
    let (success, _, said) = tasks(&server, &["limits", "remove", "type", "research"]);
    assert!(!success && said.contains("research"), "{said}");
    let (success, _, said) = tasks(&server, &["limits", "put", "agent", "a"]);
    assert!(!success && said.contains("--concurrent"), "{said}");

    let put = [
        "policies",
        "put",
        "*",
        "--max-retries",
        "1",
        "--never",
        "ValueError",
    ];
    let (success, said, _) = tasks(&server, &put);
    assert!(success);
    insta::assert_snapshot!(said, @r"
    TYPE                     RETRIES  WAITS                        WITHIN     NEVER
    *                        1        500ms x2 to 10s, +10 %       -          ValueError
    ");
    assert!(tasks(&server, &["policies", "remove", "*"]).0);
    let kept = server.native("/api/v1/retry-policies").await;
    assert_eq!(kept["policies"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_begin_of_an_id_is_enough_to_show_a_task() {
    let server = Server::start().await;
    for task_type in ["research", "editing"] {
        assert!(tasks(&server, &["submit", task_type]).0);
    }
    let page = server.native("/api/v1/tasks?task_type=editing").await;
    let id = page["tasks"][0]["task_id"].as_str().expect("an id");
    let (success, shown, said) = tasks(&server, &["show", &id[..id.len() - 2]]);
    assert!(success, "{said}");
    assert!(shown.contains(id) && shown.contains("editing"), "{shown}");
    let (success, _, said) = tasks(&server, &["show", "none-begins-so"]);
    assert!(!success);
    assert_eq!(said, "error: there is no task \"none-begins-so\"\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_is_never_taken_for_the_begin_of_another() {
    let server = Server::start().await;
    let submit = async |ids: Vec<String>| {
        let new = |id: &String| json!({"task_id": id, "task_type": "research"});
        let body = Value::from_iter(ids.iter().map(new));
        let url = server.ui_url("/api/v1/tasks");
        let request = reqwest::Client::new().post(url).json(&body).send();
        assert_eq!(request.await.expect("a reply").status(), 201);
    };
    submit(vec!["t1".into()]).await;
    // A page's worth that hold the same text, one of which begins with it.
    let more = (0..999).map(|number| format!("x-t1-{number}"));
    submit(more.chain(["t10".into()]).collect()).await;
    let shown = |id| {
        let (success, shown, said) = tasks(&server, &["show", id, "--json"]);
        let shown: Value = serde_json::from_str(&shown).unwrap_or_default();
        (success, shown["task"]["task_id"].clone(), said)
    };
    assert_eq!(shown("t1").1, "t1");
    let (success, _, said) = shown("t");
    assert!(!success);
    assert!(said.contains("give more of the id"), "{said}");
    let (success, _, said) = shown("x-t1-");
    assert!(!success);
    assert!(said.contains("several tasks begin with"), "{said}");
}
