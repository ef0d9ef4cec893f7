//! One word to a receiver: the alerts of a group, firing and resolved.

use std::collections::BTreeMap;

use super::notification::Notification;
use super::routing::GroupId;
use super::told::AlertKey;

/// Where an alert of a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Firing,
    Resolved,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

/// The alerts of a group as they are told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    pub group: GroupId,
    /// Those that fire first.
    pub alerts: Vec<(AlertKey, Status, Notification)>,
    /// Alerts of the group that are left out, because the receiver knows of them.
    pub truncated: usize,
}

impl Message {
    /// Firing while anything of it is.
    pub fn status(&self) -> Status {
        let is_firing =
            |(_, status, _): &(AlertKey, Status, Notification)| *status == Status::Firing;
        if self.alerts.iter().any(is_firing) {
            Status::Firing
        } else {
            Status::Resolved
        }
    }

    /// How many fire.
    pub fn firing(&self) -> usize {
        let statuses = self.alerts.iter().map(|(_, status, _)| *status);
        statuses.filter(|status| *status == Status::Firing).count() + self.truncated
    }

    /// Each alert with its status.
    pub fn notifications(&self) -> impl Iterator<Item = (Status, &Notification)> {
        self.alerts
            .iter()
            .map(|(_, status, notification)| (*status, notification))
    }

    /// Labels that all alerts have in common.
    pub fn common_labels(&self) -> BTreeMap<String, String> {
        common(self.notifications().map(|(_, alert)| &alert.labels))
    }

    /// Annotations that all alerts have in common.
    pub fn common_annotations(&self) -> BTreeMap<String, String> {
        common(self.notifications().map(|(_, alert)| &alert.annotations))
    }

    /// The message in a line: `[FIRING:2] AgentSilent`.
    pub fn title(&self) -> String {
        let state = match self.status() {
            Status::Firing => format!("FIRING:{}", self.firing()),
            Status::Resolved => "RESOLVED".to_owned(),
        };
        let labels: Vec<&str> = self.group.labels.values().map(String::as_str).collect();
        let what = if labels.is_empty() {
            "alerts".to_owned()
        } else {
            labels.join(" ")
        };
        // A line break would begin another header of a mail.
        format!("[{state}] {what}").replace(['\n', '\r'], " ")
    }
}

/// What all have in common.
fn common<'a>(
    mut maps: impl Iterator<Item = &'a BTreeMap<String, String>>,
) -> BTreeMap<String, String> {
    let mut common = maps.next().cloned().unwrap_or_default();
    for map in maps {
        common.retain(|name, value| map.get(name) == Some(value));
    }
    common
}

/// What an alert says for itself: its summary, else its description, else its labels.
pub(super) fn line(alert: &Notification) -> String {
    let annotation = |name: &str| alert.annotations.get(name).filter(|text| !text.is_empty());
    annotation("summary")
        .or_else(|| annotation("description"))
        .cloned()
        .unwrap_or_else(|| {
            let labels: Vec<String> = alert
                .labels
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            labels.join(" ")
        })
}
