//! What a follower hands over: errors by group, and the place in the log store that it has come to.

use super::group::{GroupFrame, GroupSource};
use crate::event::Severity;
use crate::time::Timestamp;

/// A group as its fingerprint describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupIdentity {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The version of the algorithm that made it.
    pub version: u32,
    pub title: String,
    /// Empty when the error names no type.
    pub error_type: String,
    /// Empty when it is not known.
    pub culprit: String,
    pub source: GroupSource,
    pub frames: Vec<GroupFrame>,
}

/// One error.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// Where its document is.
    pub index: String,
    pub id: String,
    pub timestamp: Timestamp,
    pub severity: Severity,
    /// Empty when the document names none.
    pub agent_name: String,
    pub version: Option<String>,
    pub task_type: Option<String>,
    pub task_id: Option<String>,
    pub correlation_id: Option<String>,
    pub message: String,
}

/// The errors of one group in a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupChange {
    /// Counts when the group is new; a group that there is keeps what it has.
    pub identity: GroupIdentity,
    /// In the order of writes; at least one.
    pub occurrences: Vec<Occurrence>,
}

/// Errors that were read together.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupBatch {
    /// Which log store they are from: several may share one state store.
    pub source: String,
    /// Where the follower has to stand for the batch to be applied; `None` when it has none yet.
    pub after: Option<u64>,
    /// Where it stands then: every write up to this one is counted. May be lower than `after` when the
    /// log store was restored from an older backup.
    pub cursor: u64,
    /// What tells the documents that the batch counts from others. The newest of them are remembered, so
    /// that a document that is sent or replaced again is not counted again.
    pub documents: Vec<u64>,
    /// One for each group.
    pub changes: Vec<GroupChange>,
}

/// Where a follower stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FollowerPosition {
    /// The last write that is counted. `None` before the first batch.
    pub cursor: Option<u64>,
    /// What tells the documents that were counted last from others, oldest first.
    pub documents: Vec<u64>,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// It is counted, and on disk.
    Done(NewGroups),
    /// Nothing was changed: the follower stands elsewhere. Read its position anew.
    Moved,
}

/// What is new after a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewGroups {
    /// Ids of groups that were not there before.
    pub created: Vec<String>,
    /// Ids of groups that had been resolved.
    pub regressed: Vec<String>,
}
