//! Values back to YAML, inlined structs dissolved in the struct around them.

use serde::Serialize;
use serde_yaml_ng::{Mapping, Value};

use super::INLINE;

/// A value that cannot be written as YAML.
#[derive(Debug, thiserror::Error)]
#[error("the value cannot be written as YAML")]
pub struct WriteError(#[from] serde_yaml_ng::Error);

pub(super) fn to_string(value: &impl Serialize) -> Result<String, WriteError> {
    let value = dissolve(serde_yaml_ng::to_value(value)?);
    Ok(serde_yaml_ng::to_string(&value)?)
}

fn dissolve(value: Value) -> Value {
    match value {
        Value::Sequence(items) => Value::Sequence(items.into_iter().map(dissolve).collect()),
        Value::Mapping(entries) => {
            let mut flat = Mapping::new();
            for (key, value) in entries {
                match (key.as_str() == Some(INLINE), dissolve(value)) {
                    (true, Value::Mapping(inner)) => flat.extend(inner),
                    (_, value) => {
                        flat.insert(key, value);
                    }
                }
            }
            Value::Mapping(flat)
        }
        other => other,
    }
}
