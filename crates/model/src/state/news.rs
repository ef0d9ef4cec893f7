//! Word between processes that use one store: work may have become claimable. Never more than a hint: whoever
//! hears it looks, and whoever misses it looks some time later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{NewTask, Task, TaskState};

/// What may be claimable now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// So many tasks of a type.
    Tasks {
        task_type: String,
        count: usize,
        /// Whether only agents with some skill may have them.
        selective: bool,
    },
    /// Whatever there is for this agent, which a limit may have held back.
    Agent(String),
    /// Nobody knows what.
    Anything,
}

impl News {
    /// What there is to say of tasks that were put into the queue; nothing of those that wait for something else.
    pub fn of(tasks: &[Task]) -> Vec<Self> {
        let queued = tasks.iter().filter(|task| task.state == TaskState::Queued);
        counted(queued.map(|task| (task.task_type.as_str(), !task.required_skills.is_empty())))
    }

    /// What there is to say of tasks that are put into the queue; some may have to wait for something else.
    pub fn of_new(tasks: &[NewTask]) -> Vec<Self> {
        let all = tasks.iter();
        counted(all.map(|task| (task.task_type.as_str(), !task.required_skills.is_empty())))
    }
}

fn counted<'a>(tasks: impl Iterator<Item = (&'a str, bool)>) -> Vec<News> {
    let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for task in tasks {
        *counts.entry(task).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|((task_type, selective), count)| News::Tasks {
            task_type: task_type.to_owned(),
            count,
            selective,
        })
        .collect()
}
