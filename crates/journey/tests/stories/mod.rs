//! Stories to tell in tests.

use serde_json::{Map, Value, json};
use swarmscope_journey::{Place, Story, StoryEvent, TaskStory};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Attempt, Priority, Task, TaskState};

/// 2026-01-31T12:00:00Z; the stories count milliseconds from here.
pub const NOON: i64 = 1_769_860_800_000;

/// A point so many milliseconds after noon.
pub fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(NOON + milliseconds)
}

/// An event of the contract.
pub fn event(when: i64, agent: &str, kind: &str, severity: &str, metadata: Value) -> StoryEvent {
    let source = json!({"timestamp": at(when), "agent_name": agent, "event_type": kind,
        "severity": severity, "message": format!("{agent} says {kind}"), "metadata": metadata});
    let place = Place {
        index: "filebeat-swarmscope-2026.01.31".to_owned(),
        id: format!("{agent}-{kind}-{when}"),
        sequence: u64::try_from(when.max(0)).unwrap(),
        at: at(when),
    };
    StoryEvent::read(place, &source.to_string())
}

/// A task of correlation id `c`.
pub fn task(
    id: &str,
    task_type: &str,
    state: TaskState,
    created: i64,
    parent: Option<&str>,
) -> Task {
    let metadata = Map::from_iter([("correlation_id".to_owned(), "c".into())]);
    Task {
        task_id: id.to_owned(),
        task_type: task_type.to_owned(),
        agent_name: None,
        state,
        priority: Priority::Medium,
        created_at: at(created),
        updated_at: at(created),
        completed_at: None,
        metadata,
        fencing_token: 0,
        lease_expires_at: None,
        not_before: None,
        retry_count: 0,
        max_retries: 3,
        last_error: None,
        idempotency_key: None,
        required_skills: Vec::new(),
        deadline: None,
        parent_task_id: parent.map(str::to_owned),
        join: None,
    }
}

/// An attempt as the history has it. `end` is its state and the class and message of its error.
pub fn attempt(
    task: &Task,
    agent: &str,
    span: std::ops::Range<i64>,
    (token, failures): (i64, u32),
    end: (&str, Option<(&str, &str)>),
) -> Attempt {
    Attempt {
        task_id: task.task_id.clone(),
        task_type: task.task_type.clone(),
        agent_name: Some(agent.to_owned()),
        state: end.0.to_owned(),
        priority: task.priority,
        created_at: at(span.start),
        completed_at: Some(at(span.end)),
        duration_ms: Some(span.end - span.start),
        success: end.0 == "completed",
        error_type: end.1.map(|(class, _)| class.to_owned()),
        error_message: end.1.map(|(_, message)| message.to_owned()),
        metadata: Map::from_iter([
            ("fencing_token".to_owned(), token.into()),
            ("retry_count".to_owned(), failures.into()),
        ]),
    }
}

/// A story of correlation id `c`, asked for a minute after noon.
pub fn story(events: Vec<StoryEvent>, tasks: Vec<(Task, Vec<Attempt>)>) -> Story {
    Story {
        correlation_id: "c".to_owned(),
        now: Some(at(60_000)),
        events,
        tasks: tasks
            .into_iter()
            .map(|(task, attempts)| TaskStory { task, attempts })
            .collect(),
        ..Story::default()
    }
}
