//! Backup, restore, check and retention of a real server.

mod support;

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use reqwest::Method;
use serde_json::{Value, json};
use support::{Ports, SWARMSCOPE, Server};

const DOCUMENTS: usize = 2_500;

fn swarmscope(arguments: &[&str]) -> Output {
    Command::new(SWARMSCOPE)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs")
}

fn succeeded(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Documents of many shapes, with and without ids of their own.
async fn fill(server: &Server) {
    let mut lines = String::new();
    for n in 0..DOCUMENTS {
        let id = if n % 2 == 0 {
            format!(r#","_id":"own-{n}""#)
        } else {
            String::new()
        };
        let source = match n % 5 {
            0 => format!(
                r#"{{"timestamp":"2026-01-01T00:00:{:02}.000Z","n":{n},"severity":"ERROR"}}"#,
                n % 60
            ),
            1 => format!(r#"{{ "n" : {n}.50 , "tags":["a","b"],"severity":"INFO" }}"#),
            2 => format!(r#"{{"n":{n},"deep":{{"er":{{"x":null,"y":[1,{{"z":"\u00e9"}}]}}}}}}"#),
            3 => format!(r#"{{"n":9007199254740993,"clash":{n}}}"#),
            _ => format!(r#"{{"clash":{{"text":"{n}"}},"a.b":true,"severity":"WARNING"}}"#),
        };
        lines.push_str(&format!(
            "{{\"create\":{{\"_index\":\"logs-{}\"{id}}}}}\n{source}\n",
            n % 3
        ));
    }
    let (status, reply) = server.elastic(Method::POST, "/_bulk", lines).await;
    assert_eq!((status, &reply["errors"]), (200, &json!(false)));
    // One that spans lines.
    let pretty = "{\n  \"message\": \"on\",\r\n  \"lines\": 3\n}".to_owned();
    let (status, _) = server
        .elastic(Method::PUT, "/logs-0/_doc/pretty%2Fone", pretty)
        .await;
    assert_eq!(status, 201);
}

/// Every document of a server: index, id and source.
async fn documents(server: &Server) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut after = Value::Null;
    loop {
        let mut search = json!({ "size": 5_000, "sort": ["_doc"] });
        if !after.is_null() {
            search["search_after"] = after;
        }
        let (status, reply) = server
            .elastic(Method::POST, "/logs-*/_search", search.to_string())
            .await;
        assert_eq!(status, 200, "{reply}");
        let hits = reply["hits"]["hits"].as_array().expect("hits");
        let Some(last) = hits.last() else {
            return found;
        };
        after = last["sort"].clone();
        for hit in hits {
            let fresh = found.insert(format!(
                "{} {} {}",
                hit["_index"], hit["_id"], hit["_source"]
            ));
            assert!(fresh, "{hit} is there twice");
        }
    }
}

/// Makes a rule and a silence, as the Alerts page does.
async fn keep_alerts(server: &Server) {
    let http = reqwest::Client::new();
    for (path, body) in [
        (
            "rules",
            json!({"rule": {"alert": "Quiet", "logs": {"window": "5m", "below": 1}}}),
        ),
        (
            "silences",
            json!({"matchers": ["alertname=\"Quiet\""], "duration": "2h", "comment": "kept"}),
        ),
    ] {
        let url = server.ui_url(&format!("/api/v1/alerts/{path}"));
        let reply = http.post(url).json(&body).send().await.expect("a reply");
        assert_eq!(reply.status(), 201, "{path}");
    }
}

/// The rules that were made here, as they are written, and the ids of the silences.
async fn kept_alerts(server: &Server) -> (Value, Value) {
    let rules = server.native("/api/v1/alerts/rules").await;
    let groups = rules["groups"].as_array().expect("groups");
    let own = groups.iter().find(|group| group["is_own"] == true);
    let own = own.expect("a rule that was made here");
    let silences = server.native("/api/v1/alerts/silences").await;
    let (rule, silence) = (&own["rules"][0]["written"], &silences["silences"][0]["id"]);
    assert!(rule.is_object() && silence.is_string(), "{own} {silences}");
    (rule.clone(), silence.clone())
}

#[tokio::test]
async fn a_running_server_is_backed_up_checked_and_restored() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start().await;
    fill(&server).await;
    let before = documents(&server).await;
    assert_eq!(before.len(), DOCUMENTS + 1);
    keep_alerts(&server).await;
    let alerts = kept_alerts(&server).await;
    let backup = folder.path().join("monday");
    let url = server.ui_url("");
    let made = succeeded(&swarmscope(&["backup", &url, text(&backup), "--json"]));
    let made: Value = serde_json::from_str(&made).expect("JSON");
    assert_eq!(made["parts"], json!(["logs", "metrics", "alerts", "state"]));
    let reply = reqwest::get(server.ui_url("/api/v1/backup")).await;
    let progress: Value = reply.expect("a reply").json().await.expect("JSON");
    assert_eq!(progress, json!({ "running": null }));
    assert!(made["documents"].as_u64().expect("a number") > DOCUMENTS as u64);
    let again = refused(&swarmscope(&["backup", &url, text(&backup)]));
    assert!(
        again.contains("exists") && again.contains("hint: "),
        "{again}"
    );
    let in_use = refused(&swarmscope(&["check", text(server.data.path())]));
    assert!(in_use.contains("is in use by another process"), "{in_use}");
    drop(server);

    let checked = succeeded(&swarmscope(&["check", text(&backup)]));
    assert!(
        checked.contains("everything is as it was written"),
        "{checked}"
    );
    for part in ["logs: ", "metrics: ", "state: "] {
        assert!(checked.contains(part), "{checked}");
    }
    let told = succeeded(&swarmscope(&["check", text(&backup), "--json"]));
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(told["damaged_files"], 0);
    assert!(told["metrics"]["logged_frames"].is_u64() && told["state"]["tasks"].is_u64());
    let data = tempfile::tempdir().expect("a folder");
    succeeded(&swarmscope(&["restore", text(&backup), text(data.path())]));
    let full = refused(&swarmscope(&["restore", text(&backup), text(data.path())]));
    assert!(full.contains("is not empty"), "{full}");
    let restored = Server::start_with(data, Ports::free(), &["--retention-age", "100years"]).await;
    assert_eq!(documents(&restored).await, before);
    assert_eq!(kept_alerts(&restored).await, alerts);
}

#[tokio::test]
async fn half_made_and_damaged_backups_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start().await;
    fill(&server).await;
    let (data, _) = server.kill();
    let backup = folder.path().join("tuesday");
    succeeded(&swarmscope(&["backup", text(data.path()), text(&backup)]));
    let target = folder.path().join("restored");

    let log = std::fs::read_dir(backup.join("logs/wal"))
        .expect("the log")
        .map(|entry| entry.expect("a file").path())
        .find(|path| path.metadata().is_ok_and(|metadata| metadata.len() > 100))
        .expect("a file of the log");
    let good = std::fs::read(&log).expect("a file");
    let mut bytes = good.clone();
    bytes[50] ^= 1;
    std::fs::write(&log, &bytes).expect("spoiled");
    let damaged = refused(&swarmscope(&["restore", text(&backup), text(&target)]));
    assert!(damaged.contains("is not as it was backed up"), "{damaged}");
    assert!(!target.exists());
    let checked = swarmscope(&["check", text(&backup)]);
    assert_eq!(checked.status.code(), Some(2));
    for (part, file) in [("metrics", "MANIFEST"), ("state", "orchestrator.db")] {
        let file = backup.join(part).join(file);
        let Ok(good) = std::fs::read(&file) else {
            continue;
        };
        std::fs::write(&file, "neither").expect("spoiled");
        let output = swarmscope(&["check", text(&backup)]);
        assert_eq!(output.status.code(), Some(2), "{part}");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains(text(&file)), "{said}");
        std::fs::write(&file, good).expect("mended");
    }
    std::fs::write(&log, &good).expect("mended");

    std::fs::remove_file(backup.join("BACKUP")).expect("removed");
    let half = refused(&swarmscope(&["restore", text(&backup), text(&target)]));
    assert!(half.contains("never completed"), "{half}");

    let missing = folder.path().join("sunday");
    let missing = refused(&swarmscope(&["restore", text(&missing), text(&target)]));
    assert!(
        missing.contains("sunday is not there") && missing.contains("hint: name the folder"),
        "{missing}"
    );
}

#[tokio::test]
async fn rules_of_retention_are_shown_and_bad_ones_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("swarmscope.toml");
    let rules = "[[logs.retention]]\npattern = \"test_agent-*\"\nage = \"3d\"\nsize = \"1GB\"\n";
    std::fs::write(&path, rules).expect("written");
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(data, Ports::free(), &["--config", text(&path)]).await;
    let reply = reqwest::get(server.ui_url("/api/v1/status"))
        .await
        .expect("a reply");
    let status: Value = reply.json().await.expect("JSON");
    let expected = json!([
        { "pattern": "test_agent-*", "age_seconds": 3 * 24 * 3600, "bytes": 1_000_000_000_u64 },
        { "pattern": "*", "age_seconds": 7 * 24 * 3600, "bytes": 5_u64 << 30 },
    ]);
    assert_eq!(status["logs"]["retention"], expected);

    for (bad, reason) in [
        ("age = \"soon\"", "age = \"soon\" is no duration"),
        ("", "says neither age nor size"),
        ("size = \"0B\"", "size = 0 would keep nothing"),
        ("days = 3", "unknown field `days`"),
    ] {
        std::fs::write(
            &path,
            format!("\n[[logs.retention]]\npattern = \"a-*\"\n{bad}\n"),
        )
        .expect("written");
        let said = refused(&swarmscope(&["up", "--config", text(&path)]));
        assert!(
            said.contains(text(&path)) && said.contains("line ") && said.contains(reason),
            "{said}"
        );
    }
}
