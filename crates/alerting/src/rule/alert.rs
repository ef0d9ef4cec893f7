//! An alert: one element of an alerting rule's answer, over time.

use swarmscope_model::metrics::Labels;

/// What an alert is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlertState {
    /// Resolved, and still told for a while.
    Inactive,
    /// There, but not for long enough.
    Pending,
    Firing,
}

impl AlertState {
    /// As the label `alertstate` and Prometheus's API write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::Pending => "pending",
            Self::Firing => "firing",
        }
    }
}

/// An alert. Times are milliseconds since the epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    pub state: AlertState,
    /// What tells it from others of its rule; the alert's name is among them.
    pub labels: Labels,
    pub annotations: Labels,
    /// Of the last evaluation that had it. A native histogram counts as 0.
    pub value: f64,
    /// Since when its answer has been there.
    pub active_at: i64,
    pub fired_at: Option<i64>,
    pub resolved_at: Option<i64>,
    /// When it was last handed to the Alertmanagers' queue.
    pub last_sent_at: Option<i64>,
    /// Until when Alertmanagers should believe it without hearing of it again.
    pub valid_until: Option<i64>,
    /// Since when it has been firing without an answer.
    pub keep_firing_since: Option<i64>,
}

impl Alert {
    /// One that was just found.
    pub fn pending(labels: Labels, annotations: Labels, value: f64, at: i64) -> Self {
        Self {
            state: AlertState::Pending,
            labels,
            annotations,
            value,
            active_at: at,
            fired_at: None,
            resolved_at: None,
            last_sent_at: None,
            valid_until: None,
            keep_firing_since: None,
        }
    }

    /// Whether Alertmanagers are to hear of it now: when it was resolved since, or the last word is old.
    pub fn is_due(&self, at: i64, resend_delay: i64) -> bool {
        if self.state == AlertState::Pending {
            return false;
        }
        match (self.resolved_at, self.last_sent_at) {
            (_, None) => true,
            (Some(resolved), Some(sent)) if resolved > sent => true,
            (_, Some(sent)) => sent.saturating_add(resend_delay) < at,
        }
    }
}

/// A change of an alert's state.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    pub from: AlertState,
    /// As it is now.
    pub alert: Alert,
}
