//! `swarmscope bench logs` with few events, against a second server of our own as the peer.

mod support;

use serde_json::Value;
use support::{SWARMSCOPE, Server};
use tokio::process::Command;

const EVENTS: u64 = 3_000;
/// Eight questions, and a dashboard.
const QUESTIONS: usize = 9;

async fn bench(further: &[&str]) -> (bool, String, String) {
    let output = Command::new(SWARMSCOPE)
        .args([
            "bench",
            "logs",
            "--connections",
            "1,2",
            "--batch",
            "500..1000",
        ])
        .args(["--events", &EVENTS.to_string(), "--repetitions", "3"])
        // Waiting until everything rests takes minutes, and is no matter here.
        .args(["--patience", "0s"])
        .args(further)
        .output()
        .await
        .expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.success(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_servers_are_measured_and_give_the_same_answers() {
    let mut peer = Server::start().await;
    let against = format!("swarmscope={}", peer.elastic_url(""));
    let (success, output, errors) = bench(&["--json", "--against", &against]).await;
    assert!(success, "{errors}{output}");
    let report: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!(report["events"], EVENTS);
    let contenders = report["contenders"].as_array().expect("contenders");
    assert_eq!(contenders.len(), 2);
    for contender in contenders {
        check(contender);
    }
    let journey = &contenders[0]["journey"];
    assert!(journey["rows"].as_u64() > Some(0), "{journey}");
    assert!(journey["p50_ms"].as_f64() > Some(0.0), "{journey}");
    assert!(contenders[1]["journey"].is_null(), "{output}");
    assert!(contenders[0]["restart_ms"].as_f64().is_some(), "{output}");
    let ratios = report["ratios"][0]["rows"].as_array().expect("ratios");
    assert!(ratios.len() > 3 * QUESTIONS);
    // The peer is left as it was found.
    let (status, _) = peer
        .elastic(
            reqwest::Method::GET,
            "/swarmscope-bench/_count",
            String::new(),
        )
        .await;
    assert_eq!(status, 404);
    peer.terminate();
}

fn check(contender: &Value) {
    let loads = contender["loads"].as_array().expect("loads");
    assert_eq!(loads.len(), 2);
    for (load, connections) in loads.iter().zip([1, 2]) {
        assert_eq!(load["connections"], connections);
        for field in ["events_per_second", "disk_bytes", "peak_rss_bytes"] {
            assert!(load[field].as_f64() > Some(0.0), "{field}: {contender}");
        }
        let raw = load["raw_bytes"].as_u64().expect("a number");
        assert!((350 * EVENTS..450 * EVENTS).contains(&raw), "{raw}");
        assert!(load["server_cpu_seconds"].is_number(), "{contender}");
    }
    let queries = contender["queries"].as_array().expect("queries");
    assert_eq!(queries.len(), QUESTIONS);
    for query in queries {
        assert!(query["rows"].as_u64() > Some(0), "{query}");
        assert!(query["difference"].is_null(), "{query}");
        assert!(query["p50_ms"].as_f64() > Some(0.0), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_get_a_table() {
    let (success, output, errors) = bench(&[]).await;
    assert!(success, "{errors}{output}");
    for line in [
        "events/s, 1 connection",
        "raw/disk, 2 connections",
        "phrase, ms",
        "dashboard of 12 panels, ms",
        "journey of a correlation id, ms",
    ] {
        assert!(output.contains(line), "{output}");
    }
}

#[tokio::test]
async fn a_peer_that_is_none_is_refused_with_the_reason() {
    let (success, _, errors) = bench(&["--against", "loki=http://127.0.0.1:1"]).await;
    assert!(!success);
    assert!(
        errors.contains("known are swarmscope, elasticsearch"),
        "{errors}"
    );
}
