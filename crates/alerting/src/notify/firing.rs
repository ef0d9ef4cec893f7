//! What fires now, rule by rule, and how that differs from what a webhook was told.

use std::collections::{BTreeMap, BTreeSet};

use swarmscope_model::metrics::Labels;

use super::notification::Notification;
use super::told::{AlertKey, RuleKey, Told};

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
    /// Whether alerts from before a restart would be among them by now.
    pub is_settled: bool,
    pub firing: BTreeMap<Labels, Notification>,
    pub pending: BTreeSet<Labels>,
}

/// What a webhook does not know yet.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Difference {
    pub fired: Vec<(AlertKey, Notification)>,
    pub resolved: Vec<(AlertKey, Notification)>,
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

    /// What differs from what was told. Ends count from `now` where no evaluation saw them.
    pub fn difference(&self, told: &Told, now: i64) -> Difference {
        let mut difference = Difference::default();
        for (rule, alerts) in &self.rules {
            for (labels, notification) in &alerts.firing {
                let key = AlertKey {
                    rule: rule.clone(),
                    labels: labels.clone(),
                };
                if !told.contains_key(&key) {
                    difference.fired.push((key, notification.clone()));
                }
            }
        }
        for (key, notification) in told {
            if let Some(ended) = self.ended(key, now) {
                let mut notification = notification.clone();
                notification.ends_at = ended;
                difference.resolved.push((key.clone(), notification));
            }
        }
        difference
    }

    /// When an alert that was told ended; `None` while it has not, or nobody can know yet.
    fn ended(&self, key: &AlertKey, now: i64) -> Option<i64> {
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

    fn notification() -> Notification {
        Notification {
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
            starts_at: 1,
            ends_at: 2,
            generator_url: String::new(),
        }
    }

    fn alerts(firing: &[&str], pending: &[&str], is_settled: bool) -> RuleAlerts {
        RuleAlerts {
            at: 50,
            is_settled,
            firing: firing
                .iter()
                .map(|each| (labels(each), notification()))
                .collect(),
            pending: pending.iter().map(|each| labels(each)).collect(),
        }
    }

    fn told(instances: &[&str]) -> Told {
        let key = |instance: &&str| AlertKey {
            rule: rule("A"),
            labels: labels(instance),
        };
        instances
            .iter()
            .map(|each| (key(each), notification()))
            .collect()
    }

    /// Instances that fired and that are resolved, with their ends.
    fn difference(firing: &Firing, told: &Told) -> (Vec<String>, Vec<String>) {
        let difference = firing.difference(told, 99);
        let name = |key: &AlertKey| key.labels.get("instance").unwrap_or_default().to_owned();
        let fired = difference.fired.iter().map(|(key, _)| name(key));
        let resolved = difference.resolved.iter();
        let resolved = resolved.map(|(key, told)| format!("{} {}", name(key), told.ends_at));
        (fired.collect(), resolved.collect())
    }

    #[test]
    fn what_fires_is_told_once_and_what_ends_is_told() {
        let mut firing = Firing::default();
        firing.set(rule("A"), alerts(&["a", "b"], &["c"], true));
        let (fired, resolved) = difference(&firing, &told(&["b", "d"]));
        assert_eq!(
            (fired, resolved),
            (vec!["a".to_owned()], vec!["d 50".to_owned()])
        );
    }

    #[test]
    fn after_a_restart_nothing_ends_before_it_can_be_known() {
        let mut firing = Firing::default();
        let told = told(&["a", "b"]);
        assert_eq!(firing.difference(&told, 99), Difference::default());
        firing.retain(BTreeSet::from([rule("A")]));
        assert_eq!(firing.difference(&told, 99), Difference::default());
        firing.set(rule("A"), alerts(&[], &[], false));
        assert_eq!(firing.difference(&told, 99), Difference::default());
        // Settled: one waits to fire again, the other is gone.
        firing.set(rule("A"), alerts(&[], &["a"], true));
        assert_eq!(difference(&firing, &told).1, ["b 50"]);
    }

    #[test]
    fn what_a_removed_rule_told_has_ended() {
        let mut firing = Firing::default();
        firing.set(rule("A"), alerts(&["a"], &[], true));
        firing.retain(BTreeSet::from([rule("B")]));
        firing.set(rule("A"), alerts(&["a"], &[], true));
        let (fired, resolved) = difference(&firing, &told(&["a"]));
        assert_eq!((fired, resolved), (vec![], vec!["a 99".to_owned()]));
    }
}
