//! What groups need from outside: who answers, where series go, whom to tell.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use swarmscope_model::limits::{
    FOR_GRACE_PERIOD, FOR_OUTAGE_TOLERANCE, RESEND_DELAY, SETTLE_AFTER,
};
use swarmscope_model::metrics::MetricStore;

use crate::definition::Syntax;
use crate::question::{Addresses, Evaluate, Question};
use crate::rule::{Alert, Transition};

/// What every group shares. Cheap to clone.
#[derive(Clone)]
pub struct Environment {
    pub evaluate: Arc<dyn Evaluate>,
    pub store: Arc<dyn MetricStore>,
    pub report: Arc<dyn Report>,
    pub syntax: Syntax,
    pub timing: Timing,
    pub external_labels: Arc<BTreeMap<String, String>>,
    /// Under which users reach this server.
    pub addresses: Arc<Addresses>,
}

/// Waits that Prometheus has flags for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// After which Alertmanagers hear of an alert again.
    pub resend_delay: Duration,
    /// Up to which an outage is not held against an alert that was waiting to fire.
    pub outage_tolerance: Duration,
    /// What a restored alert waits at least; rules that wait for less are not restored.
    pub grace_period: Duration,
    /// After a start, how long an alert from before has to be missing to have ended.
    pub settle_after: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            resend_delay: RESEND_DELAY,
            outage_tolerance: FOR_OUTAGE_TOLERANCE,
            grace_period: FOR_GRACE_PERIOD,
            settle_after: SETTLE_AFTER,
        }
    }
}

/// Who wants to know what became of an alerting rule's evaluation. Must not wait for anybody.
pub trait Report: Send + Sync {
    /// Takes note of an evaluation.
    fn evaluated(&self, evaluation: Evaluation<'_>);
}

/// An evaluation of an alerting rule. One without an answer leaves alerts as they are.
pub struct Evaluation<'a> {
    pub group: &'a GroupKey,
    pub rule: &'a str,
    pub question: &'a Question,
    /// Milliseconds since the epoch.
    pub at: i64,
    /// Whether an alert that is missing has ended: there was a whole answer, and alerts from before a restart
    /// would have been found again by now.
    pub is_settled: bool,
    /// All that are pending or firing.
    pub current: Vec<Alert>,
    /// Those that Alertmanagers are to hear of now, resolved ones among them.
    pub due: Vec<Alert>,
    pub changes: Vec<Transition>,
}

/// What tells a group from all others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    pub file: String,
    pub name: String,
}
