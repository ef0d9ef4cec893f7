//! What a group keeps of an error's document, beside what its fingerprint says: who, which version, which
//! task. Lenient: a field of an unexpected type is as good as none.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;
use swarmscope_model::error_groups::Occurrence;
use swarmscope_model::{Severity, Timestamp};
use swarmscope_query::store::Hit;

/// The keys of an object, each with its value's bytes; of a key that is there twice, the last.
type Object<'a> = HashMap<Cow<'a, str>, &'a RawValue>;

/// A field's path; further words are names for the same thing.
type Places = &'static [&'static [&'static str]];

const AGENT_NAME: Places = &[
    &["agent_name"],
    &["metadata", "agent_name"],
    &["service", "name"],
];
const VERSION: Places = &[
    &["metadata", "agent_version"],
    &["metadata", "version"],
    &["metadata", "release"],
    &["agent_version"],
    &["service", "version"],
    &["version"],
    &["release"],
];
const TASK_TYPE: Places = &[&["metadata", "task_type"], &["task_type"]];
const TASK_ID: Places = &[&["metadata", "task_id"], &["task_id"]];
const CORRELATION_ID: Places = &[&["metadata", "correlation_id"], &["correlation_id"]];

/// Whether a document is an error that a group counts: `severity` is ERROR or CRITICAL, in any case.
pub fn is_error(document: &str) -> bool {
    Fields::of(document).severity().is_some()
}

/// The error that a hit is. `None` when its severity only looked like one.
pub fn occurrence(hit: &Hit) -> Option<Occurrence> {
    let document = Fields::of(hit.source.get());
    let severity = document.severity()?;
    Some(Occurrence {
        index: hit.index.clone(),
        id: hit.id.clone(),
        timestamp: Timestamp::from_millisecond(hit.time),
        severity,
        agent_name: document.text(AGENT_NAME).unwrap_or_default(),
        version: document.text(VERSION),
        task_type: document.text(TASK_TYPE),
        task_id: document.text(TASK_ID),
        correlation_id: document.text(CORRELATION_ID),
        message: document.text(&[&["message"]]).unwrap_or_default(),
    })
}

/// A document and the objects in it that are looked into.
struct Fields<'a> {
    top: Object<'a>,
    metadata: Object<'a>,
    service: Object<'a>,
}

impl<'a> Fields<'a> {
    fn of(document: &'a str) -> Self {
        let top: Object<'a> = serde_json::from_str(document).unwrap_or_default();
        let object = |key: &str| -> Object<'a> {
            top.get(key)
                .and_then(|value| serde_json::from_str(value.get()).ok())
                .unwrap_or_default()
        };
        Self {
            metadata: object("metadata"),
            service: object("service"),
            top,
        }
    }

    /// That of an error; `None` for any other.
    fn severity(&self) -> Option<Severity> {
        let severity: Severity = self.text(&[&["severity"]])?.parse().ok()?;
        (severity >= Severity::Error).then_some(severity)
    }

    /// The first of these that is a text or a number.
    fn text(&self, places: Places) -> Option<String> {
        places.iter().find_map(|path| {
            let value = match path {
                [key] => self.top.get(*key),
                ["metadata", key] => self.metadata.get(*key),
                ["service", key] => self.service.get(*key),
                _ => None,
            }?;
            scalar(value).filter(|text| !text.is_empty())
        })
    }
}

fn scalar(value: &RawValue) -> Option<String> {
    let text = value.get();
    match text.as_bytes().first()? {
        b'"' => serde_json::from_str(text).ok(),
        b'-' | b'0'..=b'9' => Some(text.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(document: serde_json::Value) -> Option<Occurrence> {
        of_text(&document.to_string())
    }

    fn of_text(document: &str) -> Option<Occurrence> {
        occurrence(&Hit {
            index: "i".into(),
            id: "1".into(),
            sequence: 1,
            version: 1,
            time: 1_769_860_800_000,
            score: 1.0,
            sort: Vec::new(),
            source: RawValue::from_string(document.to_owned()).unwrap(),
        })
    }

    #[test]
    fn severities_count_in_any_spelling_and_others_do_not() {
        for severity in ["ERROR", "error", "Critical", " error "] {
            assert!(
                of(serde_json::json!({"severity": severity})).is_some(),
                "{severity}"
            );
        }
        for severity in ["WARNING", "no error", ""] {
            assert!(
                of(serde_json::json!({"severity": severity})).is_none(),
                "{severity}"
            );
        }
        assert!(of(serde_json::json!({"severity": ["ERROR"]})).is_none());
        assert!(of_text("[]").is_none());
    }

    #[test]
    fn who_what_and_which_task_are_found_where_agents_and_others_write_them() {
        let ours = of(serde_json::json!({
            "severity": "ERROR", "agent_name": "a", "message": "m",
            "metadata": {"correlation_id": "c", "task_id": 7, "task_type": "research", "version": "1.2"}
        }))
        .unwrap();
        assert_eq!(
            (ours.agent_name.as_str(), ours.message.as_str()),
            ("a", "m")
        );
        assert_eq!(ours.correlation_id.as_deref(), Some("c"));
        assert_eq!(ours.task_id.as_deref(), Some("7"));
        assert_eq!(ours.task_type.as_deref(), Some("research"));
        assert_eq!(ours.version.as_deref(), Some("1.2"));
        let elastic = of(serde_json::json!({
            "severity": "ERROR", "service": {"name": "checkout", "version": "3"}, "metadata": [],
            "message": {"odd": true}
        }))
        .unwrap();
        assert_eq!(elastic.agent_name, "checkout");
        assert_eq!(elastic.version.as_deref(), Some("3"));
        assert_eq!((elastic.message.as_str(), elastic.task_id), ("", None));
    }

    #[test]
    fn of_a_key_that_is_there_twice_the_last_counts() {
        let document =
            r#"{"severity":"INFO","severity":"ERROR","agent_name":"a","agent_name":"b"}"#;
        assert_eq!(of_text(document).unwrap().agent_name, "b");
    }
}
