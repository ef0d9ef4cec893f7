//! `set`: a field with a value, or a copy of another field.

use serde_json::Value;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::said::Said;
use super::super::template::{filled_in, text_filled_in};
use super::Process;

/// Sets a field.
#[derive(Debug)]
pub struct Set {
    field: String,
    /// A text may name fields in `{{ }}`.
    value: Value,
    copy_from: Option<String>,
    replace: bool,
    ignore_empty: bool,
}

impl Set {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let field = said.required("field")?;
        let copy_from = said.optional("copy_from")?;
        let value = said.take("value");
        if value.is_none() && copy_from.is_none() {
            return Err(said.missing("value"));
        }
        if value.is_some() && copy_from.is_some() {
            return Err(said.fail(
                "copy_from",
                "cannot set both `copy_from` and `value` in the same processor",
            ));
        }
        said.take("media_type");
        Ok(Self {
            field,
            value: value.unwrap_or_default(),
            copy_from,
            replace: said.switch("override", true)?,
            ignore_empty: said.switch("ignore_empty_value", false)?,
        })
    }
}

impl Process for Set {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let field = text_filled_in(&self.field, draft)?;
        if !self.replace && draft.get(&field).is_some_and(|value| !value.is_null()) {
            return Ok(Flow::On);
        }
        let value = match &self.copy_from {
            Some(from) if self.ignore_empty && draft.get(from).is_none() => Value::Null,
            Some(from) => {
                let found = draft.value(from)?.clone();
                draft.room.take_value(&found)?;
                found
            }
            None => filled_in(&self.value, draft)?,
        };
        let is_empty = value.is_null() || value.as_str().is_some_and(str::is_empty);
        if !(self.ignore_empty && is_empty) {
            draft.set(&field, value)?;
        }
        Ok(Flow::On)
    }
}
