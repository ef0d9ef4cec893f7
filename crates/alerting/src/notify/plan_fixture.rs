//! Alerts and messages for tests of what receivers hear.

use std::collections::BTreeMap;

use swarmscope_model::metrics::Labels;

use super::message::{Message, Status};
use super::notification::Notification;
use super::routing::GroupId;
use super::told::{AlertKey, RuleKey};
use crate::environment::GroupKey;

pub fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

pub(super) fn rule(name: &str) -> RuleKey {
    RuleKey {
        group: GroupKey {
            file: "r.yml".to_owned(),
            name: "g".to_owned(),
        },
        name: name.to_owned(),
    }
}

/// The labels of an alert of a rule.
pub(super) fn own_labels(rule: &str, instance: &str) -> Labels {
    Labels::from_pairs([("alertname", rule), ("instance", instance), ("job", "j")])
}

pub(super) fn notification(rule: &str, instance: &str) -> Notification {
    Notification {
        labels: labels(&[("alertname", rule), ("instance", instance), ("job", "j")]),
        annotations: labels(&[("summary", &format!("{instance} is down"))]),
        starts_at: 1_000,
        ends_at: 2_000,
        generator_url: "http://x/g".to_owned(),
    }
}

/// A message of rule `Down`.
pub(super) fn message(firing: &[&str], resolved: &[&str]) -> Message {
    let entry = |instance: &&str, status| {
        let key = AlertKey {
            rule: rule("Down"),
            labels: own_labels("Down", instance),
        };
        (key, status, notification("Down", instance))
    };
    let firing = firing.iter().map(|each| entry(each, Status::Firing));
    let resolved = resolved.iter().map(|each| entry(each, Status::Resolved));
    Message {
        group: GroupId {
            key: "{}:{alertname=\"Down\"}".to_owned(),
            labels: labels(&[("alertname", "Down")]),
        },
        alerts: firing.chain(resolved).collect(),
        truncated: 0,
    }
}
