//! Tasks and agents, and the door to whatever keeps them: [`StateStore`].
//!
//! The invariant everything rests on: whoever changes a claimed task proves its claim with the
//! fencing token it was given. A token grows with every claim of a task, so a worker that lost its
//! lease can never finish, fail or renew its successor's work.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::limits::{RETRY_BASE, RETRY_CAP};
use crate::time::Timestamp;

/// Times a task may lose its worker before it is set aside as a dead letter: a task that kills
/// whoever takes it must not go round for ever.
pub const MAX_LEASE_LOSSES: u32 = 10;
/// Shortest and longest lease: below, renewals cannot keep up; above, nobody notices a death.
pub const LEASE_RANGE: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(100)..=Duration::from_secs(3600);

/// The wait before retry number `retry` (from 0): `min(0.5 * 2^retry, 10)` s, without jitter.
pub fn backoff(retry: u32) -> Duration {
    2u32.checked_pow(retry)
        .and_then(|factor| RETRY_BASE.checked_mul(factor))
        .map_or(RETRY_CAP, |wait| wait.min(RETRY_CAP))
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Waiting for a worker (or for its `not_before`).
    Queued,
    /// Claimed, under a lease.
    InProgress,
    Completed,
    /// Ended by a permanent or unexpected error.
    Failed,
    /// Ended by a transient error after its last retry, or by losing its worker too often: may be
    /// requeued by hand.
    DeadLetter,
    Cancelled,
}

impl TaskState {
    /// Every state, in the order of a task's life.
    pub const ALL: [TaskState; 6] = [
        TaskState::Queued,
        TaskState::InProgress,
        TaskState::Completed,
        TaskState::Failed,
        TaskState::DeadLetter,
        TaskState::Cancelled,
    ];

    /// The name as it stands in `task_states.state`.
    pub fn as_str(self) -> &'static str {
        match self {
            TaskState::Queued => "queued",
            TaskState::InProgress => "in_progress",
            TaskState::Completed => "completed",
            TaskState::Failed => "failed",
            TaskState::DeadLetter => "dead_letter",
            TaskState::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether nothing more happens to the task by itself.
    pub fn is_final(self) -> bool {
        !matches!(self, TaskState::Queued | TaskState::InProgress)
    }
}

/// Which task goes first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    Low,
    #[default]
    Medium,
    High,
}

impl Priority {
    /// The name as it stands in `task_states.priority`.
    pub fn as_str(self) -> &'static str {
        match self {
            Priority::Low => "low",
            Priority::Medium => "medium",
            Priority::High => "high",
        }
    }

    /// The priority of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Priority::Low, Priority::Medium, Priority::High]
            .into_iter()
            .find(|p| p.as_str() == name)
    }
}

/// The class of a task's failure, which decides what happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorClass {
    /// May pass: retried with backoff.
    Transient,
    /// Will not pass: failed at once.
    Permanent,
    /// Nobody thought of it: failed at once, and loudly.
    Unexpected,
}

impl ErrorClass {
    /// The name as it stands in `error_type` and in the metric's label.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorClass::Transient => "transient",
            ErrorClass::Permanent => "permanent",
            ErrorClass::Unexpected => "unexpected",
        }
    }
}

/// A task to enqueue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewTask {
    /// Chosen by the caller for idempotence, or made here (a UUID).
    #[serde(default)]
    pub task_id: Option<String>,
    pub task_type: String,
    #[serde(default)]
    pub priority: Priority,
    /// `correlation_id` in it ties the task to its events; without one the task id serves.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// Retries after a transient failure; as `system_config` says when left out.
    #[serde(default)]
    pub max_retries: Option<u32>,
}

/// A task as it stands in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub task_id: String,
    pub task_type: String,
    /// Who works on it or did last; `None` while unclaimed.
    pub agent_name: Option<String>,
    pub state: TaskState,
    pub priority: Priority,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    pub metadata: Map<String, Value>,
    /// Grows with every claim.
    pub fencing_token: i64,
    pub lease_expires_at: Option<Timestamp>,
    /// Not to be claimed before this point: a retry's backoff.
    pub not_before: Option<Timestamp>,
    /// Transient failures so far.
    pub retry_count: u32,
    pub max_retries: u32,
    pub last_error: Option<String>,
}

impl Task {
    /// The id that ties the task's events together.
    pub fn correlation_id(&self) -> &str {
        self.metadata
            .get("correlation_id")
            .and_then(Value::as_str)
            .unwrap_or(&self.task_id)
    }
}

/// One try at a task, from `task_history`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub task_id: String,
    pub task_type: String,
    pub agent_name: Option<String>,
    /// How the attempt ended: a task state's name, `lease_expired`, or `released` when its agent
    /// handed it back by deregistering.
    pub state: String,
    pub priority: Priority,
    pub created_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    pub duration_ms: Option<i64>,
    pub success: bool,
    pub error_type: Option<String>,
    pub error_message: Option<String>,
    pub metadata: Map<String, Value>,
}

