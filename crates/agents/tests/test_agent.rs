//! The test agent against a real orchestrator: every event, every class of error, every end.

mod swarm;

use std::collections::BTreeMap;
use std::time::Duration;

use swarm::{Swarm, eventually};
use swarmscope_agents::{AgentConfig, run_until};
use swarmscope_model::state::TaskState;
use swarmscope_sdk::wire::TaskQuery;
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_ends_in_every_way() {
    let swarm = Swarm::start().await;
    let end = CancellationToken::new();
    let config = AgentConfig {
        pace: Duration::from_millis(1)..=Duration::from_millis(2),
        // One batch is enough.
        batch_every: Duration::from_secs(3600),
        ..AgentConfig::new("test_agent", &swarm.url)
    };
    let agent = tokio::spawn(run_until(
        config,
        swarm.kept.logger("test_agent"),
        end.clone(),
    ));

    let page = eventually("every task has ended", async || {
        let page = swarm.client.tasks(&TaskQuery::default()).await.unwrap();
        let all_ended = page.total == 8 && page.tasks.iter().all(|task| task.state.is_final());
        all_ended.then_some(page)
    })
    .await;
    end.cancel();
    agent.await.unwrap().unwrap();

    let mut ends: BTreeMap<(String, &str), u32> = BTreeMap::new();
    for task in &page.tasks {
        let case = task.metadata["test_case"].as_str().unwrap().to_owned();
        *ends.entry((case, task.state.as_str())).or_default() += 1;
    }
    let expected = [
        (("broken", TaskState::Failed), 1),
        (("never_answers", TaskState::DeadLetter), 1),
        (("plain", TaskState::Completed), 4),
        (("recovers", TaskState::Completed), 1),
        (("refused", TaskState::Failed), 1),
    ]
    .map(|((case, state), count)| ((case.to_owned(), state.as_str()), count));
    assert_eq!(ends, BTreeMap::from(expected));

    for (event_type, severity, at_least) in [
        ("test_task_created", "INFO", 8),
        ("test_tasks_batch_created", "INFO", 1),
        ("task_received", "INFO", 8),
        ("task_processing", "INFO", 8),
        ("task_completed", "INFO", 5),
        ("transient_error_retry", "WARNING", 4),
        ("max_retries_exceeded", "ERROR", 1),
        ("permanent_error", "ERROR", 1),
        ("unexpected_error", "CRITICAL", 1),
        ("agent_registered", "INFO", 1),
        ("system_shutdown", "INFO", 1),
    ] {
        let mut found = swarm.kept.of_type(event_type);
        found.retain(|event| event["agent_name"] == "test_agent");
        assert!(found.len() >= at_least, "{event_type}: {found:#?}");
        assert!(
            found.iter().all(|event| event["severity"] == severity),
            "{event_type}: {found:#?}"
        );
    }
    let broken = &swarm.kept.of_type("unexpected_error")[0];
    assert_eq!(
        broken["metadata"]["exception"]["message"],
        "the test result adds up to 5050, expected 5051"
    );
}
