//! The life of alerts, evaluation by evaluation.

use super::*;

const MINUTE: i64 = 60_000;

fn alert(name: &str, value: f64, at: i64) -> Alert {
    let labels = Labels::from_pairs([("alertname", "A"), ("instance", name)]);
    Alert::pending(labels, Labels::empty(), value, at)
}

struct Rule {
    alerts: ActiveAlerts,
    timing: AlertTiming,
}

impl Rule {
    fn new(hold: i64, keep_firing: i64) -> Self {
        Self {
            alerts: ActiveAlerts::default(),
            timing: AlertTiming {
                hold,
                keep_firing,
                limit: 0,
                is_complete: true,
            },
        }
    }

    /// Evaluates with the instances given; tells each change as `instance: from > to`.
    fn at(&mut self, at: i64, instances: &[&str]) -> Vec<String> {
        let found = instances.iter().map(|name| alert(name, 1.0, at)).collect();
        let changes = self.alerts.update(found, at, self.timing);
        changes
            .expect("within limits")
            .iter()
            .map(|change| {
                let instance = change.alert.labels.get("instance").unwrap_or_default();
                let (from, to) = (change.from.as_str(), change.alert.state.as_str());
                format!("{instance}: {from} > {to}")
            })
            .collect()
    }
}

#[test]
fn an_alert_waits_fires_resolves_and_is_forgotten() {
    let mut rule = Rule::new(2 * MINUTE, 0);
    assert_eq!(rule.at(0, &["a"]), ["a: inactive > pending"]);
    assert!(rule.at(MINUTE, &["a"]).is_empty());
    assert_eq!(rule.at(2 * MINUTE, &["a"]), ["a: pending > firing"]);
    let firing = rule.alerts.iter().next().expect("an alert").clone();
    assert_eq!((firing.active_at, firing.fired_at), (0, Some(2 * MINUTE)));
    assert_eq!(rule.at(3 * MINUTE, &[]), ["a: firing > inactive"]);
    assert!(rule.alerts.current().next().is_none());
    // Kept for fifteen minutes, so that its end is told.
    rule.at(18 * MINUTE, &[]);
    assert_eq!(rule.alerts.iter().count(), 1);
    rule.at(18 * MINUTE + 1, &[]);
    assert_eq!(rule.alerts.iter().count(), 0);
}

#[test]
fn what_goes_before_its_time_never_fired() {
    let mut rule = Rule::new(2 * MINUTE, 0);
    rule.at(0, &["a"]);
    assert_eq!(rule.at(MINUTE, &[]), ["a: pending > inactive"]);
    assert_eq!(rule.alerts.iter().count(), 0);
}

#[test]
fn a_resolved_alert_that_returns_starts_again() {
    let mut rule = Rule::new(MINUTE, 0);
    rule.at(0, &["a"]);
    rule.at(MINUTE, &["a"]);
    rule.at(2 * MINUTE, &[]);
    assert_eq!(rule.at(3 * MINUTE, &["a"]), ["a: inactive > pending"]);
    let again = rule.alerts.iter().next().expect("an alert");
    assert_eq!((again.active_at, again.resolved_at), (3 * MINUTE, None));
}

#[test]
fn without_a_hold_it_fires_at_once_and_others_are_not_touched() {
    let mut rule = Rule::new(0, 0);
    assert_eq!(rule.at(0, &["a"]), ["a: inactive > firing"]);
    assert_eq!(rule.at(1, &["a", "b"]), ["b: inactive > firing"]);
    assert_eq!(rule.at(2, &["b"]), ["a: firing > inactive"]);
}

#[test]
fn it_keeps_firing_for_as_long_as_asked() {
    let mut rule = Rule::new(0, 3 * MINUTE);
    rule.at(0, &["a"]);
    assert!(rule.at(MINUTE, &[]).is_empty());
    assert!(rule.at(3 * MINUTE, &[]).is_empty());
    // Back in between: the wait begins anew.
    assert!(rule.at(3 * MINUTE + 1, &["a"]).is_empty());
    assert!(rule.at(4 * MINUTE, &[]).is_empty());
    assert!(rule.at(7 * MINUTE - 1, &[]).is_empty());
    assert_eq!(rule.at(7 * MINUTE, &[]), ["a: firing > inactive"]);
}

#[test]
fn a_rule_changed_to_wait_longer_takes_its_alert_back() {
    let mut rule = Rule::new(0, 0);
    rule.at(0, &["a"]);
    rule.timing.hold = 10 * MINUTE;
    assert_eq!(rule.at(MINUTE, &["a"]), ["a: firing > pending"]);
}

#[test]
fn values_and_annotations_follow_the_last_answer() {
    let mut rule = Rule::new(0, 0);
    rule.at(0, &["a"]);
    let mut later = alert("a", 7.0, 5);
    later.annotations = Labels::from_pairs([("summary", "seven")]);
    let changes = rule.alerts.update(vec![later], 5, rule.timing);
    assert!(changes.expect("within limits").is_empty());
    let now = rule.alerts.iter().next().expect("an alert");
    assert_eq!((now.value, now.active_at), (7.0, 0));
    assert_eq!(now.annotations.get("summary"), Some("seven"));
}

#[test]
fn beyond_the_limit_nothing_is_kept() {
    let mut rule = Rule::new(0, 0);
    rule.timing.limit = 1;
    rule.at(0, &["a"]);
    let found = vec![alert("a", 1.0, 1), alert("b", 1.0, 1)];
    let error = rule.alerts.update(found, 1, rule.timing);
    assert_eq!(
        error.expect_err("too many").to_string(),
        "exceeded limit of 1 with 2 alerts"
    );
    assert_eq!(rule.alerts.iter().count(), 0);
}

#[test]
fn active_alerts_are_series() {
    let mut rule = Rule::new(MINUTE, 0);
    rule.at(1_999, &["a"]);
    let series = rule.alerts.series();
    let shown: Vec<String> = series
        .iter()
        .map(|(labels, value)| format!("{labels:?} {value:?}"))
        .collect();
    assert_eq!(
        shown,
        [
            r#"{__name__="ALERTS", alertname="A", alertstate="pending", instance="a"} Float(1.0)"#,
            r#"{__name__="ALERTS_FOR_STATE", alertname="A", instance="a"} Float(1.0)"#,
        ]
    );
    rule.at(2 * MINUTE, &[]);
    assert!(rule.alerts.series().is_empty());
}

#[test]
fn alertmanagers_hear_of_an_alert_at_once_then_by_the_minute_then_of_its_end() {
    let mut rule = Rule::new(0, 0);
    let (delay, interval) = (MINUTE, 15_000);
    rule.at(0, &["a"]);
    let due = rule.alerts.take_due(0, delay, interval);
    assert_eq!(due[0].valid_until, Some(4 * MINUTE));
    rule.at(MINUTE, &["a"]);
    assert!(rule.alerts.take_due(MINUTE, delay, interval).is_empty());
    rule.at(MINUTE + 1, &["a"]);
    assert_eq!(rule.alerts.take_due(MINUTE + 1, delay, interval).len(), 1);
    rule.at(MINUTE + 2, &[]);
    let due = rule.alerts.take_due(MINUTE + 2, delay, interval);
    assert_eq!(due[0].resolved_at, Some(MINUTE + 2));
    assert!(rule.alerts.take_due(MINUTE + 3, delay, interval).is_empty());
    // Its end is repeated like its being there.
    assert_eq!(
        rule.alerts.take_due(2 * MINUTE + 3, delay, interval).len(),
        1
    );
}
