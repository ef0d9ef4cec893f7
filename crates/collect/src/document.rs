//! A line as a document: JSON objects as they are, anything else as the `message` of an event.

use serde_json::{Map, Value, json};
use swarmscope_model::names::daily_index;
use swarmscope_model::{Event, Severity, Timestamp};

use crate::lines::Line;

/// Where a line comes from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Who logs, unless the line says so itself.
    pub agent_name: String,
    /// `stdout`, `stderr` or a file's name.
    pub stream: &'static str,
}

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Collected {
    pub index: String,
    pub source: Vec<u8>,
}

/// The document of a line, and the daily index it belongs to. `None` for a blank line.
pub fn collected(line: Line, origin: &Origin, now: Timestamp) -> Option<Collected> {
    if line.bytes.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    if line.cut == 0
        && let Ok(object) = serde_json::from_slice::<Map<String, Value>>(&line.bytes)
    {
        let agent_name = object.get("agent_name").and_then(Value::as_str);
        let timestamp = object
            .get("timestamp")
            .and_then(Timestamp::from_json)
            .unwrap_or(now);
        let index = daily_index(agent_name.unwrap_or(&origin.agent_name), timestamp);
        return Some(Collected {
            index,
            source: line.bytes,
        });
    }
    let mut metadata = Map::new();
    metadata.insert("stream".to_owned(), json!(origin.stream));
    if line.cut > 0 {
        metadata.insert("bytes_cut".to_owned(), json!(line.cut));
    }
    let event = Event {
        timestamp: now,
        agent_name: origin.agent_name.clone(),
        event_type: "output".to_owned(),
        severity: if origin.stream == "stderr" {
            Severity::Warning
        } else {
            Severity::Info
        },
        message: String::from_utf8_lossy(&line.bytes).into_owned(),
        metadata,
    };
    let index = daily_index(&origin.agent_name, now);
    Some(Collected {
        index,
        source: event.to_json_line().into_bytes(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        Line {
            bytes: text.as_bytes().to_vec(),
            cut: 0,
        }
    }

    #[test]
    fn objects_stay_as_they_are_and_other_lines_become_events() {
        let origin = Origin {
            agent_name: "research_agent".into(),
            stream: "stderr",
        };
        let now = Timestamp::from_millisecond(1_769_860_800_000);

        let text = r#"{"agent_name": "orchestrator",  "timestamp":"2026-02-01T00:00:00Z"}"#;
        let object = collected(line(text), &origin, now).expect("not blank");
        assert_eq!(object.index, "orchestrator-logs-2026.02.01");
        assert_eq!(object.source, text.as_bytes());

        let plain = collected(line("Segmentation fault"), &origin, now).expect("not blank");
        assert_eq!(plain.index, "filebeat-swarmscope-2026.01.31");
        let event: Event = serde_json::from_slice(&plain.source).expect("an event");
        assert_eq!(
            (event.severity, event.message.as_str()),
            (Severity::Warning, "Segmentation fault")
        );
        assert_eq!(event.metadata["stream"], "stderr");

        assert_eq!(collected(line("  \t"), &origin, now), None);
    }

    #[test]
    fn a_cut_line_says_how_much_is_missing() {
        let origin = Origin {
            agent_name: "a".into(),
            stream: "stdout",
        };
        let cut = Line {
            bytes: b"{\"message\":\"lo".to_vec(),
            cut: 7,
        };
        let document = collected(cut, &origin, Timestamp::now()).expect("not blank");
        let event: Event = serde_json::from_slice(&document.source).expect("an event");
        assert_eq!(event.metadata["bytes_cut"], 7);
    }
}
