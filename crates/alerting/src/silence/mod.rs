//! Silences: alerts that somebody does not want to hear of for a while.
//!
//! A silence stops words of alerts, never their evaluation or history. Kept on disk as a whole, so that a
//! restart forgets none.

mod error;
mod store;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use swarmscope_model::Timestamp;

pub use error::SilenceError;
pub use store::Silences;

use crate::notify::LabelMatcher;
use crate::notify::all_match;

/// Alerts that nobody is told of for a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Silence {
    pub id: String,
    /// All have to pass.
    pub matchers: Vec<LabelMatcher>,
    pub from: Timestamp,
    /// Not any more from then on.
    pub until: Timestamp,
    pub comment: String,
    pub author: String,
    pub created_at: Timestamp,
}

/// A silence to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSilence {
    pub matchers: Vec<LabelMatcher>,
    pub from: Timestamp,
    pub until: Timestamp,
    pub comment: String,
    pub author: String,
}

/// Where a silence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SilenceState {
    /// Not yet.
    Pending,
    Active,
    Expired,
}

impl Silence {
    /// Where it stands at a time, in milliseconds since the epoch.
    pub fn state(&self, now: i64) -> SilenceState {
        if now >= self.until.as_millisecond() {
            SilenceState::Expired
        } else if now < self.from.as_millisecond() {
            SilenceState::Pending
        } else {
            SilenceState::Active
        }
    }

    /// Whether it is in force.
    pub fn is_active(&self, now: i64) -> bool {
        self.state(now) == SilenceState::Active
    }

    /// Whether an alert with these labels is meant.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        all_match(&self.matchers, labels)
    }

    /// When its state changes next, after a time.
    pub fn next_change(&self, now: i64) -> Option<i64> {
        match self.state(now) {
            SilenceState::Pending => Some(self.from.as_millisecond()),
            SilenceState::Active => Some(self.until.as_millisecond()),
            SilenceState::Expired => None,
        }
    }
}
