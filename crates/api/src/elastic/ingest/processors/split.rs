//! `split`: one text as a list.

use regex::Regex;
use serde_json::Value;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::expression::compile;
use super::super::room::Room;
use super::super::said::Said;
use super::Process;

/// Splits a text where an expression matches.
#[derive(Debug)]
pub struct Split {
    field: String,
    target: String,
    separator: Regex,
    /// Whether empty texts at the end are kept.
    keeps_trailing: bool,
    ignore_missing: bool,
}

impl Split {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let (field, target) = said.field_and_target()?;
        let separator = said.required("separator")?;
        said.count_pattern("separator")?;
        Ok(Self {
            field,
            target,
            separator: compile(&separator)
                .map_err(|error| said.fail("separator", &error.to_string()))?,
            keeps_trailing: said.switch("preserve_trailing", false)?,
            ignore_missing: said.switch("ignore_missing", false)?,
        })
    }
}

impl Process for Split {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let parts = draft.with_room(|draft, room| {
            let text = draft.text(&self.field, self.ignore_missing)?;
            text.map(|text| self.parts(text, room)).transpose()
        })?;
        if let Some(parts) = parts {
            draft.set(&self.target, parts.into())?;
        }
        Ok(Flow::On)
    }
}

impl Split {
    fn parts(&self, text: &str, room: &mut Room) -> Result<Vec<Value>, ElasticError> {
        let mut parts: Vec<Value> = Vec::new();
        for part in self.separator.split(text) {
            let part = Value::from(part);
            room.take_value(&part)?;
            parts.push(part);
        }
        // An expression that matches nothing at all matches before the first sign, too.
        if parts.len() > 1
            && parts[0] == ""
            && self.separator.find(text).is_some_and(|at| at.is_empty())
        {
            parts.remove(0);
        }
        while !self.keeps_trailing && parts.len() > 1 && parts.last().is_some_and(|last| last == "")
        {
            parts.pop();
        }
        Ok(parts)
    }
}
