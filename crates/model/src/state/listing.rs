//! Which tasks to list, and a page of them.

use serde::{Deserialize, Serialize};

use super::{Priority, Task, TaskState};

/// Which tasks to list. Empty fields do not restrict.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskFilter {
    pub state: Option<TaskState>,
    pub task_type: Option<String>,
    pub agent_name: Option<String>,
    pub correlation_id: Option<String>,
    pub priority: Option<Priority>,
    /// The children of this task.
    pub parent_task_id: Option<String>,
    /// These tasks alone; none when the list is empty.
    pub task_ids: Option<Vec<String>>,
    /// A part of the id, type or last error, in either case.
    pub text: Option<String>,
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

/// What a requeueing in bulk did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Requeued {
    /// As they stand now.
    pub tasks: Vec<Task>,
    pub skipped: Vec<Skipped>,
}

/// A task that matched and was left as it is.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub task_id: String,
    /// For people: why it was left.
    pub reason: String,
}
