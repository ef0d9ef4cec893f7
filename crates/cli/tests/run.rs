//! `swarmscope run`: programs that know nothing of it, and what becomes of their output and their end.

mod support;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::Method;
use serde_json::{Value, json};
use support::{Ports, SWARMSCOPE, Server};

const AGENT: &str = r#"
import json, sys
print("plain words")
print(json.dumps({"timestamp": "2026-01-31T12:00:00.000Z", "agent_name": "my_agent", "event_type": "task_received",
                  "severity": "INFO", "message": "of the contract", "metadata": {"correlation_id": "c-1"}}))
print(json.dumps({"level": "error", "msg": "of another logger", "task": {"id": 7}}))
print("to stderr", file=sys.stderr)
def work(draft):
    return draft["text"]
work({})
"#;

fn command(elastic: &str, spool: &Path, program: &[&str]) -> Command {
    let mut command = Command::new(SWARMSCOPE);
    command.args(["run", "--elastic", elastic]);
    // A busy server takes longer than the usual time for what is left at the end.
    command.args(["--flush-timeout", "2m", "--spool"]);
    command.arg(spool).args(program).stdin(Stdio::null());
    command
}

fn run(elastic: &str, spool: &Path, program: &[&str]) -> Output {
    command(elastic, spool, program)
        .output()
        .expect("swarmscope runs")
}

/// The `_source` of every document of the agent, oldest first.
async fn events(server: &Server, agent_name: &str) -> Vec<Value> {
    let body = json!({
        "size": 10_000,
        "query": { "term": { "agent_name.keyword": agent_name } },
        "sort": [{ "timestamp": "asc" }],
    });
    let (status, reply) = server
        .elastic(Method::POST, "/_all/_search", body.to_string())
        .await;
    assert_eq!(status, 200, "{reply}");
    let hits = reply["hits"]["hits"].as_array().expect("hits");
    hits.iter().map(|hit| hit["_source"].clone()).collect()
}

fn find<'a>(events: &'a [Value], message: &str) -> &'a Value {
    events
        .iter()
        .find(|event| event["message"] == message)
        .unwrap_or_else(|| panic!("no {message:?} in {events:#?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_s_output_and_crash_become_events() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("my_agent.py");
    std::fs::write(&script, AGENT).expect("room");
    let script = script.to_str().expect("UTF-8");

    let output = run(
        &server.elastic_url(""),
        folder.path(),
        &["--", "python3", script],
    );

    assert_eq!(output.status.code(), Some(1), "the program's own exit code");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.starts_with("plain words\n{\"timestamp\""), "{shown}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("KeyError: 'text'"), "{errors}");

    let found = events(&server, "my_agent").await;
    assert_eq!(found.len(), 7, "{found:#?}");
    assert_eq!(find(&found, "plain words")["severity"], "INFO");
    assert_eq!(find(&found, "to stderr")["severity"], "WARNING");
    assert_eq!(
        find(&found, "of the contract")["metadata"],
        json!({ "correlation_id": "c-1" })
    );
    let foreign = find(&found, "of another logger");
    assert_eq!(foreign["severity"], "ERROR");
    assert_eq!(foreign["metadata"]["task"]["id"], 7);
    let crash = find(&found, "KeyError: 'text'");
    assert_eq!(crash["severity"], "ERROR");
    assert_eq!(crash["metadata"]["exception"]["type"], "KeyError");
    assert_eq!(crash["metadata"]["exception"]["message"], "'text'");
    let lines = crash["metadata"]["exception"]["traceback"]
        .as_array()
        .expect("lines");
    assert_eq!(lines[0], "Traceback (most recent call last):");
    let end = find(&found, "my_agent ended with exit code 1");
    assert_eq!(end["severity"], "CRITICAL");
    assert_eq!(end["metadata"]["exit_code"], 1);
    assert_eq!(
        find(&found, "Started python3")["event_type"],
        "system_startup"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signals_reach_the_program_and_its_end_says_so() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let elastic = server.elastic_url("");

    let killed = run(
        &elastic,
        folder.path(),
        &["--name", "victim", "--", "sh", "-c", "kill -SEGV $$"],
    );
    assert_eq!(killed.status.code(), Some(128 + 11));
    let found = events(&server, "victim").await;
    let end = find(&found, "victim was killed by SIGSEGV");
    assert_eq!(end["severity"], "CRITICAL");
    assert_eq!(end["metadata"]["signal"], "SIGSEGV");

    let program = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.1; done";
    let mut wrapper = command(
        &elastic,
        folder.path(),
        &["--name", "polite", "--", "sh", "-c", program],
    )
    .stdout(Stdio::null())
    .spawn()
    .expect("swarmscope runs");
    wait_for(&server, "polite", "ready").await;
    let id = i32::try_from(wrapper.id()).expect("an id");
    kill(Pid::from_raw(id), Signal::SIGTERM).expect("it runs");
    assert_eq!(wrapper.wait().expect("a child").code(), Some(0));
    let found = events(&server, "polite").await;
    find(&found, "bye");
    assert_eq!(find(&found, "polite ended")["severity"], "INFO");
}

async fn wait_for(server: &Server, agent_name: &str, message: &str) {
    let deadline = Instant::now() + Duration::from_secs(90);
    loop {
        let found = events(server, agent_name).await;
        if found.iter().any(|event| event["message"] == message) {
            return;
        }
        assert!(Instant::now() < deadline, "{message:?} does not come");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_server_nothing_waits_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = folder.path().join("spool");
    let ports = Ports::free();
    let elastic = format!("http://{}", ports.elastic);
    let program = ["--name", "counter", "--quiet", "--", "seq", "1", "50000"];

    let output = run(&elastic, &spool, &program);
    assert_eq!(output.status.code(), Some(0));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("50,002 events wait in"), "{told}");
    assert!(output.stdout.is_empty(), "--quiet");

    let server = Server::start_with(tempfile::tempdir().expect("a folder"), ports, &[]).await;
    let output = run(
        &elastic,
        &spool,
        &["--name", "counter", "--quiet", "--", "true"],
    );
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let (_, reply) = server
        .elastic(
            Method::GET,
            "/_all/_count?q=agent_name:counter",
            String::new(),
        )
        .await;
    assert_eq!(reply["count"], 50_002 + 2, "{reply}");
    assert_eq!(std::fs::read_dir(&spool).expect("a folder").count(), 0);
}

#[test]
fn a_program_that_is_not_there_is_said_to_be_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let elastic = format!("http://{}", Ports::free().elastic);
    let output = run(&elastic, folder.path(), &["--", "no-such-program"]);
    assert_eq!(output.status.code(), Some(127));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.starts_with("error: Cannot start no-such-program: No such file or directory"),
        "{told}"
    );
}
