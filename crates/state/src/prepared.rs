//! A task as it will be inserted: with the id it keeps however often the insertion is tried, and with
//! its points in time worked out. Pure; what the store already has is for the stores to compare.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{NewTask, StateError, Task, TaskState};
use uuid::Uuid;

use crate::jitter::later;
use crate::validate;

/// A task with the id it will have.
#[derive(Clone)]
pub struct Prepared {
    pub task_id: String,
    pub new: NewTask,
    /// The required skills as their column has them.
    pub skills: String,
}

/// Checks the tasks and names those without a name.
pub fn prepare(field: &'static str, tasks: Vec<NewTask>) -> Result<Vec<Prepared>, StateError> {
    validate::tasks(field, &tasks)?;
    let prepared: Vec<Prepared> = tasks
        .into_iter()
        .map(|new| {
            let task_id = new.task_id.clone();
            Prepared {
                task_id: task_id.unwrap_or_else(|| Uuid::new_v4().to_string()),
                skills: skills_text(&new.required_skills),
                new,
            }
        })
        .collect();
    let parents: BTreeSet<&str> = prepared.iter().filter_map(Prepared::parent).collect();
    let lonely = prepared
        .iter()
        .find(|task| task.new.join.is_some() && !parents.contains(task.task_id.as_str()));
    if lonely.is_some() {
        return Err(StateError::Invalid {
            field: "join",
            reason: "waits for children, but none come in the same call; enqueue them with it, or \
                     let its worker fan out"
                .into(),
        });
    }
    Ok(prepared)
}

/// Skills in order and each once, so that equal requirements are equal text.
pub fn skills_text(skills: &[String]) -> String {
    let sorted: BTreeSet<&str> = skills.iter().map(String::as_str).collect();
    Value::from_iter(sorted).to_string()
}

/// The skills of a column; none for what is no list of names.
pub fn skills_of(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

fn after(now: Timestamp, milliseconds: Option<u64>) -> Option<Timestamp> {
    milliseconds.map(|milliseconds| later(now, Duration::from_millis(milliseconds)))
}

impl Prepared {
    /// The task that this one is a part of.
    pub fn parent(&self) -> Option<&str> {
        self.new.parent_task_id.as_deref()
    }

    /// Before when it is not to be claimed; `None` when that has passed.
    pub fn not_before(&self, now: Timestamp) -> Option<Timestamp> {
        after(now, self.new.delay_ms)
            .or(self.new.not_before)
            .filter(|point| *point > now)
    }

    /// By when it has to be finished.
    pub fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        after(now, self.new.deadline_ms).or(self.new.deadline)
    }

    /// Until when its key counts; `None` is for ever.
    pub fn key_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.new
            .idempotency_key
            .as_ref()
            .and_then(|_| after(now, self.new.idempotency_window_ms))
    }

    /// Where it starts.
    pub fn state(&self) -> TaskState {
        match self.new.join {
            Some(_) => TaskState::Waiting,
            None => TaskState::Queued,
        }
    }

    /// Whether `task` is what an earlier enqueueing of this made, apart from the metadata: how JSON
    /// compares is the database's to say. What was left open was decided then; when it may begin and
    /// has to end is no part of the content.
    pub fn is_same(&self, task: &Task) -> bool {
        let new = &self.new;
        task.task_type == new.task_type
            && task.priority == new.priority
            && task.parent_task_id == new.parent_task_id
            && skills_text(&task.required_skills) == self.skills
            && new
                .max_retries
                .is_none_or(|max_retries| task.max_retries == max_retries)
            && (new.task_id.is_none() || task.task_id == self.task_id)
    }

    /// What to say when the store has another task under its id or key.
    pub fn conflict(&self, found: &Task) -> StateError {
        match &self.new.idempotency_key {
            Some(key) if found.idempotency_key.as_ref() == Some(key) => StateError::KeyConflict {
                task_type: self.new.task_type.clone(),
                key: key.clone(),
                task_id: found.task_id.clone(),
            },
            _ => StateError::Conflict {
                task_id: self.task_id.clone(),
            },
        }
    }
}

/// Makes the tasks children of this one.
///
/// # Errors
/// When one of them names another parent.
pub fn as_children(mut tasks: Vec<NewTask>, parent: &str) -> Result<Vec<NewTask>, StateError> {
    for task in &mut tasks {
        let named = task.parent_task_id.get_or_insert_with(|| parent.to_owned());
        if named != parent {
            return Err(StateError::Invalid {
                field: "parent_task_id",
                reason: format!("names {named:?}, but the children are those of {parent:?}"),
            });
        }
    }
    Ok(tasks)
}

/// Gives follow-ups the correlation id of the task they follow, where they have none.
pub fn inherit_from(tasks: &mut [Prepared], followed: &Task) {
    for task in tasks {
        task.new
            .metadata
            .entry("correlation_id")
            .or_insert_with(|| followed.correlation_id().into());
    }
}

/// Gives children the correlation id of their parent, where they have none. `parents` has those that
/// the store knows, by id; the others stand earlier among the tasks.
///
/// # Errors
/// When a parent is neither.
pub fn inherit_from_parents(
    tasks: &mut [Prepared],
    parents: &BTreeMap<String, String>,
) -> Result<(), StateError> {
    let mut known = parents.clone();
    for task in tasks {
        if let Some(parent) = task.new.parent_task_id.clone() {
            let Some(correlation_id) = known.get(&parent) else {
                return Err(StateError::Invalid {
                    field: "parent_task_id",
                    reason: format!(
                        "there is no task {parent:?}; enqueue the parent first, or earlier in the \
                         same call"
                    ),
                });
            };
            task.new
                .metadata
                .entry("correlation_id")
                .or_insert_with(|| correlation_id.as_str().into());
        }
        let own = task
            .new
            .metadata
            .get("correlation_id")
            .and_then(Value::as_str)
            .unwrap_or(&task.task_id);
        known.insert(task.task_id.clone(), own.to_owned());
    }
    Ok(())
}
