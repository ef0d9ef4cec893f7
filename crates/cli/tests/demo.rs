//! `up --demo` from outside: real processes work, log, die and are replaced.

mod support;

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use support::{Ports, Server};
use swarmscope_model::names::DEMO_AGENTS;

/// What the newcomer is promised.
const FIRST_EVENTS: Duration = Duration::from_secs(20);
/// Until a task has gone through two agents, on a busy machine.
const FIRST_HANDOVER: Duration = Duration::from_secs(90);
/// Lease, sweep and restart, on a busy machine.
const TAKEOVER: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_work_log_die_and_are_replaced() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(data, Ports::free(), &["--demo"]).await;
    events_of_everybody_arrive(&server).await;
    correlation_ids_are_shared(&server).await;
    events_have_the_contract_shape(&server).await;
    a_killed_agent_is_noticed_and_replaced(&server).await;
    accounts_balance(&server).await;
    let mut server = killed_and_started_at_once(server).await;
    let status = server.terminate();
    assert!(status.success(), "SIGTERM ends it cleanly: {status}");
}

/// Its agents still have their ports, for as long as they may go on with their tasks.
async fn killed_and_started_at_once(server: Server) -> Server {
    let starts = "agent_name:editing_agent AND event_type:system_startup";
    let before = count(&server, starts).await;
    let (data, ports) = server.kill();
    let server = Server::start_with(data, ports, &["--demo"]).await;
    let deadline = Instant::now() + TAKEOVER;
    while count(&server, starts).await <= before {
        assert!(Instant::now() < deadline, "the agent did not start again");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    server
}

async fn events_of_everybody_arrive(server: &Server) {
    let names = ["orchestrator"]
        .into_iter()
        .chain(DEMO_AGENTS.iter().map(|(kind, ..)| *kind));
    let deadline = Instant::now() + FIRST_EVENTS;
    for name in names {
        loop {
            let found = count(server, &format!("agent_name:{name}")).await;
            if found > 0 {
                break;
            }
            assert!(
                Instant::now() < deadline,
                "no events of {name} within {FIRST_EVENTS:?}"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// Waits until some task went through two agents, and finds its events by correlation id and word.
async fn correlation_ids_are_shared(server: &Server) {
    let body = json!({
        "size": 0,
        "query": {"bool": {"must_not": {"term": {"agent_name.keyword": "orchestrator"}}}},
        "aggs": {"ids": {
            "terms": {"field": "metadata.correlation_id.keyword", "size": 100},
            "aggs": {"agents": {"terms": {"field": "agent_name.keyword"}}},
        }},
    });
    let deadline = Instant::now() + FIRST_HANDOVER;
    let id = loop {
        let (status, reply) = server
            .elastic(Method::POST, "/_search", body.to_string())
            .await;
        assert_eq!(status, 200, "{reply}");
        let buckets = reply["aggregations"]["ids"]["buckets"]
            .as_array()
            .expect("buckets")
            .clone();
        let shared = buckets.iter().find(|bucket| {
            bucket["agents"]["buckets"]
                .as_array()
                .is_some_and(|agents| agents.len() >= 2)
        });
        if let Some(bucket) = shared {
            break bucket["key"].as_str().expect("an id").to_owned();
        }
        assert!(
            Instant::now() < deadline,
            "no correlation id shared by two agents: {reply}"
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    let of_id = count(server, &format!("metadata.correlation_id:\"{id}\"")).await;
    assert!(of_id >= 3, "{of_id} events of {id}");
    let page = server
        .native(&format!("/api/v1/logs/search?query=\"{id}\"&sort=asc"))
        .await;
    let agents: BTreeSet<&str> = page["hits"]
        .as_array()
        .expect("hits")
        .iter()
        .filter_map(|hit| hit["source"]["agent_name"].as_str())
        .collect();
    assert!(agents.len() >= 2, "{agents:?}");
}

async fn events_have_the_contract_shape(server: &Server) {
    let page = server.native("/api/v1/logs/search?size=500").await;
    for hit in page["hits"].as_array().expect("hits") {
        let source = hit["source"].clone();
        serde_json::from_value::<swarmscope_model::Event>(source)
            .expect("an event of the contract");
    }
    // Among all of them: the newest 500 have no registration any more when the start was slow.
    for expected in ["task_completed", "task_received", "agent_registered"] {
        let found = count(server, &format!("event_type:{expected}")).await;
        assert!(found > 0, "no {expected}");
    }
}

async fn a_killed_agent_is_noticed_and_replaced(server: &Server) {
    let victim = "writing_agent";
    let first = agent(server, victim).await;
    let pid = first["metadata"]["pid"]
        .as_u64()
        .expect("agents tell their process id");
    let killed = Command::new("kill")
        .args(["-9", &pid.to_string()])
        .status()
        .expect("kill");
    assert!(killed.success());

    let deadline = Instant::now() + TAKEOVER;
    wait_until(
        deadline,
        "the state shows the agent as inactive",
        async || agent(server, victim).await["status"] == "inactive",
    )
    .await;
    wait_until(
        deadline,
        "another process has taken its place",
        async || {
            let now = agent(server, victim).await;
            now["status"] == "active" && now["metadata"]["pid"].as_u64() != Some(pid)
        },
    )
    .await;
    wait_until(deadline, "the end of the process is an event", async || {
        count(
            server,
            &format!("agent_name:{victim} AND severity:CRITICAL AND signal"),
        )
        .await
            > 0
    })
    .await;
    let done = agent(server, victim).await["completed_tasks"].as_u64();
    wait_until(deadline, "work goes on", async || {
        agent(server, victim).await["completed_tasks"].as_u64() > done
    })
    .await;
}

async fn accounts_balance(server: &Server) {
    let status = server.native("/api/v1/status").await;
    let account = &status["accounting"];
    let number = |name: &str| account[name].as_u64().expect("a number");
    assert!(number("stored") > 0);
    assert_eq!(
        number("received"),
        number("stored") + number("refused"),
        "{account}"
    );
    assert_eq!(number("dropped"), 0, "{account}");
}

async fn agent(server: &Server, name: &str) -> Value {
    let reply = server.native("/api/v1/agents").await;
    let agents = reply["agents"].as_array().expect("agents");
    agents
        .iter()
        .find(|agent| agent["agent_name"] == name)
        .cloned()
        .unwrap_or(Value::Null)
}

async fn count(server: &Server, query: &str) -> u64 {
    let body = json!({"query": {"query_string": {"query": query}}}).to_string();
    let (status, reply) = server.elastic(Method::POST, "/_count", body).await;
    assert_eq!(status, 200, "{reply}");
    reply["count"].as_u64().expect("a count")
}

async fn wait_until(deadline: Instant, what: &str, holds: impl AsyncFn() -> bool) {
    while !holds().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
