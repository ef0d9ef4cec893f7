//! `append`: values at the end of a list.

use serde_json::Value;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::said::Said;
use super::super::template::{filled_in, text_filled_in};
use super::Process;

/// Adds values to a field, which becomes a list.
#[derive(Debug)]
pub struct Append {
    field: String,
    values: Vec<Value>,
    duplicates: bool,
}

impl Append {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        said.take("media_type");
        Ok(Self {
            field: said.required("field")?,
            values: said.list("value")?,
            duplicates: said.switch("allow_duplicates", true)?,
        })
    }
}

impl Process for Append {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let field = text_filled_in(&self.field, draft)?;
        let mut all = match draft.get(&field) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items.clone(),
            Some(one) => vec![one.clone()],
        };
        for value in &self.values {
            let value = filled_in(value, draft)?;
            if self.duplicates || !all.contains(&value) {
                all.push(value);
            }
        }
        draft.set(&field, all.into())?;
        Ok(Flow::On)
    }
}
