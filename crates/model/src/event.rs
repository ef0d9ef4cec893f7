//! The event: one JSON object per line, in the shape that agents in the field already write.
//!
//! Strict on what we write: [`Event`] always carries every field, in a fixed order. Lenient on
//! what we read: stores keep any JSON object, and nothing here is needed to accept one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::time::Timestamp;

/// Event types with a meaning of their own. Others are allowed.
pub mod event_type {
    pub const SYSTEM_STARTUP: &str = "system_startup";
    pub const SYSTEM_SHUTDOWN: &str = "system_shutdown";
    pub const TASK_RECEIVED: &str = "task_received";
    pub const TASK_PROCESSING: &str = "task_processing";
    pub const TASK_COMPLETED: &str = "task_completed";
    pub const TASK_FAILED: &str = "task_failed";
    pub const TASK_DISPATCH: &str = "task_dispatch";
    pub const TASK_CLAIMED: &str = "task_claimed";
    pub const AGENT_REGISTERED: &str = "agent_registered";
    pub const AGENT_REGISTRATION_FAILED: &str = "agent_registration_failed";
    pub const AGENT_HEARTBEAT: &str = "agent_heartbeat";
    pub const HEARTBEAT_FAILED: &str = "heartbeat_failed";
    pub const TRANSIENT_ERROR_RETRY: &str = "transient_error_retry";
    pub const MAX_RETRIES_EXCEEDED: &str = "max_retries_exceeded";
    pub const PERMANENT_ERROR: &str = "permanent_error";
    pub const UNEXPECTED_ERROR: &str = "unexpected_error";
    pub const OPERATION_FAILED: &str = "operation_failed";
    pub const TEST_TASK_CREATED: &str = "test_task_created";
    pub const TEST_TASKS_BATCH_CREATED: &str = "test_tasks_batch_created";
    pub const ERROR: &str = "error";
    /// A sender's report of what it gave up; `metadata.dropped` says how many events.
    pub const EVENTS_DROPPED: &str = "events_dropped";
    /// A sender's account: `metadata.emitted` events so far, of which it gave up `metadata.dropped`.
    pub const EVENTS_ACCOUNTED: &str = "events_accounted";
}

/// How serious an event is. Ordered from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

impl Severity {
    /// Every severity, from least to most serious.
    pub const ALL: [Severity; 5] = [
        Severity::Debug,
        Severity::Info,
        Severity::Warning,
        Severity::Error,
        Severity::Critical,
    ];

    /// The name as it stands in an event.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Debug => "DEBUG",
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
            Severity::Critical => "CRITICAL",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A word that is none of the five severities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown severity {given:?}; use DEBUG, INFO, WARNING, ERROR or CRITICAL")]
pub struct UnknownSeverity {
    pub given: String,
}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    /// Accepts the five names in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Severity::ALL
            .into_iter()
            .find(|severity| severity.as_str().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| UnknownSeverity {
                given: text.to_owned(),
            })
    }
}

/// What was thrown, as it stands in `metadata.exception`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionInfo {
    #[serde(rename = "type")]
    pub kind: String,
    pub message: String,
    pub traceback: Vec<String>,
}

/// One event in the contract's shape. Serialises with its keys in the contract's order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub timestamp: Timestamp,
    pub agent_name: String,
    pub event_type: String,
    pub severity: Severity,
    pub message: String,
    /// Always present, possibly empty; carries `correlation_id` and `exception`.
    pub metadata: Map<String, Value>,
}

impl Event {
    /// The id that ties the events of one task or request, across agents.
    pub fn correlation_id(&self) -> Option<&str> {
        self.metadata.get("correlation_id").and_then(Value::as_str)
    }

    /// The event as one JSON line, without the line's end.
    pub fn to_json_line(&self) -> String {
        serde_json::to_string(self).expect("an event holds only strings, numbers and JSON values")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_is_read_in_any_case_and_refused_with_the_alternatives() {
        assert_eq!("warning".parse(), Ok(Severity::Warning));
        assert_eq!(" Critical ".parse(), Ok(Severity::Critical));
        let refused = "loud".parse::<Severity>().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "unknown severity \"loud\"; use DEBUG, INFO, WARNING, ERROR or CRITICAL"
        );
    }

    #[test]
    fn an_event_is_written_in_the_contract_order() {
        let event = Event {
            timestamp: Timestamp::from_millisecond(1_672_574_400_123),
            agent_name: "test_agent_1".into(),
            event_type: event_type::TASK_PROCESSING.into(),
            severity: Severity::Info,
            message: "Processing task abc123".into(),
            metadata: Map::new(),
        };
        assert_eq!(
            event.to_json_line(),
            r#"{"timestamp":"2023-01-01T12:00:00.123Z","agent_name":"test_agent_1","event_type":"task_processing","severity":"INFO","message":"Processing task abc123","metadata":{}}"#
        );
    }
}