/// An agent that introduces itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewAgent {
    pub agent_name: String,
    pub agent_type: String,
    /// By contract `{"skills": […]}`.
    #[serde(default)]
    pub capabilities: Map<String, Value>,
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

/// An agent as it stands in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    pub agent_name: String,
    pub agent_type: String,
    /// `active`, `inactive`, or what an agent set itself.
    pub status: String,
    pub last_heartbeat: Option<Timestamp>,
    pub capabilities: Map<String, Value>,
    pub metadata: Map<String, Value>,
    /// Tasks under lease now.
    pub active_tasks: u64,
    /// Attempts that succeeded and that did not, in all.
    pub completed_tasks: u64,
    pub failed_tasks: u64,
}

/// What a worker shows to act on its claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub task_id: String,
    pub agent_name: String,
    pub fencing_token: i64,
}

/// How a task failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    pub error_type: ErrorClass,
    pub error_message: String,
}

/// Which tasks to list. Empty fields do not restrict.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskFilter {
    pub state: Option<TaskState>,
    pub task_type: Option<String>,
    pub agent_name: Option<String>,
    pub correlation_id: Option<String>,
    pub limit: usize,
    pub offset: usize,
}

/// A page of tasks, newest change first.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskPage {
    pub tasks: Vec<Task>,
    /// How many the filter matches in all.
    pub total: u64,
}

/// A task whose worker let the lease run out.
#[derive(Debug, Clone, PartialEq)]
pub struct LostLease {
    /// As it stands now: queued again, or a dead letter after [`MAX_LEASE_LOSSES`].
    pub task: Task,
    /// Who lost it.
    pub agent_name: String,
}

/// What the sweep of expired leases and silent agents did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SweepReport {
    /// Tasks taken from workers whose lease ran out.
    pub expired: Vec<LostLease>,
    /// Agents that became inactive.
    pub silenced: Vec<String>,
}

/// After how long a sweep takes an agent for silent.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepLimits {
    /// An agent without a sign of life for this long is inactive.
    pub silent_after: Duration,
    /// A task without a lease, taken with SQL of its agent's own, returns to the queue when neither
    /// it nor its agent has changed for this long.
    pub foreign_after: Duration,
}

/// What retention removes: rows that ended before these points. `None` keeps for ever.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Retention {
    pub tasks_before: Option<Timestamp>,
    pub history_before: Option<Timestamp>,
    /// Rows of each table at most.
    pub batch: u32,
}

/// How many rows retention removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    pub tasks: u64,
    pub attempts: u64,
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("there is no {kind} {id:?}")]
    NotFound { kind: &'static str, id: String },
    #[error(
        "task {task_id:?} exists already with another content; choose another id or leave it out"
    )]
    Conflict { task_id: String },
    /// The claim is not, or no longer, the one in force.
    #[error(
        "the claim of {agent_name:?} on task {task_id:?} with fencing token {token} is not in \
         force: {}; drop the work and claim anew",
        situation(*.state, .holder.as_deref(), *.current, *.lease_expires_at)
    )]
    StaleClaim {
        task_id: String,
        agent_name: String,
        token: i64,
        /// How the task stands: its state, who has it, the token in force and its lease.
        state: TaskState,
        holder: Option<String>,
        current: i64,
        lease_expires_at: Option<Timestamp>,
    },
    #[error("task {task_id:?} is {}, so it cannot be {action}", .state.as_str())]
    WrongState {
        task_id: String,
        state: TaskState,
        action: &'static str,
    },
    #[error("{field}: {reason}")]
    Invalid { field: &'static str, reason: String },
    #[error("the state store does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StateError {
    /// The failure's name in the native API's error body.
    pub fn code(&self) -> &'static str {
        match self {
            StateError::NotFound { .. } => "not_found",
            StateError::Conflict { .. } => "conflict",
            StateError::StaleClaim { .. } => "stale_claim",
            StateError::WrongState { .. } => "wrong_state",
            StateError::Invalid { .. } => "invalid_request",
            StateError::Unavailable(_) => "unavailable",
        }
    }

    /// The failure with everything that caused it, on one line.
    pub fn reason(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let said = error.to_string();
            // Some libraries repeat the cause in their own message.
            if !text.ends_with(&said) {
                text.push_str(": ");
                text.push_str(&said);
            }
            cause = error.source();
        }
        text
    }
}

fn situation(
    state: TaskState,
    holder: Option<&str>,
    token: i64,
    lease_expires_at: Option<Timestamp>,
) -> String {
    match (state, holder, lease_expires_at) {
        (TaskState::InProgress, Some(holder), Some(expiry)) => {
            format!("{holder:?} has the task with token {token} under a lease until {expiry}")
        }
        (TaskState::InProgress, Some(holder), None) => format!("{holder:?} has the task"),
        _ => format!("the task is {} and nobody has it", state.as_str()),
    }
}

