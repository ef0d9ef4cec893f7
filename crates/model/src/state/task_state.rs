//! Where a task stands, by the names that `task_states.state` has. Never decides what follows.

use serde::{Deserialize, Serialize};

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
