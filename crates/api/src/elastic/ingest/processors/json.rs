//! `json`: a text of JSON as the value it stands for.

use serde_json::{Map, Value};

use super::super::super::catalog::merge;
use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::room::check_depth;
use super::super::said::Said;
use super::Process;

/// Reads a text as JSON.
#[derive(Debug)]
pub struct Json {
    field: String,
    /// The root of the document when there is none.
    target: Option<String>,
    /// Whether objects that are in the document already are kept and added to.
    merges: bool,
}

impl Json {
    /// Reads the processor.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let field = said.required("field")?;
        let target = said.optional("target_field")?;
        let to_root = said.switch("add_to_root", false)?;
        if to_root && target.is_some() {
            return Err(said.fail(
                "target_field",
                "Cannot set a target field while also setting `add_to_root` to true",
            ));
        }
        let merges = match said.optional("add_to_root_conflict_strategy")?.as_deref() {
            None | Some("replace") => false,
            Some("merge") => true,
            Some(other) => {
                let reason =
                    format!("conflict strategy [{other}] not supported, cannot convert field.");
                return Err(said.fail("add_to_root_conflict_strategy", &reason));
            }
        };
        said.take("allow_duplicate_keys");
        said.take("strict_json_parsing");
        Ok(Self {
            target: (!to_root).then(|| target.unwrap_or_else(|| field.clone())),
            field,
            merges,
        })
    }
}

impl Process for Json {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let text = match draft.value(&self.field)? {
            Value::String(text) => text.clone(),
            // What is no text is a value already.
            other => other.to_string(),
        };
        draft.room.take(text.len())?;
        let value: Value = serde_json::from_str(&text).map_err(|error| {
            ElasticError::illegal_argument(format!("field [{}] is no JSON: {error}", self.field))
        })?;
        match (&self.target, value) {
            (Some(target), value) => draft.set(target, value)?,
            (None, Value::Object(members)) => self.add(members, draft)?,
            (None, _) => {
                return Err(ElasticError::illegal_argument(
                    "cannot add non-map fields to root of document",
                ));
            }
        }
        Ok(Flow::On)
    }
}

impl Json {
    fn add(&self, members: Map<String, Value>, draft: &mut Draft<'_>) -> Result<(), ElasticError> {
        for (key, value) in &members {
            check_depth(key, value)?;
        }
        if self.merges {
            merge(&mut draft.source, &members);
            return Ok(());
        }
        for (key, value) in members {
            draft.source.insert(key, value);
        }
        Ok(())
    }
}
