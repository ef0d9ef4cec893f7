//! The frame of every successful reply: `status`, `data`, `warnings`, `infos`, in Prometheus's order.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::errors::PrometheusError;
use super::json::Json;

/// What every handler that can fail answers.
pub type Reply = Result<Response, PrometheusError>;

/// Said when a reply has less than there is.
pub const TRUNCATED: &str = "results truncated due to limit";
/// Warnings and infos that a reply names, each; of the rest it has the number.
const MAX_NOTES: usize = 10;

/// What is said beside the data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    pub warnings: Vec<String>,
    pub infos: Vec<String>,
}

impl Notes {
    /// A warning when the reply was cut.
    pub fn truncated(was_cut: bool) -> Self {
        let mut notes = Self::default();
        if was_cut {
            notes.warnings.push(TRUNCATED.to_owned());
        }
        notes
    }
}

/// A reply whose data is what `write` writes.
pub fn success(notes: &Notes, write: impl FnOnce(&mut Json)) -> Response {
    json_response(success_bytes(notes, write))
}

/// The bytes of such a reply, for whoever writes them on another thread.
pub fn success_bytes(notes: &Notes, write: impl FnOnce(&mut Json)) -> Vec<u8> {
    let mut json = Json::default();
    json.raw(r#"{"status":"success","data":"#);
    write(&mut json);
    write_notes(&mut json, "warnings", "warning", &notes.warnings);
    write_notes(&mut json, "infos", "info", &notes.infos);
    json.raw("}");
    json.into_bytes()
}

/// A reply whose data is a small body.
///
/// # Errors
/// Never for the bodies of this API, which are plain JSON.
pub fn success_body(body: &impl Serialize) -> Reply {
    let text = serde_json::to_string(body).map_err(|error| {
        PrometheusError::internal(format!("error marshaling response: {error}"))
    })?;
    Ok(success(&Notes::default(), |json| json.raw(&text)))
}

/// Finished JSON.
pub fn json_response(bytes: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, "application/json")], bytes).into_response()
}

/// Done, and nothing to say.
pub fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

fn write_notes(json: &mut Json, key: &str, kind: &str, notes: &[String]) {
    if notes.is_empty() {
        return;
    }
    json.raw(",");
    json.key(key);
    let left_out = notes.len().saturating_sub(MAX_NOTES);
    let rest = (left_out > 0).then(|| format!("{left_out} more {kind} annotations omitted"));
    json.strings(notes.iter().take(MAX_NOTES).chain(&rest));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_stands_behind_the_data_and_has_an_end() {
        let notes = Notes {
            warnings: vec![TRUNCATED.to_owned()],
            infos: (0..12).map(|number| format!("info {number}")).collect(),
        };
        let text = String::from_utf8(success_bytes(&notes, |json| json.raw("[]"))).expect("UTF-8");
        let start = r#"{"status":"success","data":[],"warnings":["results truncated due to limit"],"infos":["#;
        assert!(text.starts_with(start), "{text}");
        let reply: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let infos = reply["infos"].as_array().expect("a list");
        assert_eq!(infos.len(), 11);
        assert_eq!(infos[10], "2 more info annotations omitted");
    }

    #[test]
    fn a_reply_without_notes_has_no_keys_for_them() {
        let text = success_bytes(&Notes::default(), |json| json.raw("{}"));
        assert_eq!(text, br#"{"status":"success","data":{}}"#);
    }
}
