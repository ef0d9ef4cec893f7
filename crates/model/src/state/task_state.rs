//! Where a task stands, by the names that `task_states.state` has. Never decides what follows.

use serde::{Deserialize, Serialize};

/// Where a task stands.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Waiting for a worker (or for its `not_before`).
    Queued,
    /// Claimed, under a lease.
    InProgress,
    /// Waiting for its children; nobody can claim it.
    Waiting,
    Completed,
    /// Ended by a permanent or unexpected error, by its deadline, or by its children.
    Failed,
    /// Ended by a transient error after its last retry, or by losing its worker too often: may be
    /// requeued by hand.
    DeadLetter,
    Cancelled,
}

impl TaskState {
    /// Every state, in the order of a task's life.
    pub const ALL: [TaskState; 7] = [
        TaskState::Queued,
        TaskState::InProgress,
        TaskState::Waiting,
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
            TaskState::Waiting => "waiting",
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
        !matches!(
            self,
            TaskState::Queued | TaskState::InProgress | TaskState::Waiting
        )
    }

    /// Whether the task ended without success, so that it may be put back into the queue.
    pub fn is_requeueable(self) -> bool {
        matches!(
            self,
            TaskState::Failed | TaskState::DeadLetter | TaskState::Cancelled
        )
    }
}
