//! How far the grouping of errors has come, as the status tells it.

use serde::Serialize;

/// Whoever reads errors out of the log store and keeps their groups.
pub trait ErrorFollower: Send + Sync {
    /// As it is now.
    fn status(&self) -> FollowerStatus;
}

/// Where it stands.
#[derive(Debug, Clone, Serialize)]
pub struct FollowerStatus {
    /// Errors counted since the start.
    pub errors: u64,
    /// The last write that was read, and how many there are behind it.
    pub position: u64,
    pub behind: u64,
    /// For how long it has not been at the newest write; 0 when it is.
    pub lag_ms: u64,
    /// What is in its way, while something is.
    pub problem: Option<String>,
}
