//! How much a pipeline may still make of a document: processors copy, and a few dozen that each double what is
//! there would fill any memory. Never measures what the document has anyway.

use serde_json::{Map, Value};
use swarmscope_model::limits::{MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH};

use super::super::errors::ElasticError;

/// What a value weighs beside its text.
const WORD: usize = 8;

/// What is left, in bytes.
#[derive(Debug)]
pub struct Room {
    left: usize,
    limit: usize,
    /// What takes the bytes, for messages.
    of: &'static str,
}

impl Default for Room {
    fn default() -> Self {
        Self::new(MAX_DOCUMENT_BYTES, "of the document")
    }
}

impl Room {
    /// So many bytes, for something that messages call by this name.
    pub fn new(limit: usize, of: &'static str) -> Self {
        Self {
            left: limit,
            limit,
            of,
        }
    }

    /// Takes so many bytes.
    ///
    /// # Errors
    /// When there are not as many left.
    pub fn take(&mut self, bytes: usize) -> Result<(), ElasticError> {
        self.left = self.left.checked_sub(bytes).ok_or_else(|| {
            ElasticError::illegal_argument(format!(
                "the pipeline makes more than {} bytes {}",
                self.limit, self.of
            ))
        })?;
        Ok(())
    }

    /// Takes what a value weighs, about as many bytes as its JSON has.
    ///
    /// # Errors
    /// As [`Room::take`].
    pub fn take_value(&mut self, value: &Value) -> Result<(), ElasticError> {
        match value {
            Value::String(text) => self.take(text.len() + WORD),
            Value::Array(items) => {
                self.take(WORD)?;
                items.iter().try_for_each(|item| self.take_value(item))
            }
            Value::Object(members) => self.take_members(members),
            _ => self.take(WORD),
        }
    }

    /// Takes what an object weighs.
    ///
    /// # Errors
    /// As [`Room::take`].
    pub fn take_members(&mut self, members: &Map<String, Value>) -> Result<(), ElasticError> {
        self.take(WORD)?;
        members.iter().try_for_each(|(key, value)| {
            self.take(key.len())?;
            self.take_value(value)
        })
    }
}

/// Refuses what would stand deeper in the document than documents may be.
///
/// # Errors
/// When the parts of the path and the levels of the value are too many together.
pub fn check_depth(path: &str, value: &Value) -> Result<(), ElasticError> {
    let levels = path.split('.').count() + depth(value);
    if levels <= MAX_DOCUMENT_DEPTH {
        return Ok(());
    }
    Err(ElasticError::illegal_argument(format!(
        "the document would be {levels} levels deep, the limit is {MAX_DOCUMENT_DEPTH}"
    )))
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
