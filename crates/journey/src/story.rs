//! What a journey is made of, as it was fetched: nothing here is in any order.

use swarmscope_model::Timestamp;
use swarmscope_model::state::{Attempt, Task};

use crate::event::StoryEvent;
use crate::journey::Truncated;

/// Everything that is known of one correlation id.
#[derive(Debug, Clone, Default)]
pub struct Story {
    pub correlation_id: String,
    /// When it was asked for: what has not ended lasts until then. Without one, until the last sign.
    pub now: Option<Timestamp>,
    pub events: Vec<StoryEvent>,
    /// The tasks of the id, with their parents and children.
    pub tasks: Vec<TaskStory>,
    /// What is registered of the agents.
    pub agents: Vec<KnownAgent>,
    /// Signs of life of the agents around that time: heartbeats, starts, silences. They carry no
    /// correlation id.
    pub presence: Vec<StoryEvent>,
    /// What the fetcher has left out.
    pub truncated: Vec<Truncated>,
}

/// A task with the attempts that have ended.
#[derive(Debug, Clone)]
pub struct TaskStory {
    pub task: Task,
    pub attempts: Vec<Attempt>,
}

/// An agent as it is registered.
#[derive(Debug, Clone)]
pub struct KnownAgent {
    pub name: String,
    pub agent_type: String,
    pub status: String,
}

impl TaskStory {
    /// The task that this one is a part of.
    pub fn parent(&self) -> Option<&str> {
        let column = self.task.parent_task_id.as_deref();
        // Agents that write the table with SQL of their own name it in the metadata.
        column.or_else(|| self.task.metadata.get("parent_task_id")?.as_str())
    }
}
