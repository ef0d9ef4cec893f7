//! A group of rules: what it is, what it knows, and one evaluation of it.
//!
//! A group never waits and never looks at the clock; `schedule` says when it is evaluated.

mod carry;
mod evaluate;
mod restore;
mod schedule;
mod stale;
mod state;
mod view;
mod write;

pub use schedule::Schedule;
pub use view::{AlertView, GroupView, RuleKindView, RuleView};

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use swarmscope_model::metrics::{Cancellation, Labels, SeriesId};

use crate::definition::{GroupDefinition, RuleKind};
use crate::environment::GroupKey;
use state::{GroupState, RuleState};

/// The series that a rule wrote at its last evaluation, and the store's short names of them.
type LastSeries = HashMap<Labels, Option<SeriesId>>;

/// A group that is being evaluated, or was.
pub struct Group {
    pub key: GroupKey,
    pub definition: GroupDefinition,
    pub interval: Duration,
    pub query_offset: Duration,
    /// Whether alerts may have been firing before this process began.
    restores: bool,
    /// Ends queries that run when the group has to stop.
    cancellation: Cancellation,
    /// Never held while a question is asked or a series written.
    state: Mutex<GroupState>,
}

impl Group {
    /// A group that has not been evaluated. Rules of one that `restores` do so after their second answer.
    pub fn new(
        definition: GroupDefinition,
        interval: Duration,
        query_offset: Duration,
        restores: bool,
    ) -> Self {
        let rules = definition.rules.iter();
        let rules = rules.map(|_| RuleState::new(!restores)).collect();
        Self {
            key: GroupKey {
                file: definition.file.to_string_lossy().into_owned(),
                name: definition.name.clone(),
            },
            interval: definition.interval.unwrap_or(interval),
            query_offset: definition.query_offset.unwrap_or(query_offset),
            definition,
            restores,
            cancellation: Cancellation::default(),
            state: Mutex::new(GroupState::new(rules)),
        }
    }

    /// Ends the evaluation that runs, as soon as it looks.
    pub fn cancel(&self) {
        self.cancellation.cancel();
    }

    /// Whether another definition would make the same group.
    pub fn is_same(&self, other: &Group) -> bool {
        self.definition == other.definition
            && self.interval == other.interval
            && self.query_offset == other.query_offset
    }

    /// Whether any of its rules is an alerting one.
    pub fn has_alerts(&self) -> bool {
        self.definition
            .rules
            .iter()
            .any(|rule| rule.kind != RuleKind::Recording)
    }

    /// Counts evaluations that were due and did not take place.
    pub fn count_missed(&self, missed: u64) {
        let mut state = self.state();
        state.missed += missed;
        state.scheduled += missed;
    }

    fn state(&self) -> MutexGuard<'_, GroupState> {
        // What a panic left behind is still what was last known of each rule.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A length of time in the unit of timestamps.
fn milliseconds(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
