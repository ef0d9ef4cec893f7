//! What happens to a task and what is written about it, whatever database keeps it. Pure: the stores
//! ask, and put the answer into their SQL.

use serde_json::{Map, Value};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{MAX_REQUEUE, MAX_SCHEDULES, MAX_TASK_DEPTH};
use swarmscope_model::state::{
    Claim, ErrorClass, Failure, MAX_LEASE_LOSSES, Requeued, RetryPolicy, Skipped, StateError, Task,
    TaskState,
};

use crate::jitter::not_before;
use crate::validate;

/// A row of `task_states` with the columns that a [`Task`] does not show.
pub struct TaskRow {
    pub task: Task,
    pub claimed_at: Option<Timestamp>,
    pub lease_losses: u32,
    /// When the first attempt since it was enqueued or requeued began.
    pub first_claimed_at: Option<Timestamp>,
}

/// What a task remembers whose deadline has passed.
pub const DEADLINE_PASSED: &str = "its deadline passed before it was finished";

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
    /// The deadline passed.
    Overdue,
    /// Suspended by its worker until its children have ended.
    FannedOut,
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

    /// Why the task ended; `None` when that is no failure.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Ended::Overdue => Some(DEADLINE_PASSED),
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
        Ended::Failed { state, failure } => {
            if let Some(exception_type) = &failure.exception_type {
                metadata.insert("exception_type".to_owned(), exception_type.as_str().into());
            }
            (
                state,
                Some(failure.error_type.as_str()),
                Some(validate::error_message(&failure.error_message)),
            )
        }
        Ended::LeaseExpired | Ended::AgentGone => ("lease_expired", Some("lease_expired"), loss),
        Ended::Released => ("released", None, None),
        Ended::Cancelled => ("cancelled", None, None),
        Ended::Overdue => (
            "failed",
            Some("deadline_exceeded"),
            Some(DEADLINE_PASSED.to_owned()),
        ),
        Ended::FannedOut => ("waiting", None, None),
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
    let overdue = task.deadline.is_some_and(|deadline| deadline <= now);
    if holds && !overdue {
        return Ok(row);
    }
    let task = row.task;
    let ended = match task.state {
        TaskState::Failed | TaskState::DeadLetter => task.last_error,
        TaskState::InProgress if overdue => Some(DEADLINE_PASSED.to_owned()),
        _ => None,
    };
    Err(StateError::StaleClaim {
        task_id: claim.task_id.clone(),
        agent_name: claim.agent_name.clone(),
        token: claim.fencing_token,
        state: task.state,
        holder: task.agent_name.map(Into::into),
        current: task.fencing_token,
        lease_expires_at: task.lease_expires_at,
        ended: ended.map(Into::into),
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

/// What class, retries and the type's policy decide.
pub fn after_failure(
    row: &TaskRow,
    failure: &Failure,
    policy: &RetryPolicy,
    now: Timestamp,
) -> AfterFailure {
    let task = &row.task;
    let transient = failure.error_type == ErrorClass::Transient;
    let next = not_before(now, policy, task.retry_count);
    // A retry that could only begin too late is none.
    let in_time = policy.elapsed_seconds.is_none_or(|limit| {
        let begun = row.first_claimed_at.or(row.claimed_at).unwrap_or(now);
        let elapsed = next.as_millisecond() - begun.as_millisecond();
        elapsed as f64 <= limit * 1_000.0
    }) && task.deadline.is_none_or(|deadline| next < deadline);
    let retryable = policy.retries(failure);
    let retried = retryable && in_time && task.retry_count < task.max_retries;
    let state = match (transient && retryable, retried) {
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
        not_before: retried.then_some(next),
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

/// The condition of tasks that a cancellation in bulk takes.
pub const UNFINISHED: &str = " AND state IN ('queued', 'in_progress', 'waiting')";

/// Counts a task that a cancellation in bulk finds ended: cancelled with one before it, or otherwise.
pub fn ended_meanwhile(task: Task, done: &mut Requeued) {
    if task.state == TaskState::Cancelled {
        done.tasks.push(task);
        return;
    }
    done.skipped.push(Skipped {
        reason: format!("is {} by now", task.state.as_str()),
        task_id: task.task_id,
    });
}

/// Refuses to put a task back into the queue that is there or on its way.
pub fn requeueable(task: &Task) -> Result<(), StateError> {
    if task.state.is_requeueable() {
        return Ok(());
    }
    Err(wrong_state(&task.task_id, task.state, "retried"))
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

/// Refuses a child that would stand too deep; `depth` is its parent's, from 1.
pub fn too_deep(depth: i64) -> Result<(), StateError> {
    if usize::try_from(depth).is_ok_and(|depth| depth < MAX_TASK_DEPTH) {
        return Ok(());
    }
    Err(StateError::Invalid {
        field: "parent_task_id",
        reason: format!("stands {MAX_TASK_DEPTH} levels deep already; make it a follow-up instead"),
    })
}

/// A condition for the states that a bulk requeueing takes: of cancelled tasks only when it was asked
/// for them.
pub fn requeue_states(asked: Option<TaskState>) -> &'static str {
    match asked {
        None => " AND state IN ('failed', 'dead_letter')",
        Some(state) if state.is_requeueable() => "",
        Some(_) => " AND FALSE",
    }
}

/// Refuses what is in the queue by now, because a parent took it along or somebody else was quicker.
pub fn still_requeueable(task: &Task) -> Result<(), Skipped> {
    if task.state.is_requeueable() {
        return Ok(());
    }
    Err(Skipped {
        task_id: task.task_id.clone(),
        reason: format!("is {} by now", task.state.as_str()),
    })
}

/// Leaves out a task that was removed since it was counted, as retention does.
pub fn gone(task_id: &str) -> Skipped {
    Skipped {
        task_id: task_id.to_owned(),
        reason: "was removed meanwhile".into(),
    }
}

/// There is no such schedule.
pub fn unknown_schedule(name: &str) -> StateError {
    StateError::NotFound {
        kind: "schedule",
        id: name.to_owned(),
    }
}

/// One more schedule would be too many.
pub fn too_many_schedules() -> StateError {
    StateError::Invalid {
        field: "name",
        reason: format!("is one too many: there are {MAX_SCHEDULES} schedules; remove some"),
    }
}

/// Refuses to requeue more than one transaction should.
pub fn bulk_size(expected: u64) -> Result<(), StateError> {
    if expected <= MAX_REQUEUE {
        return Ok(());
    }
    Err(StateError::Invalid {
        field: "expected",
        reason: format!("is over {MAX_REQUEUE}; narrow the filter and go in parts"),
    })
}
