//! What a group keeps of an error's document, beside what its fingerprint says: who, which version, which
//! task. Lenient: a field of an unexpected type is as good as none.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use swarmscope_model::error_groups::Occurrence;
use swarmscope_model::{Severity, Timestamp};
use swarmscope_query::store::Hit;

/// The object that a field stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    Metadata,
    Service,
}

use Place::{Metadata, Service, Top};

/// A field's place and name.
type Field = (Place, &'static str);

/// The fields that are looked for. Those of a name for the same thing stand together, the first that says something
/// counts.
const FIELDS: [Field; 18] = [
    (Top, "severity"),
    (Top, "message"),
    (Top, "agent_name"),
    (Metadata, "agent_name"),
    (Service, "name"),
    (Metadata, "agent_version"),
    (Metadata, "version"),
    (Metadata, "release"),
    (Top, "agent_version"),
    (Service, "version"),
    (Top, "version"),
    (Top, "release"),
    (Metadata, "task_type"),
    (Top, "task_type"),
    (Metadata, "task_id"),
    (Top, "task_id"),
    (Metadata, "correlation_id"),
    (Top, "correlation_id"),
];

const SEVERITY: std::ops::Range<usize> = 0..1;
const MESSAGE: std::ops::Range<usize> = 1..2;
const AGENT_NAME: std::ops::Range<usize> = 2..5;
const VERSION: std::ops::Range<usize> = 5..12;
const TASK_TYPE: std::ops::Range<usize> = 12..14;
const TASK_ID: std::ops::Range<usize> = 14..16;
const CORRELATION_ID: std::ops::Range<usize> = 16..18;

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
        message: document.text(MESSAGE).unwrap_or_default(),
    })
}

/// What stands in [`FIELDS`]; of a field that is there twice, the last.
#[derive(Default)]
struct Fields<'a>([Option<&'a RawValue>; FIELDS.len()]);

impl<'a> Fields<'a> {
    fn of(document: &'a str) -> Self {
        let mut fields = Self::default();
        let mut reader = serde_json::Deserializer::from_str(document);
        // What is no object has no fields, and the log store keeps nothing that is no JSON.
        match fields.within(Top).deserialize(&mut reader) {
            Ok(()) => fields,
            Err(_) => Self::default(),
        }
    }

    /// That of an error; `None` for any other.
    fn severity(&self) -> Option<Severity> {
        let severity: Severity = self.text(SEVERITY)?.parse().ok()?;
        (severity >= Severity::Error).then_some(severity)
    }

    /// The first of these that is a text or a number.
    fn text(&self, fields: std::ops::Range<usize>) -> Option<String> {
        let found = self.0[fields].iter().flatten();
        found
            .filter_map(|value| scalar(value))
            .find(|text| !text.is_empty())
    }

    /// Those of an object. What one of its name had before is forgotten.
    fn within(&mut self, place: Place) -> Object<'_, 'a> {
        for (value, (of, _)) in self.0.iter_mut().zip(FIELDS) {
            if of == place {
                *value = None;
            }
        }
        Object {
            fields: self,
            place,
        }
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

/// A name as it is written.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// An object whose fields are read, or any other value in its place.
struct Object<'f, 'a> {
    fields: &'f mut Fields<'a>,
    place: Place,
}

impl<'a> DeserializeSeed<'a> for Object<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Object<'_, 'a> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut object: A) -> Result<(), A::Error> {
        let Self { fields, place } = self;
        while let Some(name) = object.next_key::<Name<'a>>()? {
            match (place, name.0.as_ref()) {
                (Top, "metadata") => object.next_value_seed(fields.within(Metadata))?,
                (Top, "service") => object.next_value_seed(fields.within(Service))?,
                (place, name) => match FIELDS.iter().position(|field| *field == (place, name)) {
                    Some(field) => fields.0[field] = Some(object.next_value()?),
                    None => {
                        object.next_value::<IgnoredAny>()?;
                    }
                },
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
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
        for (last, task_id) in [
            (r#"{"task_id":2}"#, Some("2")),
            ("{}", None),
            ("true", None),
            (r#"[{"task_id":3}]"#, None),
            (r#"{"task_id":"2","task_id":{}}"#, None),
        ] {
            let document =
                format!(r#"{{"severity":"ERROR","metadata":{{"task_id":"1"}},"metadata":{last}}}"#);
            let found = of_text(&document).unwrap();
            assert_eq!(found.task_id.as_deref(), task_id, "{last}");
        }
    }
}
