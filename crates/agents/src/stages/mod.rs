//! The pipeline: research, content generation, editing, fact checking. Each stage reads the task's
//! metadata and leaves what the next one needs in its own.

mod editing;
mod fact_checking;
mod research;
mod writing;

use serde_json::{Map, Value};
use swarmscope_model::names::DEMO_AGENTS;
use swarmscope_model::state::{NewTask, Task};
use swarmscope_sdk::TaskError;
use swarmscope_sdk::agent::Outcome;

/// One stage of the pipeline, which is also one agent type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Research,
    Writing,
    Editing,
    FactChecking,
}

/// A task whose metadata lacks what its stage works on.
#[derive(Debug, thiserror::Error)]
pub enum BadTask {
    #[error("the task's metadata has no {field:?} to work on")]
    Missing { field: &'static str },
    #[error("nothing is known about {topic:?}")]
    UnknownTopic { topic: String },
}

impl Stage {
    const ALL: [Stage; 4] = [
        Stage::Research,
        Stage::Writing,
        Stage::Editing,
        Stage::FactChecking,
    ];

    /// The stage of an agent type.
    pub fn of_agent_type(agent_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.agent_type() == agent_type)
    }

    /// The agent type that works on this stage.
    pub fn agent_type(self) -> &'static str {
        DEMO_AGENTS[self as usize].0
    }

    /// The task type of this stage.
    pub fn task_type(self) -> &'static str {
        DEMO_AGENTS[self as usize].1
    }

    fn next(self) -> Option<Self> {
        Self::ALL.get(self as usize + 1).copied()
    }

    /// What it is doing, for people.
    pub fn activity(self) -> &'static str {
        match self {
            Stage::Research => "collecting facts",
            Stage::Writing => "composing a draft",
            Stage::Editing => "tightening the draft",
            Stage::FactChecking => "verifying every sentence",
        }
    }

    /// Does the work.
    ///
    /// # Errors
    /// Permanent, when the task lacks what this stage works on.
    pub fn perform(self, task: &Task) -> Result<Outcome, TaskError> {
        let work = match self {
            Stage::Research => research::perform,
            Stage::Writing => writing::perform,
            Stage::Editing => editing::perform,
            Stage::FactChecking => fact_checking::perform,
        };
        let result = work(&task.metadata).map_err(TaskError::permanent)?;
        let follow_up = self.next().map(|next| next.follow(task, &result));
        Ok(Outcome {
            result,
            follow_up: follow_up.into_iter().collect(),
            ..Outcome::default()
        })
    }

    /// The task of this stage that continues `task` with what came out of it.
    fn follow(self, task: &Task, result: &Map<String, Value>) -> NewTask {
        let mut metadata = result.clone();
        for field in ["topic", "correlation_id"] {
            if let Some(value) = task.metadata.get(field) {
                metadata.insert(field.to_owned(), value.clone());
            }
        }
        metadata.insert("previous_task".to_owned(), task.task_id.as_str().into());
        NewTask {
            task_id: None,
            task_type: self.task_type().to_owned(),
            priority: task.priority,
            metadata,
            max_retries: Some(task.max_retries),
            ..NewTask::default()
        }
    }
}

/// A text field of the task's metadata.
fn text<'a>(metadata: &'a Map<String, Value>, field: &'static str) -> Result<&'a str, BadTask> {
    metadata
        .get(field)
        .and_then(Value::as_str)
        .ok_or(BadTask::Missing { field })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use swarmscope_model::Timestamp;
    use swarmscope_model::state::{Priority, TaskState};

    use super::*;

    fn task(new: NewTask) -> Task {
        let now = Timestamp::from_millisecond(0);
        Task {
            task_id: new.task_id.unwrap_or_default(),
            task_type: new.task_type,
            agent_name: None,
            state: TaskState::InProgress,
            priority: new.priority,
            created_at: now,
            updated_at: now,
            completed_at: None,
            metadata: new.metadata,
            fencing_token: 1,
            lease_expires_at: None,
            not_before: None,
            retry_count: 0,
            max_retries: 3,
            last_error: None,
            idempotency_key: None,
            required_skills: Vec::new(),
            deadline: None,
            parent_task_id: None,
            join: None,
        }
    }

    fn first(topic: &str) -> Task {
        let metadata = json!({"topic": topic, "correlation_id": "c1"});
        task(NewTask {
            task_id: Some("t1".to_owned()),
            task_type: "research".to_owned(),
            priority: Priority::High,
            metadata: metadata.as_object().unwrap().clone(),
            ..NewTask::default()
        })
    }

    #[test]
    fn an_article_passes_every_stage_and_its_facts_survive() {
        for topic in crate::topics() {
            let mut current = first(topic);
            for stage in Stage::ALL {
                assert_eq!(current.task_type, stage.task_type());
                assert_eq!(current.correlation_id(), "c1");
                let mut outcome = stage.perform(&current).unwrap();
                let Some(next) = outcome.follow_up.pop() else {
                    assert_eq!(stage, Stage::FactChecking);
                    assert_eq!(outcome.result["disputed"], json!([]), "{topic}");
                    assert!(outcome.result["verified"].as_u64().unwrap() >= 2);
                    break;
                };
                current = task(next);
            }
        }
    }

    #[test]
    fn editing_shortens_and_checking_disputes_what_nobody_knows() {
        let mut written = first("task queues");
        for stage in [Stage::Research, Stage::Writing] {
            let mut outcome = stage.perform(&written).unwrap();
            written = task(outcome.follow_up.remove(0));
        }
        let edited = Stage::Editing.perform(&written).unwrap();
        let words = |field: &str| edited.result[field].as_u64().unwrap();
        assert!(words("words_after") < words("words_before"));

        let mut doubtful = first("task queues");
        doubtful.metadata.insert(
            "article".to_owned(),
            "A lease gives a task back when its worker dies. The moon is a queue.".into(),
        );
        let checked = Stage::FactChecking.perform(&doubtful).unwrap();
        assert_eq!(checked.result["disputed"], json!(["The moon is a queue"]));
        assert_eq!(checked.result["verified"], 1);
    }

    #[test]
    fn a_task_without_what_the_stage_needs_fails_for_good() {
        let unknown = Stage::Research.perform(&first("cooking")).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "permanent: nothing is known about \"cooking\""
        );
        let empty = Stage::Editing.perform(&first("task queues")).unwrap_err();
        assert!(matches!(empty, TaskError::Permanent(_)));
    }
}
