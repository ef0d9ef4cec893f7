//! Why a state store did not do what it was asked, with what to do next.

use super::TaskState;
use crate::time::Timestamp;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("there is no {kind} {id:?}")]
    NotFound { kind: &'static str, id: String },
    #[error(
        "task {task_id:?} exists already with another content; choose another id or leave it out"
    )]
    Conflict { task_id: String },
    #[error(
        "the key {key:?} belongs to {task_type} task {task_id:?}, which has another content; choose \
         another idempotency_key"
    )]
    KeyConflict {
        task_type: String,
        key: String,
        task_id: String,
    },
    #[error("{found} tasks match by now, not {expected}; look again, then ask with that number")]
    CountChanged { expected: u64, found: u64 },
    /// The claim is not, or no longer, the one in force.
    #[error(
        "the claim of {agent_name:?} on task {task_id:?} with fencing token {token} is not in \
         force: {}; drop the work and claim anew",
        situation(*.state, .holder.as_deref(), *.current, *.lease_expires_at, .ended.as_deref())
    )]
    StaleClaim {
        task_id: String,
        agent_name: String,
        token: i64,
        /// How the task stands: its state, who has it, the token in force and its lease.
        state: TaskState,
        holder: Option<Box<str>>,
        current: i64,
        lease_expires_at: Option<Timestamp>,
        /// Why the task ended or is about to, when it did not end with success.
        ended: Option<Box<str>>,
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
            StateError::Conflict { .. } | StateError::KeyConflict { .. } => "conflict",
            StateError::CountChanged { .. } => "count_changed",
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
    ended: Option<&str>,
) -> String {
    if let Some(ended) = ended {
        return format!("the task is {}: {ended}", state.as_str());
    }
    match (state, holder, lease_expires_at) {
        (TaskState::InProgress, Some(holder), Some(expiry)) => {
            format!("{holder:?} has the task with token {token} under a lease until {expiry}")
        }
        (TaskState::InProgress, Some(holder), None) => format!("{holder:?} has the task"),
        _ => format!("the task is {} and nobody has it", state.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ended: None,
        };
        assert_eq!(
            refused.to_string(),
            "the claim of \"a\" on task \"t\" with fencing token 1 is not in force: \"b\" has the \
             task with token 2 under a lease until 2026-01-31T12:00:00.000Z; drop the work and \
             claim anew"
        );
    }
}
