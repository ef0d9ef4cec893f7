//! What a handler may ask of the claim that it works under: how long there is, whether the work is still wanted,
//! and what the parts of its task gave. It never decides anything: the orchestrator does, by the claim.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use swarmscope_model::limits::MAX_PAGE;
use swarmscope_model::state::{Task, TaskState};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::client::{ClientError, OrchestratorClient};
use crate::wire::TaskQuery;

tokio::task_local! {
    static CURRENT: Assignment;
}

/// The task in hand, under its claim. Cheap to clone; a clone may go to threads and tasks of the handler's own.
#[derive(Debug, Clone)]
pub struct Assignment {
    task_id: Arc<str>,
    client: OrchestratorClient,
    deadline: Option<Instant>,
    over: CancellationToken,
}

/// A part of a task: one of the children that it fanned out into.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub task: Task,
    /// What its worker gave; empty unless it is completed.
    pub result: Map<String, Value>,
}

impl Assignment {
    /// A task that was claimed just now under a lease of this length.
    pub(super) fn new(task: &Task, lease: Duration, client: OrchestratorClient) -> Self {
        Self {
            task_id: task.task_id.as_str().into(),
            client,
            deadline: until_deadline(task, lease).map(|left| Instant::now() + left),
            over: CancellationToken::new(),
        }
    }

    /// Lets `work` find this by [`Assignment::current`].
    pub(super) async fn during<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// Says that nobody waits for the work any more, once it is dropped.
    pub(super) fn guard(&self) -> DropGuard {
        self.over.clone().drop_guard()
    }

    /// The one that the running handler works on; `None` outside of a handler, and in tasks and threads that it
    /// has started.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Self::clone).ok()
    }

    /// What is left until the task's deadline, zero when it is over; `None` without a deadline. It goes by the
    /// orchestrator's clock, whatever this machine's says.
    pub fn remaining(&self) -> Option<Duration> {
        let deadline = self.deadline?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    /// When [`Assignment::remaining`] is zero.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether nobody waits for the work any more: the task was cancelled, its deadline has passed, its lease was
    /// lost, or the agent has to stop.
    pub fn is_over(&self) -> bool {
        self.over.is_cancelled()
    }

    /// Waits for that. The handler's own future is dropped then; this is for what it has started elsewhere.
    pub async fn over(&self) {
        self.over.cancelled().await;
    }

    /// The parts that the task fanned out into, oldest first; none before it does. A task that waited for its
    /// parts comes back to a handler when they have ended, and finds them here.
    ///
    /// # Errors
    /// When the orchestrator does not answer.
    pub async fn parts(&self) -> Result<Vec<Part>, ClientError> {
        let mut parts = Vec::new();
        loop {
            let query = TaskQuery {
                parent_task_id: Some(self.task_id.to_string()),
                limit: Some(MAX_PAGE),
                offset: Some(parts.len()),
                ..TaskQuery::default()
            };
            let page = self.client.tasks(&query).await?;
            let is_last = page.tasks.len() < MAX_PAGE;
            for task in page.tasks {
                let result = self.result(&task).await?;
                parts.push(Part { task, result });
            }
            if is_last {
                parts.sort_by(|one, other| place(&one.task).cmp(&place(&other.task)));
                return Ok(parts);
            }
        }
    }

    async fn result(&self, task: &Task) -> Result<Map<String, Value>, ClientError> {
        if task.state != TaskState::Completed {
            return Ok(Map::new());
        }
        let attempts = self.client.task(&task.task_id).await?.attempts;
        let successful = attempts.into_iter().rfind(|attempt| attempt.success);
        let mut metadata = successful.map_or_else(Map::new, |attempt| attempt.metadata);
        Ok(match metadata.remove("result") {
            Some(Value::Object(result)) => result,
            _ => Map::new(),
        })
    }
}

fn place(task: &Task) -> (swarmscope_model::Timestamp, &str) {
    (task.created_at, &task.task_id)
}

/// How long it is to the deadline of a task that was claimed just now. The end of the lease says what the
/// orchestrator's clock shows.
fn until_deadline(task: &Task, lease: Duration) -> Option<Duration> {
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    let now = task
        .lease_expires_at?
        .as_millisecond()
        .saturating_sub(lease);
    let left = task.deadline?.as_millisecond().saturating_sub(now);
    Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
}
