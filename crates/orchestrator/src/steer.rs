//! What people do with tasks and agents, with the orchestrator's voice and bell.

use async_trait::async_trait;
use swarmscope_model::state::{
    Agent, NewTask, News, Requeued, StateError, StateStore, Task, TaskFilter,
};
use swarmscope_task_http::Tasks;

use crate::dispatch::Orchestrator;
use crate::events;

#[async_trait]
impl Tasks for Orchestrator {
    fn store(&self) -> &dyn StateStore {
        Orchestrator::store(self)
    }

    async fn submit(&self, tasks: Vec<NewTask>) -> Result<Vec<Task>, StateError> {
        Orchestrator::submit(self, tasks).await
    }

    async fn cancel(&self, task_id: &str) -> Result<Task, StateError> {
        Orchestrator::cancel(self, task_id).await
    }

    async fn retry(&self, task_id: &str) -> Result<Task, StateError> {
        Orchestrator::retry(self, task_id).await
    }

    async fn requeue(&self, filter: &TaskFilter, expected: u64) -> Result<Requeued, StateError> {
        let done = Orchestrator::store(self).requeue(filter, expected).await?;
        for task in &done.tasks {
            events::task_received(self.logger(), task);
        }
        self.ring(&done.tasks);
        Ok(done)
    }

    async fn cancel_all(&self, filter: &TaskFilter, expected: u64) -> Result<Requeued, StateError> {
        let done = Orchestrator::store(self)
            .cancel_all(filter, expected)
            .await?;
        for task in &done.tasks {
            events::task_cancelled(self.logger(), task);
        }
        self.attempts_ended();
        Ok(done)
    }

    async fn drain(&self, agent_name: &str, draining: bool) -> Result<Agent, StateError> {
        let agent = Orchestrator::store(self)
            .drain(agent_name, draining)
            .await?;
        events::agent_drained(self.logger(), &agent, draining);
        if !draining {
            self.tell(vec![News::Agent(agent.agent_name.clone())]);
        }
        Ok(agent)
    }
}
