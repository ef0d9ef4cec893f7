//! Writing: from facts to a draft, in the manner of a writer who is paid by the word.

use serde_json::{Map, Value};

use super::BadTask;

/// What a draft begins its sentences with, and an editor strikes out.
pub const FILLERS: [&str; 4] = [
    "It is worth noting that ",
    "Needless to say, ",
    "As everybody knows, ",
    "At the end of the day, ",
];

pub fn perform(metadata: &Map<String, Value>) -> Result<Map<String, Value>, BadTask> {
    let facts = metadata
        .get("facts")
        .and_then(Value::as_array)
        .filter(|facts| !facts.is_empty())
        .ok_or(BadTask::Missing { field: "facts" })?;
    let sentences: Vec<String> = facts
        .iter()
        .filter_map(Value::as_str)
        .enumerate()
        .map(|(position, fact)| format!("{}{fact}", FILLERS[position % FILLERS.len()]))
        .collect();
    let draft = sentences.join("  ");
    Ok(Map::from_iter([("draft".to_owned(), draft.into())]))
}
