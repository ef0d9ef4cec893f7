//! `swarmscope logs delete`: asks first, then removes events and their bytes.

mod support;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use reqwest::Method;
use serde_json::{Value, json};
use support::{SWARMSCOPE, Server};

/// A person's words, which no other event has.
const MARKER: &str = "q7Zx9LkPwYv3NbTfRs8HgJd2";

fn delete(server: &Server, arguments: &[&str]) -> Output {
    Command::new(SWARMSCOPE)
        .args(["logs", "delete"])
        .args(arguments)
        .args(["--server", &server.ui_url("")])
        .stdin(Stdio::null())
        .output()
        .expect("it ends")
}

/// Whether a file in the folder or below holds the bytes as they are.
fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).expect("a folder").any(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn events_are_deleted_after_a_yes_and_no_file_holds_them() {
    let server = Server::start().await;
    let lines: String = (0..30)
        .map(|n| {
            let message = if n % 10 == 0 { MARKER } else { "nothing" };
            let event = json!({ "agent_name": "person_agent", "message": message, "n": n });
            format!("{{\"create\":{{\"_index\":\"people\"}}}}\n{event}\n")
        })
        .collect();
    let (status, _) = server.elastic(Method::POST, "/_bulk", lines).await;
    assert_eq!(status, 200);
    assert!(holds(server.data.path(), MARKER));

    let unasked = delete(&server, &[MARKER, "--index", "people"]);
    assert!(!unasked.status.success());
    let text = String::from_utf8_lossy(&unasked.stderr);
    let expected = format!(
        "error: nobody is there to say whether to delete 3 event(s) that match \"{MARKER}\" in people, for good\n  \
         hint: add --yes to do it without asking\n"
    );
    assert_eq!(text, expected);

    let done = delete(&server, &[MARKER, "--index", "people", "--yes", "--json"]);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let reply: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    assert_eq!(
        (&reply["deleted"], &reply["erased"]),
        (&json!(3), &json!(true))
    );
    assert!(!holds(server.data.path(), MARKER));
    let (_, count) = server
        .elastic(Method::POST, "/people/_count", String::new())
        .await;
    assert_eq!(count["count"], 27);

    let empty = delete(&server, &["", "--yes"]);
    let text = String::from_utf8_lossy(&empty.stderr);
    assert!(text.contains("say what to delete"), "{text}");
}

#[tokio::test]
async fn events_are_found_in_kibanas_language() {
    let server = Server::start().await;
    let lines: String = ["ERROR", "CRITICAL", "INFO"]
        .into_iter()
        .map(|severity| {
            let event =
                json!({ "severity": severity, "message": format!("a task was {severity}") });
            format!("{{\"create\":{{\"_index\":\"kql\"}}}}\n{event}\n")
        })
        .collect();
    let (status, _) = server.elastic(Method::POST, "/_bulk", lines).await;
    assert_eq!(status, 200);
    let logs = |query: &str| {
        Command::new(SWARMSCOPE)
            .args(["logs", "--kql", query, "--index", "kql", "--json"])
            .args(["--server", &server.ui_url("")])
            .stdin(Stdio::null())
            .output()
            .expect("it ends")
    };
    let found = logs("severity: (error or critical) and not message: \"was CRITICAL\"");
    let text = String::from_utf8_lossy(&found.stdout);
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(events.len(), 1, "{text}");
    assert_eq!(events[0]["severity"], "ERROR");
    let refused = logs("severity: (error or critical");
    assert!(!refused.status.success());
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(
        text.contains("a parenthesis opens here and never closes"),
        "{text}"
    );
    assert!(text.contains("Close it with )"), "{text}");
}
