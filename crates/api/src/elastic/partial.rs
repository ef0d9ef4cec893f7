//! What an update asks for: parts of a document, and what to store when there is none. Scripts are refused.

use serde_json::{Map, Value};
use swarmscope_query::elastic::{self, SourceFilter};

use super::errors::ElasticError;

/// An update, read.
#[derive(Debug, Clone)]
pub struct Partial {
    doc: Option<Map<String, Value>>,
    upsert: Option<Map<String, Value>>,
    detect_noop: bool,
    by_script: bool,
    /// Which parts of the outcome the reply shows.
    pub shown: Option<SourceFilter>,
}

impl Partial {
    /// Reads the body of an update.
    ///
    /// # Errors
    /// When it is no update.
    pub fn read(body: &[u8]) -> Result<Self, ElasticError> {
        let members: Map<String, Value> = match body.iter().all(u8::is_ascii_whitespace) {
            true => Map::new(),
            false => serde_json::from_slice(body)
                .map_err(|error| ElasticError::content(&error, "the body of an update"))?,
        };
        let mut partial = Self {
            doc: None,
            upsert: None,
            detect_noop: true,
            by_script: false,
            shown: None,
        };
        let mut doc_as_upsert = false;
        for (key, value) in members {
            match key.as_str() {
                "doc" => partial.doc = Some(object(&key, value)?),
                "upsert" => partial.upsert = Some(object(&key, value)?),
                "doc_as_upsert" => doc_as_upsert = switch(&key, &value)?,
                "detect_noop" => partial.detect_noop = switch(&key, &value)?,
                "_source" => partial.shown = Some(elastic::source_filter(&value.to_string())?),
                "script" => partial.by_script = true,
                "scripted_upsert" | "if_seq_no" | "if_primary_term" => {}
                _ => return Err(unreadable(format!("unknown field [{key}]"))),
            }
        }
        match (partial.by_script, &partial.doc) {
            (true, Some(_)) => Err(ElasticError::validation(
                "can't provide both script and doc",
            )),
            (true, None) => Ok(partial),
            (false, None) if doc_as_upsert => Err(ElasticError::validation(
                "script or doc is missing;2: doc must be specified if doc_as_upsert is enabled",
            )),
            (false, None) => Err(ElasticError::validation("script or doc is missing")),
            (false, Some(doc)) => {
                if doc_as_upsert {
                    partial.upsert = Some(doc.clone());
                }
                Ok(partial)
            }
        }
    }

    /// What to store when there is no document.
    pub fn for_nothing(&self) -> Option<&Map<String, Value>> {
        self.upsert.as_ref()
    }

    /// Puts the parts into a document; gives whether there is anything to write.
    ///
    /// # Errors
    /// When it is to be changed by a script.
    pub fn apply(&self, document: &mut Map<String, Value>) -> Result<bool, ElasticError> {
        if self.by_script {
            return Err(ElasticError::illegal_argument(
                "[script] is not supported here: send the changed fields as [doc], with [if_seq_no] and \
                 [if_primary_term] of what was read where the new value depends on the old",
            ));
        }
        let changed = self.doc.as_ref().is_some_and(|doc| merge(document, doc));
        Ok(changed || !self.detect_noop)
    }
}

/// Objects are put together, everything else is replaced; gives whether anything is another now.
fn merge(into: &mut Map<String, Value>, changes: &Map<String, Value>) -> bool {
    let mut changed = false;
    for (key, new) in changes {
        match (into.get_mut(key), new) {
            (Some(Value::Object(old)), Value::Object(new)) => changed |= merge(old, new),
            (Some(old), new) if old == new => {}
            _ => {
                into.insert(key.clone(), new.clone());
                changed = true;
            }
        }
    }
    changed
}

fn object(key: &str, value: Value) -> Result<Map<String, Value>, ElasticError> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(unreadable(format!("{key} has to be an object"))),
    }
}

fn switch(key: &str, value: &Value) -> Result<bool, ElasticError> {
    value
        .as_bool()
        .ok_or_else(|| unreadable(format!("{key} has to be true or false")))
}

fn unreadable(what: String) -> ElasticError {
    ElasticError::unreadable(format!("[UpdateRequest] {what}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_put_together_and_everything_else_is_replaced() {
        let update = json!({"doc": {"a": {"x": 2, "l": [3]}, "b": null}}).to_string();
        let update = Partial::read(update.as_bytes()).expect("an update");
        let mut document = json!({"a": {"x": 1, "y": 1, "l": [1, 2]}, "b": {"c": 1}});
        let document = document.as_object_mut().expect("an object");
        assert!(update.apply(document).expect("merged"));
        let expected = json!({"a": {"x": 2, "y": 1, "l": [3]}, "b": null});
        assert_eq!(Value::Object(document.clone()), expected);
        assert!(!update.apply(document).expect("merged"));
    }
}
