//! Texts that name fields in `{{ }}`: filled in with what the document has.

use serde_json::{Map, Value};

use super::super::errors::ElasticError;
use super::draft::Draft;

/// A value with the texts in it filled in.
///
/// # Errors
/// When it grows too large.
pub fn filled_in(value: &Value, draft: &mut Draft<'_>) -> Result<Value, ElasticError> {
    match value {
        Value::String(text) => Ok(text_filled_in(text, draft)?.into()),
        Value::Array(items) => items
            .iter()
            .map(|item| filled_in(item, draft))
            .collect::<Result<Vec<Value>, _>>()
            .map(Value::from),
        Value::Object(members) => {
            let mut filled = Map::new();
            for (key, value) in members {
                filled.insert(key.clone(), filled_in(value, draft)?);
            }
            Ok(filled.into())
        }
        other => {
            draft.room.take_value(other)?;
            Ok(other.clone())
        }
    }
}

/// A text, filled in.
///
/// # Errors
/// When it grows too large.
pub fn text_filled_in(text: &str, draft: &mut Draft<'_>) -> Result<String, ElasticError> {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else {
            break;
        };
        draft.room.take(before.len())?;
        out.push_str(before);
        let found = match draft.get(name.trim_matches(['{', ' '])) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        draft.room.take(found.len())?;
        out.push_str(&found);
        rest = behind.strip_prefix('}').unwrap_or(behind);
    }
    draft.room.take(rest.len())?;
    out.push_str(rest);
    Ok(out)
}
