//! Research: from a topic to the facts that are known about it.

use serde_json::{Map, Value};

use super::{BadTask, text};
use crate::corpus;

pub fn perform(metadata: &Map<String, Value>) -> Result<Map<String, Value>, BadTask> {
    let topic = text(metadata, "topic")?;
    let facts = corpus::facts(topic).ok_or_else(|| BadTask::UnknownTopic {
        topic: topic.to_owned(),
    })?;
    let facts = facts.iter().map(|fact| (*fact).into()).collect();
    Ok(Map::from_iter([("facts".to_owned(), Value::Array(facts))]))
}
