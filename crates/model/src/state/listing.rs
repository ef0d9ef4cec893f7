//! Which tasks to list, and a page of them.

use super::{Task, TaskState};

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
