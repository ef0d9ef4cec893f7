//! An agent with several tasks in hand, over real HTTP: each is worked on and completed by itself.

mod swarm;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, json};
use swarm::Swarm;
use swarmscope_model::state::{NewTask, Task, TaskState};
use swarmscope_sdk::agent::{AgentOptions, Handler, Outcome, run};
use swarmscope_sdk::client::OrchestratorClient;
use swarmscope_sdk::{Logger, TaskError};
use tokio::sync::Barrier;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_tasks_are_in_hand_as_may_be_and_each_has_its_own_end() {
    let swarm = Swarm::start().await;
    let tasks = (0..3 * AT_ONCE).map(|number| NewTask {
        task_id: Some(format!("t{number}")),
        task_type: "research".to_owned(),
        ..NewTask::default()
    });
    let tasks: Vec<NewTask> = tasks.collect();
    swarm.client.submit_all(&tasks).await.unwrap();
    let options = AgentOptions {
        concurrency: AT_ONCE,
        claim_wait: Duration::from_millis(500),
        ..AgentOptions::new("many", "test_agent", &["research"])
    };
    let client = OrchestratorClient::new(&swarm.url, None).unwrap();
    let end = CancellationToken::new();
    let handler = Meeting(Arc::new(Barrier::new(AT_ONCE)));
    let logger = swarm.kept.logger("many");
    let running = tokio::spawn(run(options, client, logger, handler, end.clone()));
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
}
