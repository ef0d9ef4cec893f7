//! `kv`: a text of keys and values as fields.

use regex::Regex;
use serde_json::Value;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::expression::compile;
use super::super::said::Said;
use super::Process;

/// Takes a text of pairs apart.
#[derive(Debug)]
pub struct KeyValue {
    field: String,
    target: Option<String>,
    between_pairs: Regex,
    /// As it was given, for messages.
    value_split: String,
    in_pair: Regex,
    include: Option<Vec<String>>,
    exclude: Vec<String>,
    prefix: String,
    trim_key: String,
    trim_value: String,
    strip_brackets: bool,
    ignore_missing: bool,
}

impl KeyValue {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let field = said.required("field")?;
        let mut pattern = |key: &str| -> Result<(String, Regex), ElasticError> {
            let text = said.required(key)?;
            said.count_pattern(key)?;
            let compiled = compile(&text).map_err(|error| said.fail(key, &error.to_string()))?;
            Ok((text, compiled))
        };
        let (_, between_pairs) = pattern("field_split")?;
        let (value_split, in_pair) = pattern("value_split")?;
        Ok(Self {
            field,
            target: said.optional("target_field")?,
            between_pairs,
            value_split,
            in_pair,
            include: said.optional_texts("include_keys")?,
            exclude: said.optional_texts("exclude_keys")?.unwrap_or_default(),
            prefix: said.optional("prefix")?.unwrap_or_default(),
            trim_key: said.optional("trim_key")?.unwrap_or_default(),
            trim_value: said.optional("trim_value")?.unwrap_or_default(),
            strip_brackets: said.switch("strip_brackets", false)?,
            ignore_missing: said.switch("ignore_missing", false)?,
        })
    }

    fn pairs(&self, text: &str) -> Result<Vec<(String, String)>, ElasticError> {
        let mut pairs = Vec::new();
        for pair in self.between_pairs.split(text) {
            let mut parts = self.in_pair.splitn(pair, 2);
            let (Some(key), Some(value)) = (parts.next(), parts.next()) else {
                return Err(ElasticError::illegal_argument(format!(
                    "field [{}] does not contain value_split [{}]",
                    self.field, self.value_split
                )));
            };
            let key = key.trim_matches(|sign| self.trim_key.contains(sign));
            let is_wanted = self
                .include
                .as_ref()
                .is_none_or(|include| include.iter().any(|own| own == key))
                && !self.exclude.iter().any(|own| own == key);
            if is_wanted {
                let value = value.trim_matches(|sign| self.trim_value.contains(sign));
                let value = match self.strip_brackets {
                    true => stripped(value),
                    false => value,
                };
                pairs.push((format!("{}{key}", self.prefix), value.to_owned()));
            }
        }
        Ok(pairs)
    }
}

/// Without the brackets or quotes around it.
fn stripped(value: &str) -> &str {
    for (open, close) in [('(', ')'), ('[', ']'), ('<', '>'), ('"', '"'), ('\'', '\'')] {
        let inside = value
            .strip_prefix(open)
            .and_then(|value| value.strip_suffix(close));
        if let Some(inside) = inside {
            return inside;
        }
    }
    value
}

impl Process for KeyValue {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let Some(text) = draft.text(&self.field, self.ignore_missing)? else {
            return Ok(Flow::On);
        };
        for (key, value) in self.pairs(text)? {
            draft.room.take(key.len() + value.len())?;
            let path = match &self.target {
                Some(target) => format!("{target}.{key}"),
                None => key,
            };
            // A key that comes again has all its values.
            let new = match draft.get(&path) {
                None => value.into(),
                Some(Value::Array(items)) => {
                    let mut items = items.clone();
                    items.push(value.into());
                    items.into()
                }
                Some(one) => vec![one.clone(), value.into()].into(),
            };
            draft.set(&path, new)?;
        }
        Ok(Flow::On)
    }
}