/// Tasks and agents, whatever keeps them.
///
/// A claim is in force while the task is in progress, agent and token are those of its last claim,
/// and its lease has not run out. An expired lease is over at once, whether or not the sweep has
/// passed: otherwise the outcome would depend on the sweep's timing.
#[async_trait]
pub trait StateStore: Send + Sync {
    /// Enqueues all or none. The same id with the same content again is no error and no new task.
    async fn enqueue(&self, tasks: Vec<NewTask>) -> Result<Vec<Task>, StateError>;
    /// The task of that id.
    async fn task(&self, task_id: &str) -> Result<Task, StateError>;
    /// A page of tasks, newest change first.
    async fn tasks(&self, filter: &TaskFilter) -> Result<TaskPage, StateError>;
    /// How many tasks are in each state; states without tasks are left out.
    async fn task_counts(&self) -> Result<Vec<(TaskState, u64)>, StateError>;
    /// The attempts at a task, oldest first.
    async fn attempts(&self, task_id: &str) -> Result<Vec<Attempt>, StateError>;

    /// The most urgent claimable task of these types (priority, then age), under a new lease and
    /// fencing token. The agent has to be registered. A queued task that names an agent is kept
    /// for that agent; a task that an agent took with SQL of its own has no lease and is left to it.
    async fn claim(
        &self,
        agent_name: &str,
        task_types: &[String],
        lease: Duration,
    ) -> Result<Option<Task>, StateError>;
    /// Prolongs the lease.
    async fn renew(&self, claim: &Claim, lease: Duration) -> Result<Task, StateError>;
    /// Completes the task and enqueues what follows it, in one transaction. The result stays in
    /// the attempt's metadata. A follow-up without a correlation id inherits the task's. The same
    /// claim again is no error and changes nothing: its first reply may have been lost.
    async fn complete(
        &self,
        claim: &Claim,
        result: Map<String, Value>,
        follow_up: Vec<NewTask>,
    ) -> Result<Task, StateError>;
    /// Ends the attempt: back to the queue, failed or dead letter, as class and retries say.
    async fn fail(&self, claim: &Claim, failure: &Failure) -> Result<Task, StateError>;
    /// Cancels a task that is queued or in progress.
    async fn cancel(&self, task_id: &str) -> Result<Task, StateError>;
    /// Puts a failed, dead or cancelled task back into the queue with fresh retries.
    async fn retry(&self, task_id: &str) -> Result<Task, StateError>;

    /// Adds the agent, or renews what it says of itself; either way it is active now.
    async fn register(&self, agent: NewAgent) -> Result<Agent, StateError>;
    /// Notes a sign of life.
    async fn heartbeat(&self, agent_name: &str) -> Result<Agent, StateError>;
    /// Marks the agent inactive and returns its claimed tasks to the queue.
    async fn deregister(&self, agent_name: &str) -> Result<Agent, StateError>;
    /// Every agent, by name.
    async fn agents(&self) -> Result<Vec<Agent>, StateError>;
    /// Returns tasks whose lease has expired or whose agent, which works with SQL of its own, is
    /// dead, and marks agents that fell silent. Several may sweep at once: each task and each agent
    /// is in the report of one of them.
    async fn sweep(&self, limits: &SweepLimits) -> Result<SweepReport, StateError>;
    /// Removes a batch of what ended long ago.
    async fn prune(&self, retention: &Retention) -> Result<Pruned, StateError>;
    /// `system_config` as it stands; what it means is in [`crate::settings`].
    async fn settings(&self) -> Result<BTreeMap<String, Value>, StateError>;
    /// Whether the store answers, soon and without trying again.
    async fn ping(&self) -> Result<(), StateError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_doubles_up_to_its_cap() {
        let waits: Vec<u128> = [0, 1, 2, 3, 4, 5, 31, 32, u32::MAX]
            .into_iter()
            .map(|retry| backoff(retry).as_millis())
            .collect();
        assert_eq!(
            waits,
            [
                500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000, 10_000
            ]
        );
    }

    #[test]
    fn a_stale_claim_says_who_has_the_task_now() {
        let refused = StateError::StaleClaim {
            task_id: "t".into(),
            agent_name: "a".into(),
            token: 1,
            state: TaskState::InProgress,
            holder: Some("b".into()),
            current: 2,
            lease_expires_at: Some(Timestamp::from_millisecond(1_769_860_800_000)),
        };
        assert_eq!(
            refused.to_string(),
            "the claim of \"a\" on task \"t\" with fencing token 1 is not in force: \"b\" has the \
             task with token 2 under a lease until 2026-01-31T12:00:00.000Z; drop the work and \
             claim anew"
        );
    }
}
