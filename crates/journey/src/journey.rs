//! The journey as it is answered, drawn and exported: a document of its own, described in
//! `docs/native-api.md`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use swarmscope_model::{Severity, Timestamp};

use crate::span::{Span, SpanKind};

/// Everything that happened under one correlation id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    pub correlation_id: String,
    /// The story in one line.
    pub summary: String,
    pub outcome: Outcome,
    pub started_at: Timestamp,
    /// The last sign of it; the time of asking while it goes on.
    pub ended_at: Timestamp,
    pub duration_ms: i64,
    pub totals: Totals,
    pub counts: Counts,
    /// In order of appearance.
    pub agents: Vec<AgentPart>,
    /// Parents before their children, oldest first.
    pub tasks: Vec<TaskPart>,
    /// By their beginning.
    pub spans: Vec<Span>,
    pub slowest: Option<Slowest>,
    pub gaps: Vec<Gap>,
    /// In time order.
    pub entries: Vec<Entry>,
    /// What is missing, and why; empty when the journey is complete.
    pub truncated: Vec<Truncated>,
}

/// How the journey stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Completed,
    Failed,
    Cancelled,
    /// A task is being worked on.
    Running,
    /// A task waits, and none is being worked on.
    Waiting,
    /// No task and no event says how it ended.
    Unknown,
}

/// Where the time went. Time in which somebody worked counts as work, whatever waited meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    pub work_ms: i64,
    pub queue_ms: i64,
    pub backoff_ms: i64,
}

/// How many of what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    pub events: u64,
    pub by_severity: BTreeMap<String, u64>,
    pub tasks: u64,
    pub attempts: u64,
    pub retries: u64,
    pub handovers: u64,
}

/// An agent's part in the journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgentPart {
    pub name: String,
    /// As it is registered; `None` when it is not.
    pub agent_type: Option<String>,
    pub status: Option<String>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub events: u64,
    pub errors: u64,
    pub attempts: u64,
    pub work_ms: i64,
    /// How far its clock is ahead of the state's, where that shows; its times are corrected by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead_ms: Option<i64>,
}

/// A task's part in the journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskPart {
    pub task_id: String,
    pub task_type: String,
    pub state: String,
    pub agent: Option<String>,
    /// The task that it is a part of, when that is in the journey.
    pub parent_task_id: Option<String>,
    /// How many tasks it is nested in.
    pub depth: u32,
    /// When it is not the journey's own: this is a parent or child of another id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    pub created_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    pub attempts: u64,
    pub work_ms: i64,
    pub queue_ms: i64,
    pub backoff_ms: i64,
    pub last_error: Option<String>,
}

/// The step that took longest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slowest {
    /// In words.
    pub step: String,
    /// Of the span; `None` when it lies between two events.
    pub kind: Option<SpanKind>,
    /// Its place in `spans`.
    pub span: Option<usize>,
    pub from: Timestamp,
    pub to: Timestamp,
    pub duration_ms: i64,
    /// Of the whole duration, 0 to 1.
    pub share: f64,
}

/// A silence: nothing was heard of the journey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    pub from: Timestamp,
    pub to: Timestamp,
    pub duration_ms: i64,
    /// What went on meanwhile.
    pub during: String,
}

/// What an entry tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A task came into the queue.
    Task,
    /// A task waited: in the queue, for its retry, or set aside.
    Wait,
    /// An agent began or ended an attempt.
    Attempt,
    /// Another agent took over.
    Handover,
    Event,
    /// An event that announces another try.
    Retry,
    /// An event of severity ERROR or CRITICAL.
    Error,
    /// Heartbeats of an agent, one after the other as they should.
    Heartbeat,
    /// No heartbeat for longer than there should be.
    HeartbeatGap,
    /// An agent started, stopped, registered or fell silent.
    Presence,
    /// Nothing was heard.
    Gap,
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Timestamp,
    pub kind: EntryKind,
    pub agent: Option<String>,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// The place in `spans` of what begins or ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorDetail>,
    /// The document that it was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentPlace>,
    /// What the event itself gives as its time, where its agent's clock was corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logged_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// What was thrown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorDetail {
    #[serde(rename = "type")]
    pub kind: String,
    pub message: String,
    pub traceback: Vec<String>,
    /// The error group it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// Where a document is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentPlace {
    pub index: String,
    pub id: String,
}

/// Something that is not there in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truncated {
    /// `events`, `tasks`, `presence`, `text` or an index that is damaged.
    pub what: String,
    pub shown: u64,
    pub total: u64,
    pub reason: String,
}

impl Entry {
    /// An entry with nothing but a time and words.
    pub fn new(at: i64, kind: EntryKind, message: String) -> Self {
        Self {
            at: Timestamp::from_millisecond(at),
            kind,
            agent: None,
            message,
            until: None,
            severity: None,
            event_type: None,
            task_id: None,
            span: None,
            error: None,
            document: None,
            logged_at: None,
            metadata: Map::new(),
        }
    }
}
