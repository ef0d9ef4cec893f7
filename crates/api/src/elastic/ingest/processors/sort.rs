//! `sort`: the values of a list in order.

use std::cmp::Ordering;

use serde_json::Value;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::{Draft, is_null, no_cast};
use super::super::said::Said;
use super::Process;

/// Sorts a list of texts or of numbers.
#[derive(Debug)]
pub struct Sort {
    field: String,
    target: String,
    descending: bool,
}

impl Sort {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let (field, target) = said.field_and_target()?;
        let order = said.optional("order")?.unwrap_or_default();
        let descending = match order.as_str() {
            "" | "asc" => false,
            "desc" => true,
            other => {
                let reason = format!(
                    "Sort direction [{other}] not recognized. Valid values are: [asc, desc]"
                );
                return Err(said.fail("order", &reason));
            }
        };
        Ok(Self {
            field,
            target,
            descending,
        })
    }
}

fn compare(left: &Value, right: &Value) -> Ordering {
    if let (Some(left), Some(right)) = (left.as_f64(), right.as_f64()) {
        return left.total_cmp(&right);
    }
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => left.cmp(right),
        _ => left.to_string().cmp(&right.to_string()),
    }
}

impl Process for Sort {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let mut items = match draft.value(&self.field)? {
            Value::Array(items) => items.clone(),
            Value::Null => return Err(is_null(&self.field)),
            other => return Err(no_cast(&self.field, other, "java.util.List")),
        };
        items.sort_by(compare);
        if self.descending {
            items.reverse();
        }
        let items = Value::from(items);
        draft.room.take_value(&items)?;
        draft.set(&self.target, items)?;
        Ok(Flow::On)
    }
}
