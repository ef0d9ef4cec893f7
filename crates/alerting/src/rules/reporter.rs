//! Passes on what became of an evaluation: to the history, the Alertmanagers and the receivers.

use std::sync::Arc;

use crate::environment::{Evaluation, Report};
use crate::history::{History, HistoryEntry};
use crate::notify::{Alertmanagers, Notification, Receivers};
use crate::question::Addresses;

/// Everybody who wants to know of alerts.
pub(super) struct Reporter {
    pub history: History,
    pub alertmanagers: Alertmanagers,
    pub receivers: Receivers,
    pub addresses: Arc<Addresses>,
}

impl Report for Reporter {
    fn evaluated(&self, evaluation: Evaluation<'_>) {
        let changes = evaluation.changes.iter();
        let (group, rule, at) = (evaluation.group, evaluation.rule, evaluation.at);
        let entries = changes.map(|change| HistoryEntry::new(group, rule, at, change));
        self.history.append(entries.collect());
        if !evaluation.due.is_empty() {
            let due = evaluation.due.iter();
            let notifications =
                due.map(|alert| Notification::new(alert, evaluation.question, &self.addresses));
            self.alertmanagers.send(notifications.collect());
        }
        self.receivers.evaluated(&evaluation);
    }
}
