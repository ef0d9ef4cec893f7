//! Bodies of requests, refused in this API's error shape.

use axum::body::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use swarmscope_alerting::{WrittenRule, read_rule};

use crate::native::errors::ApiError;

/// Reads a body; `shape` says what it should be like.
pub(super) fn read<T: DeserializeOwned>(body: &Bytes, shape: &str) -> Result<T, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::invalid(format!("the body has to be {shape}: {error}")))
}

/// A rule as an object, or as text of a rule file.
pub(super) fn rule(value: Value) -> Result<WrittenRule, ApiError> {
    match value {
        Value::Object(rule) => Ok(rule),
        Value::String(text) => Ok(read_rule(&text)?),
        _ => Err(ApiError::invalid(
            "`rule` has to be an object with the fields of a rule in a rule file, or its YAML as a text",
        )),
    }
}
