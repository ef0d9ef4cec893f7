//! `fields` of a hit: the values of a document's fields as lists by path, whatever objects and arrays they stand in.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use swarmscope_query::datemath::Format;
use swarmscope_query::document::{ValueRef, instant_of, is_time_field};
use swarmscope_query::elastic::ShownField;
use swarmscope_query::indices::wildcard_matches;

/// Longest string that has a `.keyword`, as in Elasticsearch's dynamic mapping.
const MAX_KEYWORD_CHARACTERS: usize = 256;

/// The values that were asked for, by path.
pub fn values(document: &Map<String, Value>, wanted: &[ShownField]) -> Map<String, Value> {
    let leaves = leaves_of(document);
    let mut shown = Map::new();
    for field in wanted {
        for (path, values) in &leaves {
            if wildcard_matches(&field.pattern, path) {
                let values = values.iter().map(|value| written(path, value, field));
                shown.insert(path.clone(), values.collect());
            }
            let keyword = format!("{path}.keyword");
            if wildcard_matches(&field.pattern, &keyword) {
                let texts = values.iter().filter(|value| is_keyword(path, value));
                let texts: Vec<Value> = texts.map(|text| (*text).clone()).collect();
                if !texts.is_empty() {
                    shown.insert(keyword, texts.into());
                }
            }
        }
    }
    shown
}

/// Every value of a document that is neither an object nor an array, by path.
pub fn leaves_of(document: &Map<String, Value>) -> BTreeMap<String, Vec<&Value>> {
    let mut leaves = BTreeMap::new();
    collect("", document, &mut leaves);
    leaves
}

/// Whether the value is a text with a whole-string view, and no date.
fn is_keyword(path: &str, value: &Value) -> bool {
    let text = value.as_str();
    text.is_some_and(|text| {
        text.chars().count() <= MAX_KEYWORD_CHARACTERS
            && instant_of(path, ValueRef::Text(text)).is_none()
    })
}

fn collect<'a>(
    at: &str,
    object: &'a Map<String, Value>,
    into: &mut BTreeMap<String, Vec<&'a Value>>,
) {
    for (key, value) in object {
        let path = match at {
            "" => key.clone(),
            at => format!("{at}.{key}"),
        };
        leaves(&path, value, into);
    }
}

fn leaves<'a>(path: &str, value: &'a Value, into: &mut BTreeMap<String, Vec<&'a Value>>) {
    match value {
        Value::Null => {}
        Value::Object(object) => collect(path, object, into),
        Value::Array(items) => items.iter().for_each(|item| leaves(path, item, into)),
        value => into.entry(path.to_owned()).or_default().push(value),
    }
}

/// A value, dates in their format.
fn written(path: &str, value: &Value, field: &ShownField) -> Value {
    if !is_time_field(path) && field.format.is_none() {
        return value.clone();
    }
    let own = match value {
        Value::String(text) => Some(ValueRef::Text(text)),
        Value::Number(number) => number.as_i64().map(ValueRef::Integer),
        _ => None,
    };
    let instant = own.and_then(|own| instant_of(path, own));
    let default = Format::default();
    let format = field.format.as_ref().unwrap_or(&default);
    match instant {
        Some(instant) => format.show(instant, &TimeZone::UTC).into(),
        None => value.clone(),
    }
}
