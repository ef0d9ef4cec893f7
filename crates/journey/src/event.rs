//! An event of the story, read leniently: documents of foreign programs are part of it, too.

use serde_json::{Map, Value};
use swarmscope_model::{ExceptionInfo, Severity, Timestamp};

/// Where a document is kept, and its time.
#[derive(Debug, Clone)]
pub struct Place {
    pub index: String,
    pub id: String,
    /// The order of writes, which decides between events of the same millisecond.
    pub sequence: u64,
    pub at: Timestamp,
}

/// One document that carries the correlation id.
#[derive(Debug, Clone)]
pub struct StoryEvent {
    pub place: Place,
    /// Who logged it; the index when it does not say.
    pub agent: String,
    pub event_type: String,
    pub severity: Option<Severity>,
    pub message: String,
    pub exception: Option<ExceptionInfo>,
    /// The error group it belongs to, when the fetcher knows.
    pub error_group: Option<String>,
    /// Everything else that it says.
    pub metadata: Map<String, Value>,
}

impl StoryEvent {
    /// Reads a document. One that is no event still has its text as the message.
    pub fn read(place: Place, source: &str) -> Self {
        let Ok(Value::Object(mut document)) = serde_json::from_str(source) else {
            return Self {
                agent: place.index.clone(),
                place,
                event_type: String::new(),
                severity: None,
                message: source.to_owned(),
                exception: None,
                error_group: None,
                metadata: Map::new(),
            };
        };
        let mut text = |field: &str| {
            document.get(field)?.as_str()?;
            match document.shift_remove(field) {
                Some(Value::String(text)) => Some(text),
                _ => None,
            }
        };
        let agent = text("agent_name").filter(|name| !name.is_empty());
        let event_type = text("event_type").unwrap_or_default();
        let severity = text("severity").or_else(|| text("level"));
        let message = text("message");
        document.shift_remove("timestamp");
        document.shift_remove("@timestamp");
        let mut metadata = match document.shift_remove("metadata") {
            Some(Value::Object(metadata)) => metadata,
            Some(other) => Map::from_iter([("metadata".to_owned(), other)]),
            None => Map::new(),
        };
        metadata.extend(document);
        let exception = metadata.shift_remove("exception").and_then(exception);
        metadata.shift_remove("correlation_id");
        Self {
            agent: agent.unwrap_or_else(|| place.index.clone()),
            place,
            event_type,
            severity: severity.as_deref().and_then(spelled),
            message: message.unwrap_or_default(),
            exception,
            error_group: None,
            metadata,
        }
    }

    /// The correlation id of a document, wherever it has it.
    pub fn correlation_id_of(source: &str) -> Option<String> {
        let document: Value = serde_json::from_str(source).ok()?;
        let nested = document.pointer("/metadata/correlation_id");
        let id = nested.or_else(|| document.get("correlation_id"))?;
        id.as_str().map(str::to_owned)
    }

    /// The task that it is about.
    pub fn task_id(&self) -> Option<&str> {
        self.metadata.get("task_id")?.as_str()
    }

    /// A whole number of its metadata.
    pub fn number(&self, field: &str) -> Option<i64> {
        self.metadata.get(field)?.as_i64()
    }

    /// Whether it tells of an error.
    pub fn is_error(&self) -> bool {
        self.severity
            .is_some_and(|severity| severity >= Severity::Error)
    }
}

/// The five names in any case, and what other loggers call them.
fn spelled(text: &str) -> Option<Severity> {
    text.parse().ok().or_else(|| {
        let known = [
            ("warn", Severity::Warning),
            ("err", Severity::Error),
            ("fatal", Severity::Critical),
            ("panic", Severity::Critical),
            ("trace", Severity::Debug),
            ("notice", Severity::Info),
        ];
        let found = known
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text));
        found.map(|(_, severity)| *severity)
    })
}

fn exception(value: Value) -> Option<ExceptionInfo> {
    let Value::Object(fields) = value else {
        return value.as_str().map(|text| ExceptionInfo {
            kind: text.to_owned(),
            message: String::new(),
            traceback: Vec::new(),
        });
    };
    let text = |field: &str| {
        let value = fields.get(field).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    let traceback = match fields.get("traceback") {
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text.as_str()],
        _ => Vec::new(),
    };
    let lines = traceback.into_iter().flat_map(str::lines);
    Some(ExceptionInfo {
        kind: text("type"),
        message: text("message"),
        traceback: lines.map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> StoryEvent {
        let place = Place {
            index: "app".to_owned(),
            id: "1".to_owned(),
            sequence: 1,
            at: Timestamp::from_millisecond(0),
        };
        StoryEvent::read(place, source)
    }

    #[test]
    fn an_event_of_the_contract_is_taken_apart() {
        let event = read(
            r#"{"timestamp":"2026-01-31T12:00:00.000Z","agent_name":"a","event_type":"error",
            "severity":"ERROR","message":"m","metadata":{"correlation_id":"c","task_id":"t","n":3,
            "exception":{"type":"KeyError","message":"k","traceback":["one\ntwo","three"]}}}"#,
        );
        assert_eq!((event.agent.as_str(), event.task_id()), ("a", Some("t")));
        assert_eq!(event.number("n"), Some(3));
        assert!(event.is_error());
        let exception = event.exception.expect("has one");
        assert_eq!(exception.traceback, ["one", "two", "three"]);
        let left: Vec<&String> = event.metadata.keys().collect();
        assert_eq!(left, ["task_id", "n"]);
    }

    #[test]
    fn foreign_documents_are_events_too() {
        let event = read(r#"{"level":"fatal","msg":"x","correlation_id":"c","metadata":7}"#);
        assert_eq!(event.agent, "app");
        assert_eq!(event.severity, Some(Severity::Critical));
        assert_eq!(event.metadata["msg"], "x");
        assert_eq!(event.metadata["metadata"], 7);
        assert_eq!(read("no json").message, "no json");
        let short = read(r#"{"metadata":{"exception":"Boom"},"severity":5}"#);
        assert_eq!(short.exception.expect("has one").kind, "Boom");
        assert_eq!(short.metadata["severity"], 5);
    }
}
