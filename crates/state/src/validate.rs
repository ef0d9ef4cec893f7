//! What the store refuses to take in, with a message that names the field. Never changes input,
//! except that an error message that is too long is cut.

use std::time::Duration;

use serde_json::{Map, Value};
use swarmscope_model::limits::{
    MAX_KEYWORD_BYTES, MAX_METADATA_BYTES, MAX_NAME_BYTES, MAX_PAGE, MAX_SKILLS, MAX_TASK_SPAN,
};
use swarmscope_model::state::{LEASE_RANGE, NewAgent, NewTask, StateError};

fn invalid(field: &'static str, reason: impl Into<String>) -> StateError {
    StateError::Invalid {
        field,
        reason: reason.into(),
    }
}

/// A task id, task type or agent name.
pub fn name(field: &'static str, text: &str) -> Result<(), StateError> {
    if text.is_empty() {
        return Err(invalid(field, "is empty; give it a name"));
    }
    if text.len() > MAX_NAME_BYTES {
        return Err(invalid(
            field,
            format!("has {} bytes; at most {MAX_NAME_BYTES} fit", text.len()),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(invalid(field, "contains a control character; leave it out"));
    }
    Ok(())
}

fn object(field: &'static str, object: &Map<String, Value>) -> Result<(), StateError> {
    let bytes = super::content::to_text(object).len();
    if bytes > MAX_METADATA_BYTES {
        return Err(invalid(
            field,
            format!(
                "has {bytes} bytes; at most {MAX_METADATA_BYTES} fit, so keep it elsewhere and refer to it"
            ),
        ));
    }
    Ok(())
}

/// Tasks to enqueue together.
pub fn tasks(field: &'static str, tasks: &[NewTask]) -> Result<(), StateError> {
    if tasks.len() > MAX_PAGE {
        return Err(invalid(
            field,
            format!(
                "has {} tasks; send at most {MAX_PAGE} at a time",
                tasks.len()
            ),
        ));
    }
    for task in tasks {
        name("task_type", &task.task_type)?;
        if let Some(task_id) = &task.task_id {
            name("task_id", task_id)?;
        }
        object("metadata", &task.metadata)?;
        correlation_id(&task.metadata)?;
        rules(task)?;
    }
    Ok(())
}

/// The correlation id of a task is in an index, which takes no text of any length.
fn correlation_id(metadata: &Map<String, Value>) -> Result<(), StateError> {
    const FIELD: &str = "metadata.correlation_id";
    match metadata.get("correlation_id") {
        None => Ok(()),
        Some(Value::String(id)) if id.len() <= MAX_NAME_BYTES => Ok(()),
        Some(Value::String(id)) => Err(invalid(
            FIELD,
            format!("has {} bytes; at most {MAX_NAME_BYTES} fit", id.len()),
        )),
        Some(_) => Err(invalid(FIELD, "is not a string")),
    }
}

/// What a task says of its keys, skills, times and parent.
fn rules(task: &NewTask) -> Result<(), StateError> {
    if let Some(key) = &task.idempotency_key {
        name("idempotency_key", key)?;
    } else if task.idempotency_window_ms.is_some() {
        return Err(invalid(
            "idempotency_window_ms",
            "has no key; give an idempotency_key with it",
        ));
    }
    if task.required_skills.len() > MAX_SKILLS {
        return Err(invalid(
            "required_skills",
            format!("has over {MAX_SKILLS} entries"),
        ));
    }
    for skill in &task.required_skills {
        name("required_skills", skill)?;
    }
    if let Some(parent) = &task.parent_task_id {
        name("parent_task_id", parent)?;
    }
    if task.delay_ms.is_some() && task.not_before.is_some() {
        return Err(invalid("delay_ms", "stands beside not_before; give one"));
    }
    if task.deadline_ms.is_some() && task.deadline.is_some() {
        return Err(invalid("deadline_ms", "stands beside deadline; give one"));
    }
    for (field, span) in [
        ("idempotency_window_ms", task.idempotency_window_ms),
        ("delay_ms", task.delay_ms),
        ("deadline_ms", task.deadline_ms),
    ] {
        if span.is_some_and(|span| u128::from(span) > MAX_TASK_SPAN.as_millis()) {
            return Err(invalid(
                field,
                format!("is over {} milliseconds", MAX_TASK_SPAN.as_millis()),
            ));
        }
    }
    Ok(())
}

/// An agent that registers.
pub fn agent(agent: &NewAgent) -> Result<(), StateError> {
    name("agent_name", &agent.agent_name)?;
    name("agent_type", &agent.agent_type)?;
    object("capabilities", &agent.capabilities)?;
    object("metadata", &agent.metadata)
}

/// What a claim asks for.
pub fn claim(agent_name: &str, task_types: &[String], lease: Duration) -> Result<(), StateError> {
    name("agent_name", agent_name)?;
    if task_types.is_empty() {
        return Err(invalid(
            "task_types",
            "is empty; name at least one task type",
        ));
    }
    if task_types.len() > MAX_PAGE {
        return Err(invalid(
            "task_types",
            format!("has over {MAX_PAGE} entries"),
        ));
    }
    for task_type in task_types {
        name("task_types", task_type)?;
    }
    self::lease(lease)
}

/// How long a lease may be.
pub fn lease(lease: Duration) -> Result<(), StateError> {
    if LEASE_RANGE.contains(&lease) {
        return Ok(());
    }
    Err(invalid(
        "lease_ms",
        format!(
            "is {}; use {} to {}",
            lease.as_millis(),
            LEASE_RANGE.start().as_millis(),
            LEASE_RANGE.end().as_millis()
        ),
    ))
}

/// A result as large as metadata may be.
pub fn result(result: &Map<String, Value>) -> Result<(), StateError> {
    object("result", result)
}

/// An error message, cut to what a keyword may hold, without the one character that not every
/// database can keep.
pub fn error_message(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_KEYWORD_BYTES)].replace('\0', "\u{fffd}")
}
