//! `kv`: a text of keys and values as fields.

use std::collections::HashMap;

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

    /// The values of each key, in the order in which the keys come first.
    fn pairs(&self, text: &str, room: &mut Room) -> Result<Vec<Pair>, ElasticError> {
        let mut pairs: Vec<Pair> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut is_blank = false;
        for pair in self.between_pairs.split(text) {
            // As in Java, nothing stands behind separators at the end.
            if pair.is_empty() && !text.is_empty() {
                is_blank = true;
                continue;
            }
            let mut parts = self.in_pair.splitn(pair, 2);
            let (false, Some(key), Some(value)) = (is_blank, parts.next(), parts.next()) else {
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
                room.take(self.prefix.len() + key.len() + value.len())?;
                let place = *places.entry(key).or_insert_with(|| {
                    pairs.push((format!("{}{key}", self.prefix), Vec::new()));
                    pairs.len() - 1
                });
                pairs[place].1.push(value.into());
            }
        }
        Ok(pairs)
    }
}

/// A key and its values.
type Pair = (String, Vec<Value>);

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
        let pairs = draft.with_room(|draft, room| {
            let text = draft.text(&self.field, self.ignore_missing)?;
            text.map_or_else(|| Ok(Vec::new()), |text| self.pairs(text, room))
        })?;
        for (key, mut values) in pairs {
            let path = match &self.target {
                Some(target) => format!("{target}.{key}"),
                None => key,
            };
            // A key that comes again has all its values.
            let new = match draft.get(&path) {
                None if values.len() == 1 => values.remove(0),
                None => values.into(),
                Some(Value::Array(items)) => [items.clone(), values].concat().into(),
                Some(one) => [vec![one.clone()], values].concat().into(),
            };
            draft.set(&path, new)?;
        }
        Ok(Flow::On)
    }
}
