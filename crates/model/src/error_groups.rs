//! Error groups, and the door to whatever keeps them: [`ErrorGroupStore`].
//!
//! A group is every error with the same fingerprint. A follower reads errors in the order in which a log
//! store took them and hands them over in batches, each with the place it has come to; the store keeps
//! what a batch changes and that place in one transaction. So a crash neither loses an error nor counts
//! one twice. Nothing here reads logs, and nothing here decides which errors belong together.

mod change;
mod filter;
mod group;

use async_trait::async_trait;

use crate::state::{StateError, Task};
use crate::time::Timestamp;

pub use change::{
    Applied, FollowerPosition, GroupBatch, GroupChange, GroupIdentity, NewGroups, Occurrence,
};
pub use filter::{GroupFilter, GroupSort, Span, UnknownName};
pub use group::{
    ErrorGroup, GroupDetail, GroupFrame, GroupHistory, GroupNote, GroupSample, GroupSource,
    GroupState, Part,
};

/// A page of groups.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupPage {
    pub groups: Vec<ErrorGroup>,
    /// How many the filter matches in all.
    pub total: u64,
    /// How many the filter matches in each state, its own state aside; in the order of
    /// [`GroupState::ALL`].
    pub counts: [u64; 3],
}

/// What a person decides about a group.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupAction {
    /// It is mended: another error of it is a regression.
    Resolve,
    /// It needs attention again.
    Reopen,
    /// It needs none until this time, or until so many more errors; with neither, for good.
    Ignore {
        until: Option<Timestamp>,
        until_count: Option<u64>,
    },
    /// Something to remember.
    Note(String),
}

/// The tasks whose errors are in a group, newest change first.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupTasks {
    /// At most as many as were asked for.
    pub tasks: Vec<Task>,
    pub total: u64,
    /// How many of all have failed for good and may be put back into the queue: failed and dead letters.
    pub requeueable: u64,
}

/// What retention removes. `None` keeps for ever.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroupRetention {
    /// Groups in which nothing has happened since.
    pub groups_before: Option<Timestamp>,
    /// Rows of each table at most.
    pub batch: u32,
}

/// Error groups, whatever keeps them.
///
/// A group that is ignored until a time is open from that time on, whether or not anybody has touched
/// it since.
#[async_trait]
pub trait ErrorGroupStore: Send + Sync {
    /// Where the follower of this log store has come to.
    async fn follower_position(&self, source: &str) -> Result<FollowerPosition, StateError>;
    /// Applies a batch and moves the follower, both or neither. A batch that does not begin where the
    /// follower stands changes nothing: another follower, or an earlier try, was there first.
    async fn apply_errors(&self, batch: &GroupBatch) -> Result<Applied, StateError>;
    /// Of these groups, those that there are, with the version of the fingerprint that each has.
    async fn known_groups(&self, ids: &[String]) -> Result<Vec<(String, u32)>, StateError>;
    /// The versions of fingerprints below this one of which there are groups, lowest first.
    async fn fingerprint_versions_before(&self, version: u32) -> Result<Vec<u32>, StateError>;

    /// A page of groups.
    async fn error_groups(&self, filter: &GroupFilter) -> Result<GroupPage, StateError>;
    /// The group of that id with everything that is kept of it; its history over this span.
    async fn error_group(&self, id: &str, history: Span) -> Result<GroupDetail, StateError>;
    /// Does the same to all of these groups or, when one does not exist, to none. Gives them as they are
    /// then, in the order of the ids, with the history of a day.
    async fn act_on_groups(
        &self,
        ids: &[String],
        action: &GroupAction,
    ) -> Result<Vec<ErrorGroup>, StateError>;
    /// The tasks whose errors are in the group.
    async fn error_group_tasks(
        &self,
        id: &str,
        limit: usize,
        offset: usize,
    ) -> Result<GroupTasks, StateError>;
    /// The ids of its tasks that may be put back into the queue, oldest change first, at most `limit`.
    async fn requeueable_tasks(&self, id: &str, limit: usize) -> Result<Vec<String>, StateError>;
    /// Removes a batch of what is out of date: groups without a sign of life, and fine counts of long
    /// ago. Gives how many groups went, and whether there is more to remove.
    async fn prune_error_groups(
        &self,
        retention: &GroupRetention,
    ) -> Result<(u64, bool), StateError>;
}
