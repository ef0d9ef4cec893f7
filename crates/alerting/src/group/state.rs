//! What a group knows between evaluations.

use std::time::Duration;

use swarmscope_model::metrics::Labels;

use super::LastSeries;
use crate::rule::{ActiveAlerts, RuleStatus};

/// What a group knows.
pub(super) struct GroupState {
    pub rules: Vec<RuleState>,
    /// Series of rules that are gone, to be marked so at the next evaluation.
    pub orphans: Vec<Labels>,
    /// When it was evaluated first by this process, in milliseconds since the epoch.
    pub first_evaluation: Option<i64>,
    pub scheduled: u64,
    pub missed: u64,
    /// When the last evaluation began, in milliseconds since the epoch.
    pub last_evaluation: Option<i64>,
    /// How long it took.
    pub evaluation_time: Duration,
}

/// What is known of one rule.
pub(super) struct RuleState {
    pub alerts: ActiveAlerts,
    /// Evaluations that had an answer.
    pub answers: u64,
    /// Whether `ALERTS` may be written: what was there before a restart has been read.
    pub is_restored: bool,
    pub last_series: LastSeries,
    pub status: RuleStatus,
}

impl GroupState {
    pub fn new(rules: Vec<RuleState>) -> Self {
        Self {
            rules,
            orphans: Vec::new(),
            first_evaluation: None,
            scheduled: 0,
            missed: 0,
            last_evaluation: None,
            evaluation_time: Duration::ZERO,
        }
    }
}

impl RuleState {
    pub fn new(is_restored: bool) -> Self {
        Self {
            alerts: ActiveAlerts::default(),
            answers: 0,
            is_restored,
            last_series: LastSeries::new(),
            status: RuleStatus::default(),
        }
    }
}
