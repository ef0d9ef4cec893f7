//! An agent with several tasks in hand, over real HTTP: each is worked on and completed by itself.

mod swarm;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Map, Value, json};
use swarm::{Swarm, eventually};
use swarmscope_model::Severity;
use swarmscope_model::state::{NewTask, Task, TaskState};
use swarmscope_sdk::agent::{AgentOptions, Handler, Outcome, run};
use swarmscope_sdk::client::OrchestratorClient;
use swarmscope_sdk::{Logger, TaskError};
use tokio::sync::Barrier;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const AT_ONCE: usize = 4;

/// Ends no task before as many are in hand as there may be.
struct Meeting(Arc<Barrier>);

impl Handler for Meeting {
    async fn handle(&self, task: Task, _: Logger) -> Result<Outcome, TaskError> {
        self.0.wait().await;
        if task.task_id == "t7" {
            return Err(TaskError::permanent("seven is too many"));
        }
        Ok(Outcome {
            result: Map::from_iter([("said".to_owned(), task.task_id.into())]),
            ..Outcome::default()
        })
    }
}

fn task(number: usize) -> NewTask {
    NewTask {
        task_id: Some(format!("t{number}")),
        task_type: "research".to_owned(),
        ..NewTask::default()
    }
}

/// The agent, which ends when the token is cancelled.
fn start(swarm: &Swarm, at_once: usize, logger: Logger) -> (CancellationToken, JoinHandle<()>) {
    let options = AgentOptions {
        concurrency: at_once,
        claim_wait: Duration::from_millis(500),
        ..AgentOptions::new("many", "test_agent", &["research"])
    };
    let client = OrchestratorClient::new(&swarm.url, None).unwrap();
    let end = CancellationToken::new();
    let handler = Meeting(Arc::new(Barrier::new(at_once)));
    let running = tokio::spawn(run(options, client, logger, handler, end.clone()));
    (end, running)
}

/// The orchestrator's line about the task that failed.
async fn line_about_seven(swarm: &Swarm) -> Value {
    eventually("the orchestrator's line", async || {
        let mut lines = swarm.kept.of_type("task_failed");
        lines.retain(|line| line["metadata"]["task_id"] == "t7");
        lines.pop()
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_tasks_are_in_hand_as_may_be_and_each_has_its_own_end() {
    let swarm = Swarm::start().await;
    let tasks: Vec<NewTask> = (0..3 * AT_ONCE).map(task).collect();
    swarm.client.submit_all(&tasks).await.unwrap();
    let (end, running) = start(&swarm, AT_ONCE, swarm.kept.logger("many"));
    for number in 0..3 * AT_ONCE {
        let (id, failed) = (format!("t{number}"), number == 7);
        let state = [TaskState::Completed, TaskState::Failed][usize::from(failed)];
        let done = swarm.reaches(&id, state).await;
        assert_eq!(done.attempts.len(), 1, "{done:?}");
        let attempt = &done.attempts[0];
        assert_eq!(attempt.agent_name.as_deref(), Some("many"));
        assert_eq!(attempt.success, !failed);
        if !failed {
            assert_eq!(attempt.metadata["result"], json!({"said": id}));
        }
    }
    end.cancel();
    running.await.unwrap();
    let agents = swarm.client.agents().await.unwrap();
    assert_eq!((agents[0].completed_tasks, agents[0].failed_tasks), (11, 1));
    let calls = swarm.completions.load(Ordering::Relaxed);
    assert!(calls < 11, "no completions went together: {calls} calls");
    // The agent has logged the error.
    assert_eq!(line_about_seven(&swarm).await["severity"], "WARNING");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_that_is_too_quiet_for_the_agents_log_is_an_error_of_the_orchestrators() {
    let swarm = Swarm::start().await;
    swarm.client.submit(&task(7)).await.unwrap();
    let logger = swarm.kept.logger("many");
    logger.set_level(Severity::Critical);
    let (end, running) = start(&swarm, 1, logger);
    swarm.reaches("t7", TaskState::Failed).await;
    end.cancel();
    running.await.unwrap();
    assert_eq!(line_about_seven(&swarm).await["severity"], "ERROR");
    assert!(swarm.kept.of_type("permanent_error").is_empty());
}
