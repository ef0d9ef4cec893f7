//! The alerts of one rule from evaluation to evaluation: pending, firing, resolved.

use std::collections::BTreeMap;

use swarmscope_model::limits::RESOLVED_RETENTION;
use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Labels, SampleValue};

use super::alert::{Alert, AlertState, Transition};
use super::error::RuleError;
use super::{ALERT_STATE, ALERTS, ALERTS_FOR_STATE, Written};

/// What an alerting rule says about time, in milliseconds, and about numbers.
#[derive(Debug, Clone, Copy)]
pub struct AlertTiming {
    pub hold: i64,
    pub keep_firing: i64,
    /// Most alerts that may be active; 0 is no limit.
    pub limit: usize,
    /// Whether what was not found is not there.
    pub is_complete: bool,
}

/// The alerts that a rule has now, resolved ones for as long as they are told.
#[derive(Debug, Clone, Default)]
pub struct ActiveAlerts {
    alerts: BTreeMap<Labels, Alert>,
}

impl ActiveAlerts {
    /// All of them, by labels.
    pub fn iter(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.values()
    }

    /// The same, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Alert> {
        self.alerts.values_mut()
    }

    /// Those that are pending or firing.
    pub fn current(&self) -> impl Iterator<Item = &Alert> {
        self.iter().filter(|alert| alert.resolved_at.is_none())
    }

    /// The highest state of any.
    pub fn state(&self) -> AlertState {
        self.iter()
            .map(|alert| alert.state)
            .max()
            .unwrap_or(AlertState::Inactive)
    }

    /// Takes in what an evaluation found, each of other labels, and says what changed.
    ///
    /// # Errors
    /// When more alerts are active than may be; all of them are then forgotten, as in Prometheus.
    pub fn update(
        &mut self,
        found: Vec<Alert>,
        at: i64,
        timing: AlertTiming,
    ) -> Result<Vec<Transition>, RuleError> {
        let before: BTreeMap<Labels, AlertState> = self
            .iter()
            .map(|alert| (alert.labels.clone(), alert.state))
            .collect();
        let mut present = std::collections::BTreeSet::new();
        for alert in found {
            present.insert(alert.labels.clone());
            match self.alerts.get_mut(&alert.labels) {
                Some(known) if known.state != AlertState::Inactive => {
                    known.value = alert.value;
                    known.annotations = alert.annotations;
                }
                _ => {
                    self.alerts.insert(alert.labels.clone(), alert);
                }
            }
        }
        let mut active = 0;
        let mut changes = Vec::new();
        self.alerts.retain(|labels, alert| {
            let was = before.get(labels).copied();
            let stays = step(alert, present.contains(labels), at, timing);
            active += usize::from(stays == Step::Active);
            let from = was.unwrap_or(AlertState::Inactive);
            let now = match stays {
                Step::Forgotten => AlertState::Inactive,
                _ => alert.state,
            };
            if from != now {
                let mut alert = alert.clone();
                alert.state = now;
                changes.push(Transition { from, alert });
            }
            stays != Step::Forgotten
        });
        if timing.limit > 0 && active > timing.limit {
            self.alerts.clear();
            return Err(RuleError::Limit {
                limit: timing.limit,
                count: active,
                what: "alerts",
            });
        }
        Ok(changes)
    }

    /// `ALERTS` and `ALERTS_FOR_STATE` of those that are pending or firing.
    pub fn series(&self) -> Vec<Written> {
        let mut series = Vec::new();
        for alert in self.current() {
            let mut labels = alert.labels.to_builder();
            let seconds = alert.active_at.div_euclid(1000) as f64;
            labels.set(METRIC_NAME, ALERTS_FOR_STATE);
            let since = (labels.build(), SampleValue::Float(seconds));
            labels.set(METRIC_NAME, ALERTS);
            labels.set(ALERT_STATE, alert.state.as_str());
            series.push((labels.build(), SampleValue::Float(1.0)));
            series.push(since);
        }
        series
    }

    /// The alerts that Alertmanagers are to hear of now, marked as told.
    pub fn take_due(&mut self, at: i64, resend_delay: i64, interval: i64) -> Vec<Alert> {
        let mut due = Vec::new();
        for alert in self.iter_mut().filter(|a| a.is_due(at, resend_delay)) {
            alert.last_sent_at = Some(at);
            // Three words may be lost before an Alertmanager takes it for resolved.
            alert.valid_until = Some(at + 4 * resend_delay.max(interval));
            due.push(alert.clone());
        }
        due
    }
}

/// What an evaluation makes of an alert.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Active,
    Resolved,
    Forgotten,
}

fn step(alert: &mut Alert, is_present: bool, at: i64, timing: AlertTiming) -> Step {
    if is_present {
        alert.keep_firing_since = None;
    } else if !timing.is_complete && alert.resolved_at.is_none() {
        return Step::Active;
    } else if !keeps_firing(alert, at, timing) {
        return ended(alert, at);
    }
    let long_enough = at - alert.active_at >= timing.hold;
    if alert.state == AlertState::Pending && long_enough {
        alert.state = AlertState::Firing;
        alert.fired_at = Some(at);
    } else if alert.state == AlertState::Firing && !long_enough {
        // The rule was changed to wait for longer, or its start was restored.
        alert.state = AlertState::Pending;
        alert.fired_at = None;
        alert.last_sent_at = None;
        alert.keep_firing_since = None;
    }
    Step::Active
}

fn keeps_firing(alert: &mut Alert, at: i64, timing: AlertTiming) -> bool {
    if alert.state != AlertState::Firing || timing.keep_firing == 0 {
        return false;
    }
    at - *alert.keep_firing_since.get_or_insert(at) < timing.keep_firing
}

/// Its answer is gone. One that fired is kept for a while, so that whoever missed it hears of its end.
fn ended(alert: &mut Alert, at: i64) -> Step {
    let retention = i64::try_from(RESOLVED_RETENTION.as_millis()).unwrap_or(i64::MAX);
    let is_old = alert
        .resolved_at
        .is_some_and(|resolved| at - resolved > retention);
    if alert.state == AlertState::Pending || is_old {
        return Step::Forgotten;
    }
    if alert.state != AlertState::Inactive {
        alert.state = AlertState::Inactive;
        alert.resolved_at = Some(at);
    }
    Step::Resolved
}

#[cfg(test)]
#[path = "active_tests.rs"]
mod tests;
