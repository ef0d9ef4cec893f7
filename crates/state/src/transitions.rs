//! What happens to a task and what is written about it, whatever database keeps it. Pure: the stores
//! ask, and put the answer into their SQL.

use serde_json::{Map, Value};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{
    Claim, ErrorClass, Failure, MAX_LEASE_LOSSES, NewTask, StateError, Task, TaskState,
};

use crate::jitter::not_before;
use crate::validate;

/// A row of `task_states` with the columns that a [`Task`] does not show.
pub struct TaskRow {
    pub task: Task,
    pub claimed_at: Option<Timestamp>,
    pub lease_losses: u32,
}

/// How an attempt ended.
pub enum Ended<'a> {
    Completed {
        result: Map<String, Value>,
    },
    /// With the state that the task has now: `failed`, or `dead_letter` after the last retry.
    Failed {
        state: &'static str,
        failure: &'a Failure,
    },
    LeaseExpired,
    /// Taken without a lease by an agent that has not shown itself since.
    AgentGone,
    /// Handed back by an agent that deregistered.
    Released,
    Cancelled,
}

impl Ended<'_> {
    /// What a task remembers that was lost by its worker; `None` when it was not lost.
    pub fn loss(&self) -> Option<&'static str> {
        match self {
            Ended::LeaseExpired => Some("the lease ran out without a renewal"),
            Ended::AgentGone => Some("the agent that had taken it gave no sign of life"),
            _ => None,
        }
    }
}

/// A row for `task_history`.
pub struct HistoryRow {
    pub state: &'static str,
    pub started: Timestamp,
    pub duration_ms: i64,
    pub success: bool,
    pub error_type: Option<&'static str>,
    pub error_message: Option<String>,
    pub metadata: Map<String, Value>,
}

/// The attempt that `before` (the task as it stood until now) was.
pub fn history(before: &TaskRow, ended: Ended<'_>, now: Timestamp) -> HistoryRow {
    let task = &before.task;
    // Without a lease it was claimed by SQL, which leaves the time of an older claim in place.
    let claimed_at = before
        .claimed_at
        .filter(|_| task.lease_expires_at.is_some());
    let started = claimed_at.unwrap_or(task.updated_at);
    let mut metadata = Map::from_iter([
        ("correlation_id".to_owned(), task.correlation_id().into()),
        ("fencing_token".to_owned(), task.fencing_token.into()),
        ("retry_count".to_owned(), task.retry_count.into()),
    ]);
    let success = matches!(ended, Ended::Completed { .. });
    let loss = ended.loss().map(str::to_owned);
    let (state, error_type, error_message) = match ended {
        Ended::Completed { result } => {
            metadata.insert("result".to_owned(), Value::Object(result));
            ("completed", None, None)
        }
        Ended::Failed { state, failure } => (
            state,
            Some(failure.error_type.as_str()),
            Some(validate::error_message(&failure.error_message)),
        ),
        Ended::LeaseExpired | Ended::AgentGone => ("lease_expired", Some("lease_expired"), loss),
        Ended::Released => ("released", None, None),
        Ended::Cancelled => ("cancelled", None, None),
    };
    HistoryRow {
        state,
        started,
        duration_ms: (now.as_millisecond() - started.as_millisecond()).max(0),
        success,
        error_type,
        error_message,
        metadata,
    }
}

/// The claimed task, if the claim is in force.
pub fn in_force(row: TaskRow, claim: &Claim, now: Timestamp) -> Result<TaskRow, StateError> {
    let task = &row.task;
    let holds = task.state == TaskState::InProgress
        && task.fencing_token == claim.fencing_token
        && task.agent_name.as_deref() == Some(claim.agent_name.as_str())
        && task.lease_expires_at.is_some_and(|expiry| now < expiry);
    if holds {
        return Ok(row);
    }
    let task = row.task;
    Err(StateError::StaleClaim {
        task_id: claim.task_id.clone(),
        agent_name: claim.agent_name.clone(),
        token: claim.fencing_token,
        state: task.state,
        holder: task.agent_name,
        current: task.fencing_token,
        lease_expires_at: task.lease_expires_at,
    })
}

/// Whether this very claim completed the task before, so that only the reply was lost.
pub fn is_repeated_completion(task: &Task, claim: &Claim) -> bool {
    task.state == TaskState::Completed
        && task.fencing_token == claim.fencing_token
        && task.agent_name.as_deref() == Some(claim.agent_name.as_str())
}

/// What a failure makes of its task.
pub struct AfterFailure {
    pub state: TaskState,
    /// What the attempt's row says.
    pub attempt_state: &'static str,
    pub retried: bool,
    pub not_before: Option<Timestamp>,
}

/// What class and retries decide.
pub fn after_failure(task: &Task, failure: &Failure, now: Timestamp) -> AfterFailure {
    let transient = failure.error_type == ErrorClass::Transient;
    let retried = transient && task.retry_count < task.max_retries;
    let state = match (transient, retried) {
        (true, true) => TaskState::Queued,
        (true, false) => TaskState::DeadLetter,
        (false, _) => TaskState::Failed,
    };
    AfterFailure {
        state,
        attempt_state: if retried {
            TaskState::Failed.as_str()
        } else {
            state.as_str()
        },
        retried,
        not_before: retried.then(|| not_before(now, task.retry_count)),
    }
}

/// Where a task goes that its worker lost: back to the queue, unless that happened too often.
pub fn after_loss(row: &TaskRow) -> TaskState {
    if row.lease_losses + 1 < MAX_LEASE_LOSSES {
        TaskState::Queued
    } else {
        TaskState::DeadLetter
    }
}

/// Refuses to put a task back into the queue that is there or on its way.
pub fn requeueable(task: &Task) -> Result<(), StateError> {
    match task.state {
        TaskState::Failed | TaskState::DeadLetter | TaskState::Cancelled => Ok(()),
        state => Err(wrong_state(&task.task_id, state, "retried")),
    }
}

/// The task is in a state that does not allow the action.
pub fn wrong_state(task_id: &str, state: TaskState, action: &'static str) -> StateError {
    StateError::WrongState {
        task_id: task_id.to_owned(),
        state,
        action,
    }
}

/// There is no such task.
pub fn unknown_task(task_id: &str) -> StateError {
    StateError::NotFound {
        kind: "task",
        id: task_id.to_owned(),
    }
}

/// The agent has to register first.
pub fn unknown_agent(agent_name: &str) -> StateError {
    StateError::NotFound {
        kind: "agent",
        id: agent_name.to_owned(),
    }
}

/// Gives follow-ups the correlation id of the task they follow, where they have none.
pub fn inherit_correlation(follow_up: &mut [NewTask], task: &Task) {
    for new in follow_up {
        new.metadata
            .entry("correlation_id")
            .or_insert_with(|| task.correlation_id().into());
    }
}
