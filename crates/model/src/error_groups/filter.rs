//! Which groups to list, and in which order.

use super::group::GroupState;
use crate::limits::MAX_PAGE;
use crate::time::Timestamp;

/// What groups are sorted by, the largest or newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupSort {
    #[default]
    LastSeen,
    FirstSeen,
    Count,
}

/// A name that is none of those expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}={given:?} is none; use {expected}")]
pub struct UnknownName {
    pub what: &'static str,
    pub given: String,
    pub expected: &'static str,
}

impl std::str::FromStr for GroupSort {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "last_seen" => Ok(Self::LastSeen),
            "first_seen" => Ok(Self::FirstSeen),
            "count" => Ok(Self::Count),
            _ => Err(UnknownName {
                what: "sort",
                given: name.to_owned(),
                expected: "last_seen, first_seen or count",
            }),
        }
    }
}

impl std::str::FromStr for GroupState {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::from_name(name).ok_or_else(|| UnknownName {
            what: "state",
            given: name.to_owned(),
            expected: "open, resolved or ignored",
        })
    }
}

/// From a point in time up to another, which is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Which groups to list. Empty fields do not restrict.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupFilter {
    pub state: Option<GroupState>,
    /// Words that the title, type or culprit holds, all of them, in any case; or the begin of an id.
    pub text: String,
    pub agent: Option<String>,
    pub error_type: Option<String>,
    pub version: Option<String>,
    pub task_type: Option<String>,
    /// Groups with an error of this correlation id or task, among those that are remembered.
    pub correlation_id: Option<String>,
    /// Groups with an error of this task itself, among those that are remembered.
    pub task_id: Option<String>,
    /// Groups with errors at or after, and before, by the errors' own times.
    pub seen_from: Option<Timestamp>,
    pub seen_before: Option<Timestamp>,
    /// Groups whose first error is later than this, by the errors' own times. An old error that arrives
    /// late makes a group that is not new in this sense.
    pub first_seen_after: Option<Timestamp>,
    /// Groups that the store first heard of later than this, by the store's clock: whoever asks with the
    /// time of the question before misses none. A first start over old logs makes many of them.
    pub created_after: Option<Timestamp>,
    /// Groups that came back later than this, by the store's clock.
    pub regressed_after: Option<Timestamp>,
    pub sort: GroupSort,
    /// At most [`MAX_PAGE`].
    pub limit: usize,
    pub offset: usize,
    /// Over which span the groups' histories are; empty histories without one.
    pub history: Option<Span>,
}

impl Default for GroupFilter {
    /// Everything, as long as it fits on a page.
    fn default() -> Self {
        Self {
            state: None,
            text: String::new(),
            agent: None,
            error_type: None,
            version: None,
            task_type: None,
            correlation_id: None,
            task_id: None,
            seen_from: None,
            seen_before: None,
            first_seen_after: None,
            created_after: None,
            regressed_after: None,
            sort: GroupSort::default(),
            limit: MAX_PAGE,
            offset: 0,
            history: None,
        }
    }
}
