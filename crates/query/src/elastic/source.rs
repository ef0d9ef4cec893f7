//! `_source`: which parts of a document a reply holds.

use serde_json::{Map, Value};

use super::Parsed;
use super::error::DslErrorKind;
use super::json::{Json, Node};
use super::members::one_or_many;
use crate::indices::wildcard_matches;

/// A choice of a document's parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceFilter {
    /// Nothing at all.
    pub nothing: bool,
    /// Only these paths and what is below them; empty means all.
    pub includes: Vec<String>,
    /// Not these.
    pub excludes: Vec<String>,
}

impl SourceFilter {
    /// Whether the document stays as it is.
    pub fn is_everything(&self) -> bool {
        !self.nothing && self.includes.is_empty() && self.excludes.is_empty()
    }

    /// The chosen parts of a document.
    pub fn apply(&self, document: &Map<String, Value>) -> Map<String, Value> {
        self.object(document, "", self.includes.is_empty())
    }

    fn object(&self, object: &Map<String, Value>, at: &str, included: bool) -> Map<String, Value> {
        let mut kept = Map::new();
        for (key, value) in object {
            let path = if at.is_empty() {
                key.clone()
            } else {
                format!("{at}.{key}")
            };
            if self
                .excludes
                .iter()
                .any(|pattern| wildcard_matches(pattern, &path))
            {
                continue;
            }
            let included = included
                || self
                    .includes
                    .iter()
                    .any(|pattern| wildcard_matches(pattern, &path));
            if let Some(value) = self.value(value, &path, included) {
                kept.insert(key.clone(), value);
            }
        }
        kept
    }

    fn value(&self, value: &Value, path: &str, included: bool) -> Option<Value> {
        match value {
            Value::Object(object) => {
                let kept = self.object(object, path, included);
                (included || !kept.is_empty()).then_some(Value::Object(kept))
            }
            Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
                let kept: Vec<Value> = items
                    .iter()
                    .filter_map(|item| self.value(item, path, included))
                    .collect();
                (included || !kept.is_empty()).then_some(Value::Array(kept))
            }
            value => included.then(|| value.clone()),
        }
    }
}

/// Reads `true`, `"a.*"`, `["a", "b"]` or `{"includes": …, "excludes": …}`.
pub(super) fn filter(node: &Node) -> Parsed<SourceFilter> {
    const EXPECTED: &str = "VALUE_BOOLEAN, VALUE_STRING, START_ARRAY, START_OBJECT";
    let wrong = |node: &Node| {
        node.fault(DslErrorKind::ExpectedOneOf {
            expected: EXPECTED,
            found: node.token(),
        })
    };
    let mut filter = SourceFilter::default();
    match &node.value {
        Json::Bool(wanted) => filter.nothing = !wanted,
        Json::String(_) | Json::Array(_) => filter.includes = patterns(node)?,
        Json::Object(members) => {
            for member in members {
                match member.key.as_str() {
                    "includes" | "include" => filter.includes = patterns(&member.value)?,
                    "excludes" | "exclude" => filter.excludes = patterns(&member.value)?,
                    _ => {
                        let (token, key) = (member.value.token(), member.key.clone());
                        return Err(member.value.fault(DslErrorKind::UnknownKey { token, key }));
                    }
                }
            }
        }
        Json::Null | Json::Number(_) => return Err(wrong(node)),
    }
    Ok(filter)
}

fn patterns(node: &Node) -> Parsed<Vec<String>> {
    one_or_many(node)
        .iter()
        .map(|item| match &item.value {
            Json::String(pattern) => Ok(pattern.clone()),
            _ => Err(item.fault(DslErrorKind::ExpectedOneOf {
                expected: "VALUE_STRING",
                found: item.token(),
            })),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn applied(includes: &[&str], excludes: &[&str], document: &Value) -> Value {
        let owned = |patterns: &[&str]| patterns.iter().map(|p| (*p).to_owned()).collect();
        let filter = SourceFilter {
            nothing: false,
            includes: owned(includes),
            excludes: owned(excludes),
        };
        Value::Object(filter.apply(document.as_object().expect("an object")))
    }

    #[test]
    fn parts_are_chosen_by_path_and_pattern() {
        let document = json!({"a": 1, "m": {"x": 1, "y": {"z": 2}}, "l": [{"p": 1, "q": 2}]});
        assert_eq!(
            applied(&["m"], &[], &document),
            json!({"m": {"x": 1, "y": {"z": 2}}})
        );
        assert_eq!(
            applied(&["m.y.*", "a"], &[], &document),
            json!({"a": 1, "m": {"y": {"z": 2}}})
        );
        assert_eq!(applied(&["l.q"], &[], &document), json!({"l": [{"q": 2}]}));
        assert_eq!(
            applied(&[], &["m.y", "l"], &document),
            json!({"a": 1, "m": {"x": 1}})
        );
    }
}
