//! `swarmscope alerts` against a real server: rules of logs made and tried, silences, history, files checked.

mod support;

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{SWARMSCOPE, Server};

/// How long something may take that happens every few seconds, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

fn swarmscope(arguments: &[&str]) -> Output {
    Command::new(SWARMSCOPE)
        .args(arguments)
        .env("USER", "tester")
        .output()
        .expect("the binary runs")
}

/// What a command prints, with what differs from run to run made alike.
fn shown(output: &Output, folder: &Path) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    let text = text.replace(&folder.display().to_string(), "FOLDER");
    let times = regex::Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z").expect("a pattern");
    let ids = regex::Regex::new(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").expect("a pattern");
    let text = times.replace_all(&text, "TIME");
    ids.replace_all(&text, "ID").into_owned()
}

async fn until(server: &Server, path: &str, is_right: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let reply = server.native(path).await;
        if is_right(&reply) {
            return reply;
        }
        assert!(Instant::now() < deadline, "{path}: {reply}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn log_errors(server: &Server, agent: &str, count: usize) {
    let now = jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
        .to_string();
    let lines: String = (0..count)
        .map(|_| {
            let event = json!({"timestamp": now, "agent_name": agent, "event_type": "error", "severity": "ERROR",
                               "message": "it broke", "metadata": {}});
            format!("{{\"create\":{{\"_index\":\"test_agent-1\"}}}}\n{event}\n")
        })
        .collect();
    let (status, reply) = server.elastic(reqwest::Method::POST, "/_bulk", lines).await;
    assert!(status == 200 && reply["errors"] == false, "{reply}");
}

const RULES: &str = "groups:
- name: mine
  labels: {team: a}
  rules:
  - alert: Errors
    logs: {query: 'severity:ERROR', window: 5m, by: [agent_name], above: 2}
    annotations: {summary: '{{ $labels.agent_name }} broke {{ $value }} times'}
  - {record: one, expr: vector(1)}
";

#[test]
fn files_are_checked_without_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let (right, wrong) = (
        folder.path().join("right.yml"),
        folder.path().join("wrong.yml"),
    );
    std::fs::write(&right, RULES).expect("written");
    let text = "groups:
- name: g
  rules:
  - {alert: A, logs: {query: 'severity:', window: 5m, above: 1}}
  - {alert: B, logs: {window: 5m, above: 1}, expr: up}
  - {alert: C, errors: {event: gone, window: 5m}}
  - {alert: D, agents: {silent_for: 0s}}
  - {record: e, tasks: {state: queued, above: 1}}
  - {alert: F}
";
    std::fs::write(&wrong, text).expect("written");
    let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let output = swarmscope(&["alerts", "check", &path(&right)]);
    assert!(output.status.success());
    insta::assert_snapshot!(shown(&output, folder.path()), @"FOLDER/right.yml: 1 alerting and 1 recording rule(s)");
    let output = swarmscope(&["alerts", "check", &path(&right), &path(&wrong)]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(shown(&output, folder.path()), @r#"
    FOLDER/right.yml: 1 alerting and 1 recording rule(s)
    error: FOLDER/wrong.yml:4: group "g", rule 1, "A": logs: query: expected something to search for, found the end of the query; Write a word, a "phrase", field:value or a (group); quote AND, OR and NOT to search for them.
    error: FOLDER/wrong.yml:5: group "g", rule 2, "B": field 'logs' cannot stand beside another of expr, logs, errors, agents and tasks
    error: FOLDER/wrong.yml:6: group "g", rule 3, "C": errors: event "gone" is none; it is one of new, regressed, rate
    error: FOLDER/wrong.yml:7: group "g", rule 4, "D": agents: 'silent_for' must be longer than 0 and at most 31d
    error: FOLDER/wrong.yml:8: group "g", rule 5, "e": invalid field 'tasks' in recording rule
    error: FOLDER/wrong.yml:9: group "g", rule 6, "F": field 'expr' must be set in rule
    "#);
    let output = swarmscope(&["alerts", "check", "--json", &path(&wrong)]);
    let result: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(result["files"][0]["problems"][0]["line"], 4);
}

#[tokio::test]
async fn a_rule_is_tried_made_silenced_and_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine.yml");
    std::fs::write(&file, RULES).expect("written");
    let file = file.to_str().expect("UTF-8");
    let server = Server::start().await;
    let url = server.ui_url("");
    let run = |arguments: &[&str]| {
        let mut all = vec!["alerts"];
        all.extend(arguments);
        all.extend(["--server", &url]);
        swarmscope(&all)
    };
    log_errors(&server, "a", 3).await;
    log_errors(&server, "b", 1).await;
    // Tried on the past before it is there: three errors of one agent are an alert.
    tokio::time::sleep(Duration::from_secs(20)).await;
    let output = run(&["test", file, "--since", "10m", "--json"]);
    let trial: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (&trial["rule"], &trial["fired"]),
        (&json!("Errors"), &json!(1)),
        "{trial}"
    );
    let labels = json!({"alertname": "Errors", "agent_name": "a", "team": "a"});
    assert_eq!(trial["alerts"][0]["labels"], labels);
    assert_eq!(
        trial["alerts"][0]["annotations"]["summary"],
        "a broke 3 times"
    );

    make(&server).await;
    until(&server, "/api/v1/alerts", |reply| {
        reply["alerts"].as_array().is_some_and(|alerts| {
            alerts
                .iter()
                .any(|alert| alert["rule"] == "Errors" && alert["state"] == "firing")
        })
    })
    .await;
    insta::assert_snapshot!(shown(&run(&["list", "--state", "firing"]), folder.path()), @r#"
    firing  Errors agent_name="a" team="a" since TIME
            a broke
    "#);
    let output = run(&["history", "-n", "1"]);
    insta::assert_snapshot!(shown(&output, folder.path()), @r#"TIME inactive → firing Errors agent_name="a" team="a" a broke"#);
    let output = run(&["list", "--rules"]);
    let listed = shown(&output, server.data.path());
    assert!(
        listed.contains("made_here made here\n  firing   Errors (1) logs: count of severity:ERROR by agent_name over 5m > 2\n"),
        "{listed}"
    );
    silences(&server, &run, folder.path()).await;

    let http = reqwest::Client::new();
    let rules = server.ui_url("/api/v1/alerts/rules");
    let removed = http
        .delete(format!("{rules}/Errors"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(removed.status(), 200);
    let left = server.native("/api/v1/alerts").await;
    let left = left["alerts"].as_array().expect("alerts");
    assert!(
        left.iter().all(|alert| alert["rule"] != "Errors"),
        "{left:?}"
    );
    let missing = http
        .delete(format!("{rules}/AgentMissing"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        missing.status(),
        404,
        "shipped rules are changed in their files"
    );
}

/// Makes the rule `Errors`; neither the same again nor a wrong one is taken.
async fn make(server: &Server) {
    let http = reqwest::Client::new();
    let rules = server.ui_url("/api/v1/alerts/rules");
    let rule = json!({"alert": "Errors", "logs": {"query": "severity:ERROR", "window": "5m", "by": ["agent_name"], "above": 2},
                      "labels": {"team": "a"}, "annotations": {"summary": "{{ $labels.agent_name }} broke"}});
    let post = |body: Value| http.post(&rules).json(&body).send();
    let made = post(json!({"rule": rule})).await.expect("an answer");
    assert_eq!(made.status(), 201, "{}", made.text().await.expect("a body"));
    let again = post(json!({"rule": rule})).await.expect("an answer");
    assert_eq!(again.status(), 409);
    let mut wrong = rule.clone();
    wrong["logs"]["window"] = json!("0s");
    let refused = post(json!({"rule": wrong, "replaces": "Errors"}))
        .await
        .expect("an answer");
    assert_eq!(refused.status(), 400);
    let refused: Value = refused.json().await.expect("JSON");
    let message = refused["error"]["message"].as_str().expect("a message");
    assert!(
        message.contains("'window' must be longer than 0"),
        "{message}"
    );
}

async fn silences(server: &Server, run: &impl Fn(&[&str]) -> Output, folder: &Path) {
    let output = run(&[
        "silence",
        "alertname=Errors",
        "agent_name=~\"a|c\"",
        "--for",
        "2h",
        "--comment",
        "known",
    ]);
    insta::assert_snapshot!(shown(&output, folder), @r#"
    active  alertname="Errors" agent_name=~"a|c" until TIME by tester, 1 alert(s) now
            ID known
    "#);
    let muted = server.native("/api/v1/alerts").await;
    let muted = muted["alerts"].as_array().expect("alerts");
    let is_muted = |alert: &Value| alert["is_muted"] == (alert["rule"] == "Errors");
    assert!(muted.iter().all(is_muted), "{muted:?}");
    let silences = server.native("/api/v1/alerts/silences").await;
    let id = silences["silences"][0]["id"].as_str().expect("an id");
    let output = run(&["silence", "--end", id]);
    assert!(shown(&output, folder).starts_with("expired"), "{output:?}");
    let output = run(&["silence", "--end", id]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(shown(&output, folder), @r#"error: silence "ID" has ended already"#);
    let output = run(&["silence", "x=~\".*\"", "--for", "2h"]);
    insta::assert_snapshot!(shown(&output, folder), @r#"error: a silence needs a matcher that does not pass everything, such as alertname="AgentSilent""#);
}

#[tokio::test]
async fn rules_that_were_made_and_silences_outlive_the_process() {
    let server = Server::start().await;
    let http = reqwest::Client::new();
    let rule =
        json!({"rule": "alert: Quiet\nlogs: {query: nothing_like_it, window: 1m, below: 1}\n"});
    let made = http
        .post(server.ui_url("/api/v1/alerts/rules"))
        .json(&rule)
        .send();
    assert_eq!(made.await.expect("an answer").status(), 201);
    let silence = json!({"matchers": ["alertname=Quiet"], "duration": "1h"});
    let silenced = http
        .post(server.ui_url("/api/v1/alerts/silences"))
        .json(&silence)
        .send();
    assert_eq!(silenced.await.expect("an answer").status(), 201);
    let (data, ports) = server.kill();
    let server = Server::start_with(data, ports, &[]).await;
    let alerts = until(&server, "/api/v1/alerts", |reply| {
        reply["alerts"][0]["state"] == "firing"
    })
    .await;
    assert_eq!(alerts["alerts"][0]["rule"], "Quiet");
    assert_eq!(alerts["alerts"][0]["is_muted"], true);
    let text = std::fs::read_to_string(server.data.path().join("alerts/rules.yml"));
    assert!(text.expect("a file").contains("alert: Quiet"));
}
