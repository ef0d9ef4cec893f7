//! `grok` and `dissect`: fields out of a line by a pattern.

use serde_json::Value;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::dissect::Pattern;
use super::super::draft::Draft;
use super::super::grok::{Expression, Patterns};
use super::super::said::Said;
use super::Process;

/// Takes a line apart by the first of several expressions that matches.
#[derive(Debug)]
pub struct Grok {
    field: String,
    expressions: Vec<Expression>,
    ignore_missing: bool,
    trace_match: bool,
}

impl Grok {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed, or an expression names a pattern that is not there.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let field = said.required("field")?;
        let texts = said.texts("patterns")?;
        if texts.is_empty() {
            return Err(said.fail("patterns", "List of patterns must not be empty"));
        }
        let is_common_schema = match said.optional("ecs_compatibility")?.as_deref() {
            None | Some("disabled") => false,
            Some("v1") => true,
            Some(other) => {
                let reason = format!("unsupported mode '{other}'");
                return Err(said.fail("ecs_compatibility", &reason));
            }
        };
        let own = said.object("pattern_definitions")?;
        let patterns = Patterns::new(is_common_schema, &own);
        let mut expressions = Vec::with_capacity(texts.len());
        for text in &texts {
            said.count_pattern("patterns")?;
            let read = Expression::read(text, &patterns);
            expressions.push(read.map_err(|error| {
                let listed = texts.join(", ");
                said.fail(
                    "patterns",
                    &format!("Invalid regex pattern found in: [{listed}]. {error}"),
                )
            })?);
        }
        Ok(Self {
            field,
            expressions,
            ignore_missing: said.switch("ignore_missing", false)?,
            trace_match: said.switch("trace_match", false)?,
        })
    }
}

impl Process for Grok {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let Some(text) = draft.text(&self.field, self.ignore_missing)? else {
            return Ok(Flow::On);
        };
        let mut found = self
            .expressions
            .iter()
            .enumerate()
            .filter_map(|(place, expression)| Some((place, expression.values(text)?)));
        let Some((place, values)) = found.next() else {
            return Err(ElasticError::illegal_argument(format!(
                "Provided Grok expressions do not match field value: [{text}]"
            )));
        };
        drop(found);
        for (field, value) in values {
            draft.room.take_value(&value)?;
            draft.set(&field, value)?;
        }
        if self.trace_match {
            let place = Value::from(place.to_string());
            draft.ingest.insert("_grok_match_index".to_owned(), place);
        }
        Ok(Flow::On)
    }
}

/// Takes a line apart at the texts between its fields.
#[derive(Debug)]
pub struct Dissect {
    field: String,
    pattern: Pattern,
    ignore_missing: bool,
}

impl Dissect {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let field = said.required("field")?;
        let text = said.required("pattern")?;
        let between = said.optional("append_separator")?.unwrap_or_default();
        let pattern = Pattern::read(&text, &between)
            .map_err(|error| said.fail("pattern", &error.to_string()))?;
        Ok(Self {
            field,
            pattern,
            ignore_missing: said.switch("ignore_missing", false)?,
        })
    }
}

impl Process for Dissect {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let values = draft.with_room(|draft, room| {
            let Some(text) = draft.text(&self.field, self.ignore_missing)? else {
                return Ok(Vec::new());
            };
            self.pattern.values(text, room)?.ok_or_else(|| {
                ElasticError::illegal_argument(format!(
                    "Unable to find match for dissect pattern: {} against source: {text}",
                    self.pattern.text()
                ))
            })
        })?;
        for (field, value) in values {
            draft.set(&field, value.into())?;
        }
        Ok(Flow::On)
    }
}
