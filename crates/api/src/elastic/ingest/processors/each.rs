//! What processors have in common that make another value of one, or of each in a list.

use serde_json::Value;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::draft::{Draft, is_null};
use super::super::room::Room;
use super::super::said::Said;

/// The field that is read, and the one that is written.
#[derive(Debug)]
pub struct Each {
    pub field: String,
    target: String,
    ignore_missing: bool,
}

impl Each {
    /// Reads `field`, `target_field` and `ignore_missing`.
    ///
    /// # Errors
    /// When one is malformed, or there is no field.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let (field, target) = said.field_and_target()?;
        Ok(Self {
            field,
            target,
            ignore_missing: said.switch("ignore_missing", false)?,
        })
    }

    /// Puts what becomes of the value, or of each in the list, into the target. What is made takes its room.
    ///
    /// # Errors
    /// When there is no value and has to be one, and those of what is called.
    pub fn change(
        &self,
        draft: &mut Draft<'_>,
        of: impl Fn(&Value, &mut Room) -> Result<Value, ElasticError>,
    ) -> Result<Flow, ElasticError> {
        if self.ignore_missing && draft.get(&self.field).is_none_or(Value::is_null) {
            return Ok(Flow::On);
        }
        let new = draft.with_room(|draft, room| match draft.value(&self.field)? {
            Value::Null => Err(is_null(&self.field)),
            Value::Array(items) => items
                .iter()
                .map(|item| of(item, room))
                .collect::<Result<Vec<Value>, _>>()
                .map(Value::from),
            one => of(one, room),
        })?;
        draft.set(&self.target, new)?;
        Ok(Flow::On)
    }
}
