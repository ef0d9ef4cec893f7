//! The two ways to the same tasks: the store's trait, and the orchestrator's HTTP.

use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;
use serde_json::Map;
use swarmscope_model::state::{Claim, NewAgent, NewTask, StateError, StateStore, Task};
use swarmscope_sdk::client::{ClientError, OrchestratorClient};
use swarmscope_sdk::wire::Completion;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::TASK_TYPE;
use crate::failure::Failure;

/// Longer than any stage, so that no lease runs out while this machine is busy.
const LEASE: Duration = Duration::from_secs(600);

/// A way to submit, claim and complete.
#[derive(Clone)]
pub enum Door {
    /// The store in this process. The bell stands for the orchestrator's: it wakes one waiting agent for
    /// each task.
    Store {
        store: Arc<dyn StateStore>,
        bell: Arc<Notify>,
    },
    /// An orchestrator in a process of its own.
    Http(OrchestratorClient),
}

fn of_store(error: StateError) -> Failure {
    Failure::new(error.reason())
}

fn of_client(error: ClientError) -> Failure {
    anyhow::Error::new(error).into()
}

impl Door {
    pub fn store(store: Arc<dyn StateStore>) -> Self {
        Self::Store {
            store,
            bell: Arc::default(),
        }
    }

    pub fn http(client: OrchestratorClient) -> Self {
        Self::Http(client)
    }

    pub async fn register(&self, agent_name: &str) -> Result<(), Failure> {
        let agent = NewAgent {
            agent_name: agent_name.to_owned(),
            agent_type: TASK_TYPE.to_owned(),
            capabilities: Map::new(),
            metadata: Map::new(),
        };
        match self {
            Self::Store { store, .. } => store.register(agent).await.map(drop).map_err(of_store),
            Self::Http(client) => client.register(&agent).await.map(drop).map_err(of_client),
        }
    }

    pub async fn submit(&self, tasks: Vec<NewTask>) -> Result<(), Failure> {
        match self {
            Self::Store { store, bell } => {
                let tasks = store.enqueue(tasks).await.map_err(of_store)?;
                for _ in &tasks {
                    bell.notify_one();
                }
                Ok(())
            }
            Self::Http(client) => client.submit_all(&tasks).await.map(drop).map_err(of_client),
        }
    }

    /// The next tasks, at most so many, waiting up to `wait` for the first of them.
    pub async fn claim(
        &self,
        agent_name: &str,
        most: usize,
        wait: Duration,
    ) -> Result<Vec<Task>, Failure> {
        let types = [TASK_TYPE.to_owned()];
        let (store, bell) = match self {
            Self::Store { store, bell } => (store, bell),
            Self::Http(client) if most == 1 => {
                let claimed = client.claim(agent_name, &types, wait, LEASE).await;
                return Ok(claimed.map_err(of_client)?.into_iter().collect());
            }
            Self::Http(client) => {
                let claimed = client.claim_many(agent_name, &types, most, wait, LEASE);
                return claimed.await.map_err(of_client);
            }
        };
        let deadline = Instant::now() + wait;
        loop {
            let claims = (0..most).map(|_| store.claim(agent_name, &types, LEASE));
            let claimed = try_join_all(claims).await.map_err(of_store)?;
            let tasks: Vec<Task> = claimed.into_iter().flatten().collect();
            if !tasks.is_empty() || timeout_at(deadline, bell.notified()).await.is_err() {
                return Ok(tasks);
            }
        }
    }

    /// Completes all of them.
    pub async fn complete(&self, agent_name: &str, tasks: &[Task]) -> Result<(), Failure> {
        let claim = |task: &Task| Claim {
            task_id: task.task_id.clone(),
            agent_name: agent_name.to_owned(),
            fencing_token: task.fencing_token,
        };
        match (self, tasks) {
            (Self::Store { store, .. }, _) => {
                let complete = async |task| {
                    let done = store.complete(&claim(task), Map::new(), Vec::new()).await;
                    done.map(drop).map_err(of_store)
                };
                try_join_all(tasks.iter().map(complete)).await.map(drop)
            }
            (Self::Http(client), [task]) => {
                let claim = claim(task);
                let done = client.complete(&claim, Map::new(), Vec::new()).await;
                done.map(drop).map_err(of_client)
            }
            (Self::Http(client), _) => {
                let completion = |task: &Task| Completion {
                    task_id: task.task_id.clone(),
                    fencing_token: task.fencing_token,
                    result: Map::new(),
                    follow_up: Vec::new(),
                };
                let completions = tasks.iter().map(completion).collect();
                let done = client.complete_many(agent_name, completions).await;
                for outcome in done.map_err(of_client)? {
                    outcome.map_err(of_client)?;
                }
                Ok(())
            }
        }
    }
}

/// A task of the run.
pub fn task(task_id: String) -> NewTask {
    NewTask {
        task_id: Some(task_id),
        task_type: TASK_TYPE.to_owned(),
        metadata: Map::new(),
        ..NewTask::default()
    }
}
