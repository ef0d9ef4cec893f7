//! A piece of output as a document: events of the contract as they are, other JSON as the metadata of
//! an event, a traceback as an event with an exception, any other line as a message.

use serde_json::{Map, Value, json};
use swarmscope_model::event::event_type;
use swarmscope_model::names::daily_index;
use swarmscope_model::{Event, ExceptionInfo, Severity, Timestamp};

use crate::lines::Line;
use crate::traceback::Piece;

/// Where output comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Who logs, unless a line says so itself.
    pub agent_name: String,
    /// `stdout`, `stderr` or a file's name.
    pub stream: &'static str,
}

/// What becomes of a piece.
#[derive(Debug, Clone, PartialEq)]
pub struct Collected {
    pub index: String,
    pub source: Vec<u8>,
}

/// Other loggers' names for what an event of the contract has in fields of its own.
const MESSAGE_FIELDS: [&str; 5] = ["message", "msg", "event", "log", "text"];
const SEVERITY_FIELDS: [&str; 5] = ["severity", "level", "levelname", "lvl", "log.level"];
const TIME_FIELDS: [&str; 5] = ["timestamp", "@timestamp", "time", "ts", "asctime"];
/// Words of a line in which its severity is looked for: behind a date, a time, a name.
const LEADING_WORDS: usize = 8;

/// The document of a piece, and the daily index it belongs to. `None` for a blank line.
pub fn collected(piece: Piece, origin: &Origin, now: Timestamp) -> Option<Collected> {
    let line = match piece {
        Piece::Traceback(exception) => {
            return Some(document(&exception_event(exception, origin, now)));
        }
        Piece::Line(line) => line,
    };
    if line.bytes.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    if line.cut == 0
        && let Ok(object) = serde_json::from_slice::<Map<String, Value>>(&line.bytes)
    {
        return Some(if is_event(&object) {
            as_it_is(&object, line, origin, now)
        } else {
            document(&foreign_event(object, origin, now))
        });
    }
    Some(document(&line_event(&line, origin, now)))
}

/// An event as it is written.
pub fn document(event: &Event) -> Collected {
    Collected {
        index: daily_index(&event.agent_name, event.timestamp),
        source: event.to_json_line().into_bytes(),
    }
}

/// Whether the object has what makes an event one.
fn is_event(object: &Map<String, Value>) -> bool {
    ["event_type", "severity", "message"]
        .iter()
        .all(|field| object.get(*field).is_some_and(Value::is_string))
}

fn as_it_is(object: &Map<String, Value>, line: Line, origin: &Origin, now: Timestamp) -> Collected {
    let agent_name = object.get("agent_name").and_then(Value::as_str);
    let timestamp = object.get("timestamp").and_then(Timestamp::from_json);
    Collected {
        index: daily_index(
            agent_name.unwrap_or(&origin.agent_name),
            timestamp.unwrap_or(now),
        ),
        source: line.bytes,
    }
}

/// JSON of another logger.
fn foreign_event(object: Map<String, Value>, origin: &Origin, now: Timestamp) -> Event {
    let find = |names: &[&str]| names.iter().find_map(|name| object.get(*name));
    let severity = find(&SEVERITY_FIELDS).and_then(severity_of);
    let message = find(&MESSAGE_FIELDS)
        .and_then(Value::as_str)
        .map_or_else(|| Value::Object(object.clone()).to_string(), str::to_owned);
    let timestamp = find(&TIME_FIELDS).and_then(Timestamp::from_json);
    let agent_name = object.get("agent_name").and_then(Value::as_str);
    Event {
        timestamp: timestamp.unwrap_or(now),
        agent_name: agent_name.unwrap_or(&origin.agent_name).to_owned(),
        event_type: object
            .get("event_type")
            .and_then(Value::as_str)
            .unwrap_or("output")
            .to_owned(),
        severity: severity.unwrap_or_else(|| usual_severity(origin)),
        message,
        metadata: object,
    }
}

fn exception_event(exception: ExceptionInfo, origin: &Origin, now: Timestamp) -> Event {
    let message = match exception.message.as_str() {
        "" => exception.kind.clone(),
        message => format!("{}: {message}", exception.kind),
    };
    let mut metadata = stream(origin);
    metadata.insert("exception".to_owned(), json!(exception));
    Event {
        timestamp: now,
        agent_name: origin.agent_name.clone(),
        event_type: event_type::ERROR.to_owned(),
        severity: Severity::Error,
        message,
        metadata,
    }
}

fn line_event(line: &Line, origin: &Origin, now: Timestamp) -> Event {
    let mut metadata = stream(origin);
    if line.cut > 0 {
        metadata.insert("bytes_cut".to_owned(), json!(line.cut));
    }
    let message = line.text().into_owned();
    Event {
        timestamp: now,
        agent_name: origin.agent_name.clone(),
        event_type: "output".to_owned(),
        severity: leading_severity(&message).unwrap_or_else(|| usual_severity(origin)),
        message,
        metadata,
    }
}

