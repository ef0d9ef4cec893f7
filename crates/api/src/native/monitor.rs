//! What watches the agents, in figures.

use serde::Serialize;

/// What gathers metrics and judges them.
pub trait Monitor: Send + Sync {
    /// How it stands.
    fn figures(&self) -> MetricFigures;
}

/// Metrics, scrapes and rules in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct MetricFigures {
    /// In memory.
    pub series: u64,
    /// Stored since the start.
    pub samples: u64,
    pub blocks: u64,
    /// On disk, the write-ahead log included.
    pub bytes: u64,
    pub targets_up: u64,
    pub targets_down: u64,
    pub rules: u64,
    pub rules_failing: u64,
    pub alerts_pending: u64,
    pub alerts_firing: u64,
}
