//! Stretches of time in which somebody worked, or something waited.

use serde::{Deserialize, Serialize};
use swarmscope_model::Timestamp;

/// What a stretch of time was spent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    /// An agent had the task.
    Attempt,
    /// The task could have been claimed and was not.
    Queue,
    /// The task waited for its retry.
    Backoff,
    /// The task had ended without success until somebody put it back into the queue.
    SetAside,
    /// From the end of one agent's work to the beginning of the next one's.
    Handover,
    /// From the first to the last event of an agent that had no task of the story.
    Activity,
}

/// One stretch of time. `from <= to` always.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Span {
    pub kind: SpanKind,
    /// Whose lane it is drawn in: who worked, who took it up after it had waited, who handed over.
    pub agent: Option<String>,
    pub task_id: Option<String>,
    pub task_type: Option<String>,
    /// Which attempt at the task, from 1: the one it is, or the one it waited for.
    pub attempt: Option<u32>,
    pub from: Timestamp,
    pub to: Timestamp,
    pub duration_ms: i64,
    /// Whether it has not ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// How an attempt ended: a task state, `lease_expired` or `released`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Of a handover: who took over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_agent: Option<String>,
    /// Whether it is the slowest step of the journey.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub slowest: bool,
}

impl Span {
    /// A stretch of time; one that would end before it begins is empty.
    pub fn new(kind: SpanKind, from: i64, to: i64) -> Self {
        let to = to.max(from);
        Self {
            kind,
            agent: None,
            task_id: None,
            task_type: None,
            attempt: None,
            from: Timestamp::from_millisecond(from),
            to: Timestamp::from_millisecond(to),
            duration_ms: to - from,
            open: false,
            outcome: None,
            error_type: None,
            error_message: None,
            to_agent: None,
            slowest: false,
        }
    }

    /// Its beginning in milliseconds since the epoch.
    pub fn start(&self) -> i64 {
        self.from.as_millisecond()
    }

    /// Its end in milliseconds since the epoch.
    pub fn end(&self) -> i64 {
        self.to.as_millisecond()
    }

    /// Whether it is an attempt that did not succeed.
    pub fn has_failed(&self) -> bool {
        self.kind == SpanKind::Attempt
            && self
                .outcome
                .as_deref()
                .is_some_and(|outcome| !["completed", "waiting"].contains(&outcome))
    }
}
