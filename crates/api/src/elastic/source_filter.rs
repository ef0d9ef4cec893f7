//! Parts of a document: `_source` with includes and excludes.

use serde_json::{Map, Value};
use swarmscope_query::indices::wildcard_matches;

/// Which parts of `_source` a caller wants.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SourceFilter {
    /// All of it, byte for byte.
    #[default]
    Everything,
    Nothing,
    /// Dotted paths, with `*`. No includes are all; excludes win.
    Parts {
        includes: Vec<String>,
        excludes: Vec<String>,
    },
}

impl SourceFilter {
    /// From the URL's `_source`, `_source_includes` and `_source_excludes`.
    pub fn from_parameters(
        source: Option<&str>,
        includes: Option<&str>,
        excludes: Option<&str>,
    ) -> Self {
        let list = |text: Option<&str>| -> Vec<String> {
            let names = text.unwrap_or("").split(',').map(str::trim);
            names
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let mut included = list(includes);
        match source {
            Some("false") => return Self::Nothing,
            None | Some("" | "true") => {}
            names => included.extend(list(names)),
        }
        let excludes = list(excludes);
        match included.is_empty() && excludes.is_empty() {
            true => Self::Everything,
            false => Self::Parts {
                includes: included,
                excludes,
            },
        }
    }

    /// The wanted parts of a document.
    pub fn apply(&self, document: &Value) -> Value {
        match self {
            Self::Everything => document.clone(),
            Self::Nothing => Value::Null,
            Self::Parts { includes, excludes } => {
                let kept = part(document, "", includes.is_empty(), includes, excludes);
                kept.unwrap_or_else(|| Value::Object(Map::new()))
            }
        }
    }
}

fn part(
    value: &Value,
    path: &str,
    included: bool,
    includes: &[String],
    excludes: &[String],
) -> Option<Value> {
    match value {
        Value::Object(fields) => {
            let kept: Map<String, Value> = fields
                .iter()
                .filter_map(|(key, inner)| {
                    let path = if path.is_empty() {
                        key.clone()
                    } else {
                        format!("{path}.{key}")
                    };
                    let matches = |patterns: &[String]| {
                        patterns
                            .iter()
                            .any(|pattern| wildcard_matches(pattern, &path))
                    };
                    if matches(excludes) {
                        return None;
                    }
                    let inner = part(
                        inner,
                        &path,
                        included || matches(includes),
                        includes,
                        excludes,
                    )?;
                    Some((key.clone(), inner))
                })
                .collect();
            (included || !kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(items) => {
            let kept: Vec<Value> = items
                .iter()
                .filter_map(|item| part(item, path, included, includes, excludes))
                .collect();
            (included || !kept.is_empty()).then_some(Value::Array(kept))
        }
        scalar => included.then(|| scalar.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_are_chosen_by_path() {
        let document = json!({"a": {"b": 1, "c": [{"d": 2, "e": 3}]}, "f": 4});
        let apply = |source: Option<&str>, excludes: Option<&str>| {
            SourceFilter::from_parameters(source, None, excludes).apply(&document)
        };
        assert_eq!(apply(Some("a.b,f"), None), json!({"a": {"b": 1}, "f": 4}));
        assert_eq!(
            apply(Some("a"), Some("a.c.e")),
            json!({"a": {"b": 1, "c": [{"d": 2}]}})
        );
        assert_eq!(apply(None, Some("*.c")), json!({"a": {"b": 1}, "f": 4}));
        assert_eq!(apply(Some("none"), None), json!({}));
        assert_eq!(apply(Some("true"), None), document);
    }
}
