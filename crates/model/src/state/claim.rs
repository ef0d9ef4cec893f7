//! What a worker shows to act on its task. Never says whether a claim is in force: the store does.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Shortest and longest lease: below, renewals cannot keep up; above, nobody notices a death.
pub const LEASE_RANGE: std::ops::RangeInclusive<Duration> =
    Duration::from_millis(100)..=Duration::from_secs(3600);

/// What a worker shows to act on its claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub task_id: String,
    pub agent_name: String,
    pub fencing_token: i64,
}
