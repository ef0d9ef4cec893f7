//! Files become documents: exact counts, no duplicates on a second run, and searches that agree with
//! a plain reading of the file.

mod support;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use reqwest::Method;
use serde_json::{Value, json};
use support::{SWARMSCOPE, Server};

fn import(server: &Server, arguments: &[&str], input: Option<&str>) -> Output {
    let mut child = Command::new(SWARMSCOPE)
        .arg("import")
        .args(arguments)
        .args(["--elastic", &server.elastic_url(""), "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin
        .write_all(input.unwrap_or("").as_bytes())
        .expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

fn outcome(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert_eq!(text, "", "nothing on standard error in a pipe");
    serde_json::from_slice::<Value>(&output.stdout).expect("JSON")["outcome"].clone()
}

async fn count(server: &Server, query: Value) -> u64 {
    let body = json!({ "query": query }).to_string();
    let (status, reply) = server.elastic(Method::POST, "/lines/_count", body).await;
    assert_eq!(status, 200, "{reply}");
    reply["count"].as_u64().expect("a count")
}

#[tokio::test]
async fn plain_lines_are_found_by_phrase_and_prefix_as_grep_finds_them() {
    let lines = [
        "Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure; rhost=218.188.2.4",
        "Jun 14 15:16:02 combo sshd(pam_unix)[19937]: check pass; user unknown",
        "",
        "nova.osapi_compute.wsgi.server [req-1] GET /v2/servers HTTP/1.1 status: 200",
        "nova.compute.manager VM Authentication accepted",
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lines.log");
    std::fs::write(&path, lines.join("\n")).expect("writes");
    let path = path.to_str().expect("UTF-8");
    let server = Server::start().await;

    let first = outcome(&import(&server, &[path, "--index", "lines"], None));
    let expected = json!({"lines": 5, "stored": 4, "already_there": 0, "refused": 0, "blank": 1});
    assert_eq!(first, expected);
    let second = outcome(&import(&server, &[path, "--index", "lines"], None));
    assert_eq!(
        (&second["stored"], &second["already_there"]),
        (&json!(0), &json!(4))
    );

    assert_eq!(count(&server, json!({"match_all": {}})).await, 4);
    let phrase = |text: &str| json!({"match_phrase": {"message": text}});
    assert_eq!(count(&server, phrase("authentication failure")).await, 1);
    assert_eq!(count(&server, phrase("nova.osapi_compute.wsgi")).await, 1);
    assert_eq!(count(&server, phrase("failure authentication")).await, 0);
    let text = |query: &str| json!({"query_string": {"query": query}});
    assert_eq!(count(&server, text("message:authent*")).await, 2);
    assert_eq!(count(&server, text("message:nova.*")).await, 2);
    assert_eq!(count(&server, text("message:\"218.188.2.4\"")).await, 1);
}

#[tokio::test]
async fn objects_from_standard_input_are_documents() {
    let server = Server::start().await;
    let input = "{\"agent_name\":\"a\",\"n\":1}\n{\"agent_name\":\"b\",\"n\":2.5}\nnot json\n";
    let result = outcome(&import(&server, &["-", "--index", "lines"], Some(input)));
    assert_eq!(result["stored"], 3);
    let text = |query: &str| json!({"query_string": {"query": query}});
    assert_eq!(count(&server, text("n:2.5")).await, 1);
    assert_eq!(count(&server, text("agent_name:a")).await, 1);
    assert_eq!(count(&server, text("message:\"not json\"")).await, 1);
}

#[tokio::test]
async fn logs_prints_lines_for_people_and_documents_for_scripts() {
    let server = Server::start().await;
    let event = r#"{"timestamp":"2026-01-31T12:00:00.123Z","agent_name":"a","event_type":"task_failed","severity":"ERROR","message":"no \u001b[31mway","metadata":{"correlation_id":"c-1","exception":{"type":"ValueError","message":"bad","traceback":["File x\n  line 1\n"]}}}"#;
    outcome(&import(&server, &["-", "--index", "lines"], Some(event)));
    let logs = |arguments: &[&str]| {
        let output = Command::new(SWARMSCOPE)
            .arg("logs")
            .args(arguments)
            .args(["--server", &server.ui_url(""), "--index", "lines"])
            .output()
            .expect("the binary runs");
        (
            String::from_utf8(output.stdout).expect("UTF-8"),
            String::from_utf8(output.stderr).expect("UTF-8"),
        )
    };
    insta::assert_snapshot!(logs(&["severity:ERROR"]).0, @r"
    2026-01-31T12:00:00.123Z ERROR    a                    task_failed            no �[31mway c-1
        ValueError: bad
        File x
          line 1
    ");
    assert_eq!(logs(&["severity:ERROR", "--json"]).0, format!("{event}\n"));
    assert_eq!(logs(&["severity:ERROR", "--since", "1h"]).0, "");
    let (_, refused) = logs(&["severity:(ERROR"]);
    assert!(
        refused.starts_with("error: ") && refused.contains("severity:(ERROR\n"),
        "{refused}"
    );
    assert!(refused.contains('^'), "{refused}");
}
