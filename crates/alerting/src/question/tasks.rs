//! How many tasks stand somewhere.

use std::fmt;

use swarmscope_model::state::TaskState;

use super::Bound;

/// A count of tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskQuestion {
    pub state: TaskState,
    /// Only of this type.
    pub task_type: Option<String>,
    pub bound: Bound,
}

impl fmt::Display for TaskQuestion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "tasks: {}", self.state.as_str())?;
        if let Some(task_type) = &self.task_type {
            write!(out, " of type {task_type}")?;
        }
        write!(out, " {}", self.bound)
    }
}
