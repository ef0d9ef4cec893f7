//! What a group shows of itself: all that the rules page and Prometheus's `/api/v1/rules` need.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Group;
use crate::definition::{RuleKind, sources};
use crate::environment::GroupKey;
use crate::question::Question;
use crate::rule::{Alert, AlertState, RuleStatus};

/// A group at a moment.
#[derive(Debug, Clone)]
pub struct GroupView {
    pub key: GroupKey,
    pub interval: Duration,
    pub query_offset: Duration,
    /// 0 is no limit.
    pub limit: usize,
    pub rules: Vec<RuleView>,
    /// When the last evaluation began, in milliseconds since the epoch.
    pub last_evaluation: Option<i64>,
    /// How long it took.
    pub evaluation_time: Duration,
    /// Evaluations that were due, and how many of them did not take place.
    pub scheduled: u64,
    pub missed: u64,
}

/// A rule at a moment.
#[derive(Debug, Clone)]
pub struct RuleView {
    pub name: String,
    /// What it asks, as Prometheus prints it.
    pub question: String,
    /// What kind of question it is, by the field of rule files: `expr`, `logs`, `errors`, `agents` or `tasks`.
    pub source: &'static str,
    /// As they are written.
    pub labels: BTreeMap<String, String>,
    pub status: RuleStatus,
    pub kind: RuleKindView,
}

/// What only one kind of rule has.
#[derive(Debug, Clone)]
pub enum RuleKindView {
    Recording,
    Alerting {
        hold: Duration,
        keep_firing: Duration,
        /// As they are written.
        annotations: BTreeMap<String, String>,
        /// `None` before the first evaluation.
        state: Option<AlertState>,
        /// Those that are pending or firing, by labels.
        alerts: Vec<Alert>,
    },
}

/// An alert and where it comes from.
#[derive(Debug, Clone)]
pub struct AlertView {
    pub group: GroupKey,
    pub rule: String,
    pub alert: Alert,
    /// What its rule asks.
    pub question: Question,
}

impl Group {
    /// The group as it is now.
    pub fn view(&self) -> GroupView {
        let state = self.state();
        let rules = self.definition.rules.iter().zip(&state.rules);
        GroupView {
            key: self.key.clone(),
            interval: self.interval,
            query_offset: self.query_offset,
            limit: self.definition.limit,
            rules: rules
                .map(|(rule, known)| RuleView {
                    name: rule.name.clone(),
                    question: rule.question.text(),
                    source: rule.question.source(),
                    labels: owned(rule.label_sources()),
                    status: known.status.clone(),
                    kind: match &rule.kind {
                        RuleKind::Recording => RuleKindView::Recording,
                        RuleKind::Alerting {
                            hold,
                            keep_firing,
                            annotations,
                        } => RuleKindView::Alerting {
                            hold: *hold,
                            keep_firing: *keep_firing,
                            annotations: owned(sources(annotations)),
                            state: known.status.last_evaluation.map(|_| known.alerts.state()),
                            alerts: known.alerts.current().cloned().collect(),
                        },
                    },
                })
                .collect(),
            last_evaluation: state.last_evaluation,
            evaluation_time: state.evaluation_time,
            scheduled: state.scheduled,
            missed: state.missed,
        }
    }

    /// The alerts that are pending or firing.
    pub fn alerts(&self) -> Vec<AlertView> {
        let state = self.state();
        let rules = self.definition.rules.iter().zip(&state.rules);
        rules
            .flat_map(|(rule, known)| {
                known.alerts.current().map(|alert| AlertView {
                    group: self.key.clone(),
                    rule: rule.name.clone(),
                    question: rule.question.clone(),
                    alert: alert.clone(),
                })
            })
            .collect()
    }
}

fn owned(texts: BTreeMap<&str, &str>) -> BTreeMap<String, String> {
    texts
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect()
}
