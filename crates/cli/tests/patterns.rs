//! `swarmscope patterns` and the API behind it: counts, what is new, and queries that find the messages.

mod support;

use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};
use support::{SWARMSCOPE, Server};

/// Hours of 2026-01-31, in which the events of the range are; the day before has others.
const FROM: &str = "2026-01-31T10:00:00.000Z";
const TO: &str = "2026-01-31T11:00:00.000Z";

fn event(time: &str, severity: &str, agent: &str, message: &str) -> String {
    let event = json!({
        "timestamp": time, "agent_name": agent, "event_type": "task_processing",
        "severity": severity, "message": message, "metadata": {},
    });
    format!("{{\"create\":{{\"_index\":\"agents\"}}}}\n{event}\n")
}

/// Twelve claims of which the day before had some, too, and two failures that are new.
async fn server_with_events() -> Server {
    let server = Server::start().await;
    let mut lines = event(
        "2026-01-31T02:00:00.000Z",
        "INFO",
        "a",
        "Claimed task-9 after 3 ms",
    );
    for n in 0..12 {
        let time = format!("2026-01-31T10:{:02}:00.000Z", n * 5);
        let message = format!("Claimed task-{n} after {} ms", n * 7);
        lines += &event(&time, "INFO", if n < 8 { "a" } else { "b" }, &message);
    }
    for (time, path) in [("10:20", "/data/x.csv"), ("10:40", "/data/y.csv")] {
        let time = format!("2026-01-31T{time}:30.000Z");
        lines += &event(
            &time,
            "ERROR",
            "b",
            &format!("cannot \"read\" file {path}: denied"),
        );
    }
    let (status, _) = server.elastic(Method::POST, "/_bulk", lines).await;
    assert_eq!(status, 200);
    server
}

/// What the command prints on standard output and standard error.
fn patterns(server: &Server, arguments: &[&str]) -> (String, String) {
    let output = Command::new(SWARMSCOPE)
        .arg("patterns")
        .args(arguments)
        .args([
            "--since",
            FROM,
            "--until",
            TO,
            "--server",
            &server.ui_url(""),
        ])
        .stdin(Stdio::null())
        .output()
        .expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn messages_are_grouped_counted_and_compared_with_the_day_before() {
    let server = server_with_events().await;
    let (table, _) = patterns(&server, &[]);
    insta::assert_snapshot!(table, @r"
         COUNT   SHARE  NEW  FIRST SEEN           OVER TIME                 PATTERN
            12   85.7%       2026-01-31T10:00:00  ████████████              Claimed <id> after <number> ms
             2   14.3%  new  2026-01-31T10:20:30      █   █                 cannot <quoted> file <path>: denied
    ");
    let (table, notes) = patterns(&server, &["--sort", "new", "--limit", "1"]);
    insta::assert_snapshot!(format!("{table}{notes}"), @r"
         COUNT   SHARE  NEW  FIRST SEEN           OVER TIME                 PATTERN
             2   14.3%  new  2026-01-31T10:20:30      █   █                 cannot <quoted> file <path>: denied
    1 of 2 patterns; the others have 12 of 14 messages, more with --limit
    new is what was not there since 2026-01-31T02:00:00.000Z, where the logs begin
    ");
    let (_, notes) = patterns(&server, &["nothing_has_this_word"]);
    insta::assert_snapshot!(notes, @"no messages match");
}

#[tokio::test]
async fn the_answer_tells_of_each_pattern_and_its_query_finds_its_messages() {
    let server = server_with_events().await;
    let (json, _) = patterns(&server, &["--json"]);
    let answer: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        (&answer["messages"], &answer["distinct"]),
        (&json!(14), &json!(2))
    );
    let claimed = &answer["patterns"][0];
    assert_eq!(claimed["text"], "Claimed <id> after <number> ms");
    assert_eq!(
        (&claimed["count"], &claimed["before"], &claimed["new"]),
        (&json!(12), &json!(1), &json!(false))
    );
    assert_eq!(
        claimed["agents"],
        json!([{"name": "a", "count": 8}, {"name": "b", "count": 4}])
    );
    assert_eq!(claimed["first_seen"], FROM);
    let total: u64 = claimed["counts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .sum();
    assert_eq!(total, 12);

    let denied = &answer["patterns"][1];
    assert_eq!(
        (&denied["new"], &denied["before"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(denied["severities"], json!([{"name": "ERROR", "count": 2}]));
    assert_eq!(denied["samples"].as_array().map(Vec::len), Some(2));
    let query = denied["query"].as_str().expect("it has words");
    let found = server.elastic(
        Method::GET,
        "/agents/_search",
        json!({
            "query": {"query_string": {"query": query}}
        })
        .to_string(),
    );
    let (_, found) = found.await;
    let ids: Vec<&Value> = found["hits"]["hits"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|hit| &hit["_id"])
        .collect();
    let samples = denied["samples"].as_array().into_iter().flatten();
    assert_eq!(ids.len(), 2, "{query}");
    assert!(
        samples
            .into_iter()
            .all(|sample| ids.contains(&&sample["id"]))
    );
}

#[tokio::test]
async fn nothing_is_called_new_where_there_is_nothing_to_compare_with() {
    let server = Server::start().await;
    let line = event("2026-01-31T10:10:00.000Z", "INFO", "a", "Hello");
    server.elastic(Method::POST, "/_bulk", line).await;
    let (json, _) = patterns(&server, &["--json"]);
    let answer: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(answer["before"]["compared"], false);
    assert_eq!(answer["patterns"][0]["new"], Value::Null);
    let (_, notes) = patterns(&server, &[]);
    insta::assert_snapshot!(notes, @"what is new is not known: there are no events before the range to compare with");
}
