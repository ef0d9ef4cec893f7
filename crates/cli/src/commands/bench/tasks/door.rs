//! The two ways to the same tasks: the store's trait, and the orchestrator's HTTP.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Map;
use swarmscope_model::state::{Claim, NewAgent, NewTask, StateError, StateStore, Task};
use swarmscope_sdk::client::{ClientError, OrchestratorClient};
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

    /// The next task, waiting up to `wait` for one.
    pub async fn claim(&self, agent_name: &str, wait: Duration) -> Result<Option<Task>, Failure> {
        let types = [TASK_TYPE.to_owned()];
        let (store, bell) = match self {
            Self::Store { store, bell } => (store, bell),
            Self::Http(client) => {
                let claimed = client.claim(agent_name, &types, wait, LEASE).await;
                return claimed.map_err(of_client);
            }
        };
        let deadline = Instant::now() + wait;
        loop {
            let claimed = store.claim(agent_name, &types, LEASE).await;
            if let Some(task) = claimed.map_err(of_store)? {
                return Ok(Some(task));
            }
            if timeout_at(deadline, bell.notified()).await.is_err() {
                return Ok(None);
            }
        }
    }

    pub async fn complete(&self, task: &Task) -> Result<(), Failure> {
        let claim = Claim {
            task_id: task.task_id.clone(),
            agent_name: task.agent_name.clone().unwrap_or_default(),
            fencing_token: task.fencing_token,
        };
        match self {
            Self::Store { store, .. } => {
                let done = store.complete(&claim, Map::new(), Vec::new()).await;
                done.map(drop).map_err(of_store)
            }
            Self::Http(client) => {
                let done = client.complete(&claim, Map::new(), Vec::new()).await;
                done.map(drop).map_err(of_client)
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
