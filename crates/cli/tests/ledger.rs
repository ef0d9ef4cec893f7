//! The ledger: what agents say they emitted, against what arrived, through the server's doors.

mod support;

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use support::{Ports, Server};

/// Waits until the agents' page says of this agent what `holds` wants, and gives its account.
async fn account(server: &Server, agent: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(90);
    loop {
        let url = server.ui_url("/api/v1/agents");
        let reply = reqwest::get(url).await.expect("a reply");
        let body: Value = reply.json().await.expect("JSON");
        let agents = body["agents"].as_array().cloned().unwrap_or_default();
        let found = agents.iter().find(|each| each["agent_name"] == agent);
        let ledger = found.map_or(Value::Null, |found| found["ledger"].clone());
        if holds(&ledger) {
            return ledger;
        }
        assert!(Instant::now() < deadline, "not in time: {body:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn register(server: &Server, agent: &str) {
    let url = format!("http://{}/api/v1/agents", server.ports.orchestrator);
    let body = json!({"agent_name": agent, "agent_type": agent});
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let request = reqwest::Client::new().post(&url).json(&body).send();
        if request.await.is_ok_and(|reply| reply.status().is_success()) {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "the orchestrator does not answer"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Sends these events of the agent, by their ids.
async fn send(server: &Server, events: &[(&str, &str, Value)]) {
    let lines = events.iter().map(|(id, event_type, metadata)| {
        let event = json!({"agent_name": "teller", "event_type": event_type, "severity": "INFO",
            "message": id, "metadata": metadata});
        format!("{{\"create\":{{\"_index\":\"agents\",\"_id\":\"{id}\"}}}}\n{event}\n")
    });
    let (status, _) = server
        .elastic(Method::POST, "/_bulk", lines.collect())
        .await;
    assert_eq!(status, 200);
}

fn report(emitted: u64, dropped: u64, stage: &str) -> Value {
    json!({"writer": "w", "emitted": emitted, "dropped": dropped, "stage": stage})
}

#[tokio::test]
async fn an_event_that_is_lost_on_the_way_is_a_gap_and_one_sent_twice_is_not() {
    let server = Server::start().await;
    register(&server, "teller").await;
    assert_eq!(
        account(&server, "teller", Value::is_null).await,
        Value::Null
    );
    let accounted = "events_accounted";
    send(
        &server,
        &[
            ("1", accounted, report(1, 0, "first")),
            ("2", "x", json!({})),
        ],
    )
    .await;
    // The third was dropped by the agent itself, the fourth is lost, and the second is sent again.
    let dropped = json!({"dropped": 1});
    send(
        &server,
        &[
            ("2", "x", json!({})),
            ("d", "events_dropped", dropped),
            ("5", "x", json!({})),
            ("6", accounted, report(6, 1, "between")),
            ("7", "after the report", json!({})),
        ],
    )
    .await;
    let ledger = account(&server, "teller", |ledger| ledger["emitted"] == 6).await;
    let expected = json!({"emitted": 6, "stored": 4, "refused": 0, "dropped": 1, "unreported": 0,
        "gap": 1, "unclosed": 0, "partial": false, "shared": false});
    assert_eq!(ledger, expected);
    let page = reqwest::get(server.ui_url("/metrics"))
        .await
        .expect("a reply");
    let page = page.text().await.expect("text");
    for line in [
        "swarmscope_ledger_gap_events{agent_name=\"teller\"} 1\n",
        "swarmscope_ledger_events_total{agent_name=\"teller\",outcome=\"emitted\"} 6\n",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
}

#[tokio::test]
async fn the_demo_balances_and_says_when_an_agent_was_killed_before_its_last_report() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(data, Ports::free(), &["--demo"]).await;
    let agent = "research_agent";
    let first = account(&server, agent, |ledger| {
        ledger["emitted"].as_u64() > Some(3)
    })
    .await;
    assert_eq!(
        (&first["gap"], &first["unclosed"]),
        (&json!(0), &json!(0)),
        "{first}"
    );
    let url = server.ui_url("/api/v1/agents");
    let body: Value = reqwest::get(url)
        .await
        .expect("a reply")
        .json()
        .await
        .expect("JSON");
    let agents = body["agents"].as_array().expect("agents");
    let found = agents.iter().find(|each| each["agent_name"] == agent);
    let pid = found.expect("is there")["metadata"]["pid"]
        .as_i64()
        .expect("a pid");
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).expect("a pid"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("killed");
    let after = account(&server, agent, |ledger| ledger["unclosed"] == 1).await;
    assert_eq!(after["gap"], 0, "{after}");
    let sum =
        |names: &[&str]| -> u64 { names.iter().filter_map(|name| after[name].as_u64()).sum() };
    assert_eq!(
        sum(&["emitted", "unreported"]),
        sum(&["stored", "refused", "dropped", "gap"]),
        "{after}"
    );
}
