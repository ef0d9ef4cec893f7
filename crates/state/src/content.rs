//! JSON and names in columns: strict on what we write, lenient on what agents wrote with SQL of
//! their own. Nothing here fails: a row that reads oddly is shown, never hidden.

use serde_json::{Map, Value};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{AfterChildren, ChildFailure, Join, Priority, TaskState};

/// An object as column text.
pub fn to_text(object: &Map<String, Value>) -> String {
    serde_json::to_string(object).expect("a JSON object with string keys is written")
}

/// Column text as an object; what is no object stands under `value`.
pub fn to_object(text: Option<String>) -> Map<String, Value> {
    let Some(text) = text else {
        return Map::new();
    };
    let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    value_to_object(value)
}

/// Any JSON as an object; what is none stands under `value`.
pub fn value_to_object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        Value::Null => Map::new(),
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}

/// A state's name as a state. A name of an agent's own means that it has the task in hand.
pub fn to_state(name: &str) -> TaskState {
    TaskState::from_name(name).unwrap_or(TaskState::InProgress)
}

/// How a task waits for its children, by the names in its two columns.
pub fn to_join(then: Option<&str>, on_child_failure: Option<&str>) -> Option<Join> {
    Some(Join {
        then: AfterChildren::from_name(then?)?,
        on_child_failure: on_child_failure
            .and_then(ChildFailure::from_name)
            .unwrap_or_default(),
    })
}

/// An agent's status. One that works with SQL of its own writes `active` while it is drained.
pub fn shown_status(status: String, draining: bool) -> String {
    if draining && status == "active" {
        return "draining".to_owned();
    }
    status
}

/// A priority's name as a priority; `medium` for a name of an agent's own.
pub fn to_priority(name: Option<&str>) -> Priority {
    name.and_then(Priority::from_name).unwrap_or_default()
}

/// A point in time as text or an epoch; the epoch's start for what reads as neither.
pub fn to_time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap_or_else(|_| Timestamp::from_epoch(text.parse().unwrap_or(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_agents_wrote_with_their_own_sql_is_shown_whatever_it_is() {
        assert_eq!(to_object(None), Map::new());
        assert_eq!(
            to_object(Some("[1]".into()))["value"],
            serde_json::json!([1])
        );
        assert_eq!(to_object(Some("{oops".into()))["value"], "{oops");
        assert_eq!(to_state("paused"), TaskState::InProgress);
        assert_eq!(to_priority(Some("urgent")), Priority::Medium);
        let noon = Timestamp::from_millisecond(1_769_860_800_000);
        assert_eq!(to_time("2026-01-31 12:00:00"), noon);
        assert_eq!(to_time("1769860800.0"), noon);
        assert_eq!(to_time("soon").as_millisecond(), 0);
    }
}
