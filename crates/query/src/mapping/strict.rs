//! Documents of an index that takes no field it does not know.

use serde_json::{Map, Value};

use super::{Dynamic, Mapping};

/// A field that a document has and its index does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "mapping set to strict, dynamic introduction of [{field}] within [{object}] is not allowed"
)]
pub struct Unmapped {
    pub field: String,
    /// `_doc` for the document itself.
    pub object: String,
}

impl Mapping {
    /// Whether some documents are refused for their fields.
    pub fn is_strict(&self) -> bool {
        self.dynamic
            .values()
            .any(|dynamic| *dynamic == Dynamic::Strict)
    }

    /// Checks the fields of a document.
    ///
    /// # Errors
    /// With the first field that the index does not take.
    pub fn check(&self, document: &Map<String, Value>) -> Result<(), Unmapped> {
        self.check_object("", document)
    }

    fn check_object(&self, at: &str, object: &Map<String, Value>) -> Result<(), Unmapped> {
        for (key, value) in object {
            let path = match at {
                "" => key.clone(),
                at => format!("{at}.{key}"),
            };
            if self.fields.contains_key(&path) || self.is_disabled(&path) {
                continue;
            }
            let is_object = self.dynamic.contains_key(&path);
            if !is_object && self.dynamic_of(&path) == Dynamic::Strict && *value != Value::Null {
                let object = if at.is_empty() { "_doc" } else { at };
                return Err(Unmapped {
                    field: key.clone(),
                    object: object.to_owned(),
                });
            }
            let inner = match value {
                Value::Array(items) => items.as_slice(),
                other => std::slice::from_ref(other),
            };
            for object in inner.iter().filter_map(Value::as_object) {
                self.check_object(&path, object)?;
            }
        }
        Ok(())
    }
}
