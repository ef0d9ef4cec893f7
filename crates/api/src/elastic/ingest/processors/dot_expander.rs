//! `dot_expander`: keys with dots as objects in objects.

use serde_json::{Map, Value};

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::said::Said;
use super::Process;

/// Expands one key, or all of an object.
#[derive(Debug)]
pub struct DotExpander {
    /// `*` for all.
    field: String,
    /// The object that has the keys; the document when there is none.
    below: Option<String>,
    replace: bool,
}

impl DotExpander {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed, or the key has no dot.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let field = said.required("field")?;
        if field != "*" && !field.contains('.') {
            return Err(said.fail(
                "field",
                "field does not contain a dot and is not a wildcard",
            ));
        }
        if field.starts_with('.') || field.ends_with('.') || field.contains("..") {
            return Err(said.fail("field", "a dot has to stand between two names"));
        }
        Ok(Self {
            field,
            below: said.optional("path")?,
            replace: said.switch("override", false)?,
        })
    }

    fn expand(&self, key: &str, draft: &mut Draft<'_>) -> Result<(), ElasticError> {
        let found = self.members(draft).and_then(|members| members.get(key));
        let Some(value) = found.cloned() else {
            return Ok(());
        };
        draft.room.take_value(&value)?;
        let path = match &self.below {
            Some(below) => format!("{below}.{key}"),
            None => key.to_owned(),
        };
        let new = match draft.get(&path) {
            Some(old) if !self.replace => {
                let listed = |value: &Value| match value {
                    Value::Array(items) => items.clone(),
                    one => vec![one.clone()],
                };
                [listed(old), listed(&value)].concat().into()
            }
            _ => value,
        };
        draft.set(&path, new)?;
        // Only then: what cannot be expanded stays.
        if let Some(members) = self.members(draft) {
            members.remove(key);
        }
        Ok(())
    }

    fn members<'d>(&self, draft: &'d mut Draft<'_>) -> Option<&'d mut Map<String, Value>> {
        match &self.below {
            None => Some(&mut draft.source),
            Some(below) => {
                let mut parts = below.split('.');
                let first = draft.source.get_mut(parts.next()?)?;
                parts
                    .try_fold(first, |value, part| value.get_mut(part))?
                    .as_object_mut()
            }
        }
    }
}

impl Process for DotExpander {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        if self.field != "*" {
            self.expand(&self.field, draft)?;
            return Ok(Flow::On);
        }
        let is_path =
            |key: &&String| key.split('.').all(|part| !part.is_empty()) && key.contains('.');
        let keys: Vec<String> = match self.members(draft) {
            Some(members) => members.keys().filter(is_path).cloned().collect(),
            None => Vec::new(),
        };
        for key in keys {
            self.expand(&key, draft)?;
        }
        Ok(Flow::On)
    }
}
