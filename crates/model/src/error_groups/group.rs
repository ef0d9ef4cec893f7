//! A group of errors as it stands in the store.

use serde::{Deserialize, Serialize};

use crate::event::Severity;
use crate::time::Timestamp;

/// Whether a group needs attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupState {
    Open,
    /// Said to be mended; another error opens it again, as a regression.
    Resolved,
    /// Known, and left alone for a while or for good.
    Ignored,
}

impl GroupState {
    /// Every state.
    pub const ALL: [GroupState; 3] = [GroupState::Open, GroupState::Resolved, GroupState::Ignored];

    /// The name as it stands in the store and in replies.
    pub fn as_str(self) -> &'static str {
        match self {
            GroupState::Open => "open",
            GroupState::Resolved => "resolved",
            GroupState::Ignored => "ignored",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// What a group's fingerprint is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupSource {
    /// The program said which errors belong together.
    Client,
    /// The frames of its traceback.
    Frames,
    /// Its type and message.
    Message,
}

impl GroupSource {
    /// The name as it stands in the store and in replies.
    pub fn as_str(self) -> &'static str {
        match self {
            GroupSource::Client => "client",
            GroupSource::Frames => "frames",
            GroupSource::Message => "message",
        }
    }

    /// The source of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Client, Self::Frames, Self::Message]
            .into_iter()
            .find(|source| source.as_str() == name)
    }
}

/// A frame of the traceback that stands for the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupFrame {
    pub function: String,
    /// Empty when the traceback names none.
    pub file: String,
    pub line: Option<u32>,
    /// Whether it is the program's own code and not a library's.
    pub in_app: bool,
}

/// How often errors of a group came, over a span.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupHistory {
    /// Begin of the first bucket, a multiple of the interval since the epoch.
    pub from: Timestamp,
    /// 5 minutes, an hour, or days.
    pub interval_ms: i64,
    pub counts: Vec<u64>,
}

/// Every error with the same fingerprint.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ErrorGroup {
    /// 32 hexadecimal digits.
    pub id: String,
    pub title: String,
    /// The exception's type; empty when the errors name none.
    #[serde(rename = "type")]
    pub error_type: String,
    /// Where it comes from: a function or a file; empty when it is not known.
    pub culprit: String,
    /// Of the newest error.
    pub severity: Severity,
    /// Errors in all.
    pub count: u64,
    /// By the errors' own times.
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// When the store first heard of it, and when anything of it last changed, by the store's clock.
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// The names with the most errors; how many there are in all is beside them.
    pub agents: Vec<String>,
    pub agents_total: u64,
    pub versions: Vec<String>,
    pub task_types: Vec<String>,
    pub state: GroupState,
    /// When it came back after it was resolved, the last time; by the store's clock.
    pub regressed_at: Option<Timestamp>,
    /// How often it did.
    pub regressions: u64,
    pub ignored_until: Option<Timestamp>,
    /// The count in all at which it is open again.
    pub ignored_until_count: Option<u64>,
    pub resolved_at: Option<Timestamp>,
    /// The version of the algorithm that made its fingerprint; a group keeps it.
    pub fingerprint_version: u32,
    pub source: GroupSource,
    pub history: GroupHistory,
}

/// An agent, version or task type with errors in a group. The name is empty for those that there was
/// no room for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    pub name: String,
    pub count: u64,
    pub last_seen: Timestamp,
}

/// One error of a group that is kept as an example; its document is in the log store.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupSample {
    pub index: String,
    pub id: String,
    pub timestamp: Timestamp,
    pub agent_name: String,
    pub correlation_id: Option<String>,
    /// Its beginning, when it is long.
    pub message: String,
    /// Which error of the group it is, from 1, in the order in which they came.
    pub number: u64,
}

/// What somebody wrote down about a group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupNote {
    pub at: Timestamp,
    pub text: String,
}

/// Everything that is kept of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupDetail {
    pub group: ErrorGroup,
    /// Of the error that made the group, the innermost first.
    pub frames: Vec<GroupFrame>,
    /// Most errors first.
    pub agents: Vec<Part>,
    pub versions: Vec<Part>,
    pub task_types: Vec<Part>,
    /// Newest first.
    pub samples: Vec<GroupSample>,
    /// Oldest first.
    pub notes: Vec<GroupNote>,
}
