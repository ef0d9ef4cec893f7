//! What the handlers ask for: the store, and what a change of a task does beside changing it.

use async_trait::async_trait;
use swarmscope_model::state::{
    Agent, NewTask, News, Requeued, StateError, StateStore, Task, TaskFilter,
};

/// Tasks to steer. Every method does what the store does, and announces what became claimable; who also speaks
/// of it, or has waiting workers of its own, overrides it.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// Where they are kept.
    fn store(&self) -> &dyn StateStore;

    /// As [`StateStore::enqueue`].
    async fn submit(&self, tasks: Vec<NewTask>) -> Result<Vec<Task>, StateError> {
        let tasks = self.store().enqueue(tasks).await?;
        self.store().announce(News::of(&tasks));
        Ok(tasks)
    }

    /// As [`StateStore::cancel`].
    async fn cancel(&self, task_id: &str) -> Result<Task, StateError> {
        self.store().cancel(task_id).await
    }

    /// As [`StateStore::retry`].
    async fn retry(&self, task_id: &str) -> Result<Task, StateError> {
        let task = self.store().retry(task_id).await?;
        self.store().announce(News::of(std::slice::from_ref(&task)));
        Ok(task)
    }

    /// As [`StateStore::requeue`].
    async fn requeue(&self, filter: &TaskFilter, expected: u64) -> Result<Requeued, StateError> {
        let done = self.store().requeue(filter, expected).await?;
        self.store().announce(News::of(&done.tasks));
        Ok(done)
    }

    /// As [`StateStore::cancel_all`].
    async fn cancel_all(&self, filter: &TaskFilter, expected: u64) -> Result<Requeued, StateError> {
        self.store().cancel_all(filter, expected).await
    }

    /// As [`StateStore::drain`].
    async fn drain(&self, agent_name: &str, draining: bool) -> Result<Agent, StateError> {
        let agent = self.store().drain(agent_name, draining).await?;
        if !draining {
            self.store()
                .announce(vec![News::Agent(agent.agent_name.clone())]);
        }
        Ok(agent)
    }
}
