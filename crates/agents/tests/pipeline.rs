//! The demo end to end: articles pass all four agents, under one correlation id each.

mod swarm;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use swarm::{Swarm, eventually};
use swarmscope_agents::{AgentConfig, AgentError, Mishaps, run_until};
use swarmscope_model::names::DEMO_AGENTS;
use swarmscope_orchestrator::demo::{TOPICS, Workload};
use swarmscope_sdk::Logger;
use swarmscope_sdk::wire::TaskQuery;
use tokio_util::sync::CancellationToken;

fn demo_agent(swarm: &Swarm, agent_type: &str, mishaps: Mishaps) -> (AgentConfig, Logger) {
    let config = AgentConfig {
        pace: Duration::from_millis(1)..=Duration::from_millis(5),
        seed: Some(3),
        mishaps,
        ..AgentConfig::new(agent_type, &swarm.url)
    };
    (config, swarm.kept.logger(agent_type))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn articles_pass_all_four_agents_under_one_correlation_id() {
    let swarm = Swarm::start().await;
    let end = CancellationToken::new();
    let mut agents = Vec::new();
    for (agent_type, ..) in DEMO_AGENTS {
        let (config, logger) = demo_agent(&swarm, agent_type, Mishaps::NONE);
        agents.push(tokio::spawn(run_until(config, logger, end.clone())));
    }
    let workload = Workload {
        every: Duration::from_millis(20),
    };
    tokio::spawn(workload.run(swarm.orchestrator.clone()));
    let checked = TaskQuery {
        state: Some("completed".into()),
        task_type: Some("fact_checking".into()),
        ..TaskQuery::default()
    };
    let page = eventually("articles are checked", async || {
        let page = swarm.client.tasks(&checked).await.unwrap();
        (page.total >= TOPICS.len() as u64).then_some(page)
    })
    .await;
    let article = &page.tasks[page.tasks.len() - 1];
    let attempts = swarm.client.task(&article.task_id).await.unwrap().attempts;
    assert_eq!(
        attempts[0].metadata["result"]["disputed"],
        Value::Array(vec![])
    );

    end.cancel();
    for agent in agents {
        agent.await.unwrap().unwrap();
    }
    let id = article.correlation_id();
    let events = swarm.kept.events();
    let of_id: Vec<&Value> = events
        .iter()
        .filter(|event| event["metadata"]["correlation_id"] == id)
        .collect();
    let speakers: BTreeSet<&str> = of_id
        .iter()
        .map(|event| event["agent_name"].as_str().unwrap())
        .collect();
    let everybody: BTreeSet<&str> = DEMO_AGENTS
        .iter()
        .map(|(name, ..)| *name)
        .chain(["orchestrator"])
        .collect();
    assert_eq!(speakers, everybody);
    let kinds: BTreeSet<&str> = of_id
        .iter()
        .map(|event| event["event_type"].as_str().unwrap())
        .collect();
    for kind in [
        "task_received",
        "task_dispatch",
        "task_claimed",
        "task_processing",
        "task_completed",
    ] {
        assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
    }
    for agent in swarm.client.agents().await.unwrap() {
        assert_eq!(agent.status, "inactive", "{agent:?}");
        assert_eq!(
            (agent.active_tasks, agent.failed_tasks),
            (0, 0),
            "{agent:?}"
        );
    }
    swarm.end.cancel();
    swarm.server.await.unwrap().unwrap();
    assert_eq!(swarm.kept.of_type("system_shutdown").len(), 5);
    let metrics = swarmscope_sdk::metrics::render();
    assert!(
        metrics.contains("tasks_dispatched_total{task_type=\"editing\"}"),
        "{metrics}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_of_every_class_end_as_they_should_and_the_agent_goes_on() {
    let swarm = Swarm::start().await;
    let end = CancellationToken::new();
    let mishaps = Mishaps {
        transient: 0.2,
        permanent: 0.2,
        unexpected: 0.2,
    };
    let (config, logger) = demo_agent(&swarm, "research_agent", mishaps);
    let agent = tokio::spawn(run_until(config, logger, end.clone()));
    for number in 0..40 {
        swarm.submit(&format!("t{number}"), "research").await;
    }
    let query = TaskQuery {
        task_type: Some("research".into()),
        limit: Some(100),
        ..TaskQuery::default()
    };
    let tasks = eventually("everything ended", async || {
        let page = swarm.client.tasks(&query).await.unwrap();
        page.tasks
            .iter()
            .all(|task| task.state.is_final())
            .then_some(page.tasks)
    })
    .await;
    assert!(tasks.iter().any(|task| task.retry_count > 0));
    end.cancel();
    agent.await.unwrap().unwrap();
    for (kind, severity) in [
        ("transient_error_retry", "WARNING"),
        ("permanent_error", "ERROR"),
        ("unexpected_error", "CRITICAL"),
    ] {
        let mut events = swarm.kept.of_type(kind);
        events.retain(|event| event["agent_name"] == "research_agent");
        assert!(!events.is_empty(), "no {kind}");
        for event in events {
            assert_eq!(event["severity"], severity);
            assert_eq!(event["metadata"]["max_retries"], 3);
            assert!(event["metadata"]["exception"]["message"].is_string());
            assert_eq!(
                event["metadata"]["correlation_id"],
                event["metadata"]["task_id"]
            );
        }
    }
    // The agent has logged its errors with their exceptions: the orchestrator's lines are none beside them.
    let told = swarm.kept.of_type("task_failed");
    assert!(!told.is_empty());
    for event in told {
        assert_eq!(
            (&event["agent_name"], &event["severity"]),
            (&"orchestrator".into(), &"WARNING".into()),
            "{event}"
        );
    }
    let panics = swarm.kept.of_type("unexpected_error");
    assert!(
        panics
            .iter()
            .any(|event| event["metadata"]["exception"]["type"] == "panic")
    );
    let failed = tasks
        .iter()
        .find(|task| task.state.as_str() == "failed")
        .unwrap();
    assert!(failed.last_error.is_some());
}

#[tokio::test]
async fn what_cannot_start_says_why() {
    let end = CancellationToken::new();
    let logger = swarm::Kept::default().logger("x");
    let config = AgentConfig::new("painting_agent", "http://127.0.0.1:1");
    let refused = run_until(config, logger.clone(), end.clone())
        .await
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("use one of research_agent, writing_agent"),
        "{refused}"
    );
    let config = AgentConfig::new("research_agent", "orchestrator");
    let refused = run_until(config, logger, end).await.unwrap_err();
    assert!(matches!(refused, AgentError::Client(_)), "{refused}");
}

#[test]
fn the_workload_asks_only_about_what_is_known() {
    let known: BTreeSet<&str> = swarmscope_agents::topics().collect();
    assert_eq!(known, TOPICS.into_iter().collect());
}
