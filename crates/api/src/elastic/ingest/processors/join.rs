//! `join`: a list as one text.

use serde_json::Value;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::{Draft, is_null, no_cast};
use super::super::said::Said;
use super::Process;

/// Joins the values of a list.
#[derive(Debug)]
pub struct Join {
    field: String,
    target: String,
    separator: String,
}

impl Join {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let (field, target) = said.field_and_target()?;
        Ok(Self {
            field,
            target,
            separator: said.required("separator")?,
        })
    }
}

impl Process for Join {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let texts: Vec<String> = match draft.value(&self.field)? {
            Value::Array(items) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                })
                .collect(),
            Value::Null => return Err(is_null(&self.field)),
            other => return Err(no_cast(&self.field, other, "java.util.List")),
        };
        let length: usize = texts.iter().map(String::len).sum();
        draft.room.take(length)?;
        draft.room.take(self.separator.len() * texts.len())?;
        draft.set(&self.target, texts.join(&self.separator).into())?;
        Ok(Flow::On)
    }
}