fn stream(origin: &Origin) -> Map<String, Value> {
    Map::from_iter([("stream".to_owned(), json!(origin.stream))])
}

fn usual_severity(origin: &Origin) -> Severity {
    if origin.stream == "stderr" {
        Severity::Warning
    } else {
        Severity::Info
    }
}

/// The severity that a plain line names near its beginning, in capitals.
fn leading_severity(line: &str) -> Option<Severity> {
    line.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .take(LEADING_WORDS)
        .filter(|word| word.bytes().all(|byte| byte.is_ascii_uppercase()))
        .find_map(severity_named)
}

/// A severity by name or by the numbers of Bunyan and Pino (10 to 60).
fn severity_of(value: &Value) -> Option<Severity> {
    match value {
        Value::String(name) => severity_named(name),
        Value::Number(number) => Some(match number.as_u64()? {
            0..=20 => Severity::Debug,
            21..=30 => Severity::Info,
            31..=40 => Severity::Warning,
            41..=50 => Severity::Error,
            _ => Severity::Critical,
        }),
        _ => None,
    }
}

fn severity_named(name: &str) -> Option<Severity> {
    Some(match name.to_ascii_uppercase().as_str() {
        "TRACE" | "DEBUG" => Severity::Debug,
        "INFO" | "NOTICE" => Severity::Info,
        "WARN" | "WARNING" => Severity::Warning,
        "ERROR" | "ERR" => Severity::Error,
        "CRITICAL" | "FATAL" | "EMERG" | "ALERT" | "PANIC" => Severity::Critical,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_769_860_800_000;

    fn origin() -> Origin {
        Origin {
            agent_name: "research_agent".into(),
            stream: "stderr",
        }
    }

    fn line(text: &str) -> Piece {
        Piece::Line(Line {
            bytes: text.as_bytes().to_vec(),
            cut: 0,
        })
    }

    fn event_of(piece: Piece) -> (String, Event) {
        let document =
            collected(piece, &origin(), Timestamp::from_millisecond(NOON)).expect("not blank");
        let event = serde_json::from_slice(&document.source).expect("an event");
        (document.index, event)
    }

    #[test]
    fn events_stay_as_they_are() {
        let text = r#"{"agent_name": "orchestrator",  "timestamp":"2026-02-01T00:00:00Z", "event_type":"x","severity":"INFO","message":"m"}"#;
        let object = collected(line(text), &origin(), Timestamp::from_millisecond(NOON));
        let object = object.expect("not blank");
        assert_eq!(object.index, "orchestrator-logs-2026.02.01");
        assert_eq!(object.source, text.as_bytes());
    }

    #[test]
    fn other_lines_become_events() {
        let (index, plain) = event_of(line("Segmentation fault"));
        assert_eq!(index, "filebeat-swarmscope-2026.01.31");
        assert_eq!(
            (plain.severity, plain.message.as_str()),
            (Severity::Warning, "Segmentation fault")
        );
        assert_eq!(plain.metadata["stream"], "stderr");
        for (text, severity) in [
            (
                "2026-01-31 12:00:00,123 INFO worker: ERROR in words",
                Severity::Info,
            ),
            ("ERROR:root:no draft", Severity::Error),
            ("[fatal] not in capitals", Severity::Warning),
        ] {
            assert_eq!(event_of(line(text)).1.severity, severity, "{text}");
        }
        assert_eq!(collected(line("  \t"), &origin(), Timestamp::now()), None);
    }

    #[test]
    fn json_of_other_loggers_becomes_metadata() {
        let text = r#"{"level":50,"time":1769860800000,"msg":"no lease","task":{"id":7}}"#;
        let (_, event) = event_of(line(text));
        assert_eq!(event.severity, Severity::Error);
        assert_eq!(event.message, "no lease");
        assert_eq!(event.timestamp, Timestamp::from_millisecond(NOON));
        assert_eq!(event.metadata["task"]["id"], 7);
        assert_eq!(event.agent_name, "research_agent");
    }

    #[test]
    fn a_traceback_becomes_one_event() {
        let exception = ExceptionInfo {
            kind: "ValueError".into(),
            message: "bad draft".into(),
            traceback: vec!["Traceback".into(), "ValueError: bad draft".into()],
        };
        let (_, event) = event_of(Piece::Traceback(exception));
        assert_eq!(event.message, "ValueError: bad draft");
        assert_eq!(event.metadata["exception"]["type"], "ValueError");
        assert_eq!(
            event.metadata["exception"]["traceback"][1],
            "ValueError: bad draft"
        );
    }

    #[test]
    fn a_cut_line_says_how_much_is_missing() {
        let cut = Piece::Line(Line {
            bytes: b"{\"message\":\"lo".to_vec(),
            cut: 7,
        });
        assert_eq!(event_of(cut).1.metadata["bytes_cut"], 7);
    }
}
