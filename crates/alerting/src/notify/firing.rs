//! What fires now, rule by rule, and what has ended of what was told.

use std::collections::{BTreeMap, BTreeSet};

use swarmscope_model::metrics::Labels;

use super::notification::Notification;
use super::told::{AlertKey, RuleKey};

/// What is known of the alerts of every rule.
#[derive(Default)]
pub(super) struct Firing {
    rules: BTreeMap<RuleKey, RuleAlerts>,
    /// Rules that there are. `None` before they were loaded.
    known: Option<BTreeSet<RuleKey>>,
}

/// The alerts of a rule at its last evaluation.
pub(super) struct RuleAlerts {
    /// Milliseconds since the epoch.
    pub at: i64,
    /// Whether what is not among them has ended.
    pub is_settled: bool,
    pub firing: BTreeMap<Labels, Notification>,
    pub pending: BTreeSet<Labels>,
}

impl Firing {
    /// Takes note of an evaluation.
    pub fn set(&mut self, rule: RuleKey, alerts: RuleAlerts) {
        // An evaluation that was under way when its rule was taken away comes too late.
        if self
            .known
            .as_ref()
            .is_none_or(|known| known.contains(&rule))
        {
            self.rules.insert(rule, alerts);
        }
    }

    /// From now on there are these rules and no others.
    pub fn retain(&mut self, known: BTreeSet<RuleKey>) {
        self.rules.retain(|rule, _| known.contains(rule));
        self.known = Some(known);
    }

    /// Every alert that fires.
    pub fn alerts(&self) -> impl Iterator<Item = (AlertKey, &Notification)> {
        self.rules.iter().flat_map(|(rule, alerts)| {
            alerts.firing.iter().map(|(labels, notification)| {
                let key = AlertKey {
                    rule: rule.clone(),
                    labels: labels.clone(),
                };
                (key, notification)
            })
        })
    }

    /// The labels of every alert that fires, as receivers see them.
    pub fn labels(&self) -> impl Iterator<Item = &BTreeMap<String, String>> + Clone {
        let rules = self.rules.values();
        rules.flat_map(|alerts| alerts.firing.values().map(|alert| &alert.labels))
    }

    /// When an alert that was told ended: from `now` on where no evaluation saw it. `None` while it has not, or
    /// nobody can know.
    pub fn ended(&self, key: &AlertKey, now: i64) -> Option<i64> {
        let Some(alerts) = self.rules.get(&key.rule) else {
            let is_gone = self
                .known
                .as_ref()
                .is_some_and(|known| !known.contains(&key.rule));
            return is_gone.then_some(now);
        };
        // One that waits to fire again fired before the restart, and has not ended in between.
        let goes_on =
            alerts.firing.contains_key(&key.labels) || alerts.pending.contains(&key.labels);
        (alerts.is_settled && !goes_on).then_some(alerts.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::GroupKey;

    fn rule(name: &str) -> RuleKey {
        RuleKey {
            group: GroupKey {
                file: "r.yml".to_owned(),
                name: "g".to_owned(),
            },
            name: name.to_owned(),
        }
    }

    fn labels(instance: &str) -> Labels {
        Labels::from_pairs([("instance", instance)])
    }

    fn alerts(firing: &[&str], pending: &[&str], is_settled: bool) -> RuleAlerts {
        let notification = Notification {
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            starts_at: 1,
            ends_at: 2,
            generator_url: String::new(),
        };
        RuleAlerts {
            at: 50,
            is_settled,
            firing: firing
                .iter()
                .map(|each| (labels(each), notification.clone()))
                .collect(),
            pending: pending.iter().map(|each| labels(each)).collect(),
        }
    }

    /// When an instance of rule `A` ended.
    fn ended(firing: &Firing, instance: &str) -> Option<i64> {
        let key = AlertKey {
            rule: rule("A"),
            labels: labels(instance),
        };
        firing.ended(&key, 99)
    }

    #[test]
    fn what_is_missing_has_ended_when_that_can_be_known() {
        let mut firing = Firing::default();
        assert_eq!(ended(&firing, "a"), None, "no rule was loaded yet");
        firing.retain(BTreeSet::from([rule("A")]));
        assert_eq!(ended(&firing, "a"), None, "none was evaluated yet");
        firing.set(rule("A"), alerts(&[], &[], false));
        assert_eq!(ended(&firing, "a"), None, "there was no whole answer yet");
        firing.set(rule("A"), alerts(&["b"], &["c"], true));
        let ends = ["a", "b", "c"].map(|instance| ended(&firing, instance));
        assert_eq!(ends, [Some(50), None, None]);
    }

    #[test]
    fn what_a_removed_rule_told_has_ended() {
        let mut firing = Firing::default();
        firing.set(rule("A"), alerts(&["a"], &[], true));
        firing.retain(BTreeSet::from([rule("B")]));
        // An evaluation that was under way.
        firing.set(rule("A"), alerts(&["a"], &[], true));
        assert_eq!(firing.alerts().count(), 0);
        assert_eq!(ended(&firing, "a"), Some(99));
    }
}
