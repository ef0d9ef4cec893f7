//! Claims that wait, of one task or of several. Several are as many claims, each with its own lease and
//! token, that the store makes together in parts that grow; an agent whose last part finds too little has what
//! there was.

use std::time::Duration;

use futures::future::join_all;
use swarmscope_model::state::{StateError, Task};
use swarmscope_sdk::metrics;
use tokio::time::{Instant, timeout_at};

use crate::bell::Heard;
use crate::dispatch::Orchestrator;
use crate::events;

/// Who claims what.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub agent_name: &'a str,
    pub task_types: &'a [String],
    /// As the settings say when left out.
    pub lease: Option<Duration>,
}

impl Orchestrator {
    /// The next task for the agent, waiting for one until `wait` is over.
    pub(crate) async fn claim(
        &self,
        wanted: Wanted<'_>,
        wait: Duration,
    ) -> Result<Option<Task>, StateError> {
        Ok(self.claim_many(wanted, 1, wait).await?.pop())
    }

    /// The most urgent tasks for the agent, at most so many, waiting for the first of them
    /// until `wait` is over.
    pub(crate) async fn claim_many(
        &self,
        wanted: Wanted<'_>,
        most: usize,
        wait: Duration,
    ) -> Result<Vec<Task>, StateError> {
        let deadline = Instant::now() + wait;
        let mut heard: Option<Heard> = None;
        // Who waits looks for one task at a time: mostly there is none.
        let mut looked_for = most;
        loop {
            // Listening before looking, so that no ring is missed in between.
            let listener = self.bell().listen(wanted.agent_name, wanted.task_types);
            let mut tasks = self.take(wanted, looked_for).await?;
            if !tasks.is_empty() {
                if let Some(heard) = heard {
                    heard.done();
                }
                if looked_for < most {
                    // What is claimed by now is the agent's, whatever becomes of the rest.
                    tasks.extend(
                        self.take(wanted, most - looked_for)
                            .await
                            .unwrap_or_default(),
                    );
                }
                self.tell_of(&tasks);
                return Ok(tasks);
            }
            // Somebody else may find what this agent may not have.
            drop(heard.take());
            if Instant::now() >= deadline {
                return Ok(tasks);
            }
            let recheck = deadline.min(Instant::now() + self.recheck_every());
            tokio::select! {
                () = self.closing().cancelled() => return Ok(tasks),
                news = timeout_at(recheck, listener.heard()) => heard = news.ok(),
            }
            looked_for = 1;
        }
    }

    /// At most so many tasks that are there. Asks for one, then for twice as many each time until there are
    /// fewer: where a limit is full, each claim beyond it costs a transaction. A failure only counts when
    /// there is none.
    async fn take(&self, wanted: Wanted<'_>, most: usize) -> Result<Vec<Task>, StateError> {
        let lease = wanted.lease.unwrap_or_else(|| self.settings().lease);
        let claim = |_| {
            self.store()
                .claim(wanted.agent_name, wanted.task_types, lease)
        };
        let mut tasks = Vec::new();
        let mut failure = None;
        let mut part = 1;
        while tasks.len() < most {
            part = part.min(most - tasks.len());
            let full = tasks.len() + part;
            for outcome in join_all((0..part).map(claim)).await {
                match outcome {
                    Ok(task) => tasks.extend(task),
                    Err(error) => failure = Some(error),
                }
            }
            if tasks.len() < full {
                break;
            }
            part *= 2;
        }
        match failure {
            Some(error) if tasks.is_empty() => Err(error),
            _ => Ok(tasks),
        }
    }

    fn tell_of(&self, tasks: &[Task]) {
        for task in tasks {
            metrics::increment_tasks_dispatched(&task.task_type);
            events::task_dispatch(self.logger(), task);
        }
    }
}
