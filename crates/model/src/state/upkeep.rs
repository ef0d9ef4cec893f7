//! What the store's upkeep takes and tells: the sweep of lost workers, and retention.

use std::time::Duration;

use super::Task;
use crate::time::Timestamp;

/// Times a task may lose its worker before it is set aside as a dead letter: a task that kills
/// whoever takes it must not go round for ever.
pub const MAX_LEASE_LOSSES: u32 = 10;

/// A task whose worker let the lease run out.
#[derive(Debug, Clone, PartialEq)]
pub struct LostLease {
    /// As it stands now: queued again, or a dead letter after [`MAX_LEASE_LOSSES`].
    pub task: Task,
    /// Who lost it.
    pub agent_name: String,
}

/// What the sweep of expired leases and silent agents did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SweepReport {
    /// Tasks taken from workers whose lease ran out.
    pub expired: Vec<LostLease>,
    /// Agents that became inactive.
    pub silenced: Vec<String>,
    /// Tasks that failed because their deadline passed.
    pub overdue: Vec<Task>,
    /// Parents that go on, or ended, because children ended by SQL of their agents' own.
    pub joined: Vec<Task>,
}

/// After how long a sweep takes an agent for silent.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepLimits {
    /// An agent without a sign of life for this long is inactive.
    pub silent_after: Duration,
    /// A task without a lease, taken with SQL of its agent's own, returns to the queue when neither
    /// it nor its agent has changed for this long.
    pub foreign_after: Duration,
}

/// What retention removes: rows that ended before these points. `None` keeps for ever.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Retention {
    pub tasks_before: Option<Timestamp>,
    pub history_before: Option<Timestamp>,
    /// Rows of each table at most.
    pub batch: u32,
}

/// How many rows retention removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    pub tasks: u64,
    pub attempts: u64,
}
