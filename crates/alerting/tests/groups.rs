//! Groups over a real store: what they write, mark, tell and restore.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use swarmscope_alerting::definition::{Syntax, parse};
use swarmscope_alerting::group::{Group, RuleKindView, RuleView};
use swarmscope_alerting::question::Addresses;
use swarmscope_alerting::rule::{AlertState, Health};
use swarmscope_alerting::{Environment, Evaluation, MetricAnswers, Report, Timing};
use swarmscope_metricstore::{EmbeddedMetrics, Options};
use swarmscope_model::metrics::{
    Append, Durability, Labels, Matcher, MetricStore, Queryable, SampleValue, Selection,
    SeriesSamples, is_stale,
};
use tempfile::TempDir;

const MINUTE: i64 = 60_000;

/// What was told, a line each: time, rule, what is due, what changed.
#[derive(Default)]
struct Listener(Mutex<Vec<String>>);

impl Report for Listener {
    fn evaluated(&self, evaluation: Evaluation<'_>) {
        let mut told = self.0.lock().expect("nobody panicked");
        for alert in &evaluation.due {
            let state = alert.state.as_str();
            told.push(format!("{} {} due {state}", evaluation.at, evaluation.rule));
        }
        for change in &evaluation.changes {
            let to = change.alert.state.as_str();
            told.push(format!("{} {} > {to}", evaluation.at, evaluation.rule));
        }
    }
}

struct World {
    _folder: TempDir,
    store: Arc<EmbeddedMetrics>,
    listener: Arc<Listener>,
    environment: Environment,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = EmbeddedMetrics::open(Options::new(folder.path())).expect("a store");
        let store = Arc::new(store);
        let listener = Arc::new(Listener::default());
        let environment = Environment {
            evaluate: Arc::new(MetricAnswers::new(store.clone(), Default::default())),
            store: store.clone(),
            report: listener.clone(),
            syntax: Syntax::default(),
            timing: Timing::default(),
            external_labels: Arc::new(BTreeMap::from([("site".to_owned(), "x".to_owned())])),
            addresses: Arc::new(Addresses {
                prometheus: "http://here".to_owned(),
                ui: "http://ui".to_owned(),
            }),
        };
        Self {
            _folder: folder,
            store,
            listener,
            environment,
        }
    }

    fn write(&self, at: i64, series: &[(&str, &str, f64)]) {
        let batch: Vec<Append> = series
            .iter()
            .map(|(name, instance, value)| Append {
                labels: Labels::from_pairs([("__name__", *name), ("instance", *instance)]),
                series: None,
                timestamp: at,
                value: SampleValue::Float(*value),
                exemplar: None,
            })
            .collect();
        let outcome = self.store.append(&batch, Durability::Buffered);
        assert!(outcome.expect("written").refused.is_empty());
    }

    /// Every sample of a metric as `labels @time value`.
    fn samples(&self, metric: &str) -> Vec<String> {
        let matchers = vec![Matcher::equal("__name__", metric)];
        let found = self.store.select(&Selection::new(0, i64::MAX, matchers));
        let mut shown = Vec::new();
        let mut samples = SeriesSamples::default();
        for series in found.expect("readable") {
            series.read(&mut samples).expect("readable");
            let labels = series.labels().without(&["__name__"]);
            for (time, value) in samples.times.iter().zip(&samples.floats) {
                let value = if is_stale(*value) {
                    "stale".to_owned()
                } else {
                    value.to_string()
                };
                shown.push(format!("{labels:?} @{time} {value}"));
            }
        }
        shown
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut *self.listener.0.lock().expect("nobody panicked"))
    }
}

fn group(rules: &str, restores: bool) -> Group {
    let text = format!("groups:\n- name: g\n{rules}");
    let definition = parse(&text, Path::new("r.yml"), Syntax::default())
        .expect("a rule file")
        .remove(0);
    Group::new(
        definition,
        Duration::from_secs(60),
        Duration::ZERO,
        restores,
    )
}

fn rule(group: &Group, position: usize) -> RuleView {
    group.view().rules.remove(position)
}

fn error(group: &Group, position: usize) -> String {
    let status = rule(group, position).status;
    assert_eq!(status.health, Health::Bad);
    status.last_error.expect("what went wrong")
}

#[test]
fn rules_see_what_the_ones_before_them_wrote() {
    let world = World::new();
    world.write(0, &[("given", "a", 1.0), ("given", "b", 2.0)]);
    let group = group(
        "  rules:
  - {record: 'all:given:sum', expr: sum(given), labels: {kind: sum}}
  - {record: 'twice', expr: '2 * all:given:sum', labels: {kind: ''}}
  - {record: 'one', expr: '1'}
",
        false,
    );
    group.evaluate(1000, &world.environment);
    assert_eq!(world.samples("all:given:sum"), [r#"{kind="sum"} @1000 3"#]);
    assert_eq!(world.samples("twice"), ["{} @1000 6"]);
    assert_eq!(world.samples("one"), ["{} @1000 1"]);
    let view = group.view();
    assert!(
        view.rules
            .iter()
            .all(|rule| rule.status.health == Health::Good)
    );
    assert!(view.last_evaluation.is_some());
    assert_eq!((view.scheduled, view.missed), (1, 0));
}

#[test]
fn series_that_are_no_longer_given_are_marked() {
    let world = World::new();
    world.write(0, &[("given", "a", 1.0), ("given", "b", 1.0)]);
    let group = group("  rules: [{record: r, expr: 'given > 0'}]\n", false);
    group.evaluate(1000, &world.environment);
    world.write(2000, &[("given", "b", 0.0)]);
    group.evaluate(3000, &world.environment);
    group.evaluate(5000, &world.environment);
    assert_eq!(
        world.samples("r"),
        [
            r#"{instance="a"} @1000 1"#,
            r#"{instance="a"} @3000 1"#,
            r#"{instance="a"} @5000 1"#,
            r#"{instance="b"} @1000 1"#,
            r#"{instance="b"} @3000 stale"#,
        ]
    );
    // A group that is taken away marks all that it gave last.
    group.mark_all(6000, &world.environment);
    assert_eq!(world.samples("r")[3], r#"{instance="a"} @6000 stale"#);
}

#[test]
fn limits_duplicates_and_failing_queries_are_errors_of_their_rule_alone() {
    let world = World::new();
    world.write(
        0,
        &[
            ("given", "a", 1.0),
            ("given", "b", 2.0),
            ("other", "a", 1.0),
        ],
    );
    let group = group(
        "  limit: 1
  rules:
  - {record: many, expr: given}
  - {record: same, expr: given, labels: {instance: x}}
  - {alert: Many, expr: given}
  - {alert: Same, expr: given, labels: {instance: x}}
  - {record: bad, expr: 'given * on() other'}
  - {record: good, expr: sum(given)}
",
        false,
    );
    group.evaluate(1000, &world.environment);
    assert_eq!(error(&group, 0), "exceeded limit of 1 with 2 series");
    assert!(error(&group, 1).contains("same labelset after applying rule labels"));
    assert_eq!(error(&group, 2), "exceeded limit of 1 with 2 alerts");
    assert!(error(&group, 3).contains("same labelset after applying alert labels"));
    assert!(error(&group, 4).contains("multiple matches for labels"));
    assert_eq!(rule(&group, 5).status.health, Health::Good);
    assert!(world.samples("many").is_empty() && world.samples("same").is_empty());
    assert_eq!(world.samples("good").len(), 1);
}

#[test]
fn a_sample_that_the_store_does_not_take_is_an_error_of_its_rule() {
    let world = World::new();
    world.write(5000, &[("r", "a", 9.0)]);
    world.write(1000, &[("given", "a", 1.0)]);
    let group = group("  rules: [{record: r, expr: given}]\n", false);
    group.evaluate(2000, &world.environment);
    assert_eq!(
        error(&group, 0),
        "1 of the results were not written: out of order sample"
    );
    group.evaluate(6000, &world.environment);
    assert_eq!(rule(&group, 0).status.last_error, None);
}

#[test]
fn an_offset_moves_questions_and_results_back() {
    let world = World::new();
    world.write(0, &[("given", "a", 1.0)]);
    world.write(MINUTE, &[("given", "a", 2.0)]);
    let group = group(
        "  query_offset: 30s\n  rules:\n  - {record: r, expr: given}\n  - {alert: A, expr: given}\n",
        false,
    );
    group.evaluate(MINUTE + 10_000, &world.environment);
    assert_eq!(world.samples("r"), [r#"{instance="a"} @40000 1"#]);
    assert_eq!(world.samples("ALERTS").len(), 1);
    assert!(world.samples("ALERTS")[0].contains("@40000 1"));
    // An alert's own times are not moved.
    assert_eq!(group.alerts()[0].alert.active_at, MINUTE + 10_000);
}

#[test]
fn alerts_are_told_written_and_shown() {
    let world = World::new();
    let group = group(
        "  rules:
  - alert: High
    expr: given > 1
    for: 1m
    labels: {severity: page, site: '{{ $externalLabels.site }}', v: 'v{{ $value }}'}
    annotations:
      summary: '{{ $labels.instance }} of {{ with query \"sum(given)\" }}{{ . | first | value }}{{ end }}'
      broken: '{{ first (query \"nothing\") }}'
",
        false,
    );
    world.write(0, &[("given", "a", 2.0), ("given", "b", 1.0)]);
    group.evaluate(1000, &world.environment);
    assert_eq!(world.told(), ["1000 High > pending"]);
    group.evaluate(1000 + MINUTE, &world.environment);
    assert_eq!(
        world.told(),
        ["61000 High due firing", "61000 High > firing"]
    );
    let alert = group.alerts().remove(0).alert;
    assert_eq!(
        format!("{:?}", alert.labels),
        r#"{alertname="High", instance="a", severity="page", site="x", v="v2"}"#
    );
    assert_eq!(alert.annotations.get("summary"), Some("a of 3"));
    let broken = alert.annotations.get("broken").expect("an explanation");
    assert!(
        broken.starts_with("<error expanding template: error executing template __alert_High: ")
            && broken.ends_with("error calling first: first() called on vector with no elements>"),
        "{broken}"
    );
    let RuleKindView::Alerting { state, alerts, .. } = rule(&group, 0).kind else {
        panic!("an alerting rule");
    };
    assert_eq!((state, alerts.len()), (Some(AlertState::Firing), 1));

    world.write(2 * MINUTE, &[("given", "a", 0.0)]);
    group.evaluate(2 * MINUTE + 1000, &world.environment);
    assert_eq!(
        world.told(),
        ["121000 High due inactive", "121000 High > inactive"]
    );
    let states: Vec<String> = world
        .samples("ALERTS")
        .iter()
        .map(|line| line.replace(r#"alertname="High", "#, ""))
        .collect();
    let rest = r#"instance="a", severity="page", site="x", v="v2"}"#;
    assert_eq!(
        states,
        [
            format!(r#"{{alertstate="firing", {rest} @61000 1"#),
            format!(r#"{{alertstate="firing", {rest} @121000 stale"#),
            format!(r#"{{alertstate="pending", {rest} @1000 1"#),
            format!(r#"{{alertstate="pending", {rest} @61000 stale"#),
        ]
    );
    let since = world.samples("ALERTS_FOR_STATE");
    assert!(
        since[0].ends_with("@1000 1") && since[2].ends_with("@121000 stale"),
        "{since:?}"
    );
}

#[test]
fn a_changed_group_takes_over_alerts_and_marks_what_is_gone() {
    let world = World::new();
    world.write(0, &[("given", "a", 2.0)]);
    let before = group(
        "  rules:\n  - {record: gone, expr: given}\n  - {alert: A, expr: given, for: 2m}\n",
        false,
    );
    before.evaluate(1000, &world.environment);
    let after = group("  rules: [{alert: A, expr: 'given > 1', for: 2m}]\n", false);
    assert!(!after.is_same(&before));
    after.take_over(&before);
    assert_eq!(after.alerts()[0].alert.active_at, 1000);
    after.evaluate(1000 + 2 * MINUTE, &world.environment);
    assert_eq!(after.alerts()[0].alert.state, AlertState::Firing);
    assert_eq!(
        world.samples("gone"),
        [
            r#"{instance="a"} @1000 2"#.to_owned(),
            format!(r#"{{instance="a"}} @{} stale"#, 1000 + 2 * MINUTE),
        ]
    );
}

#[test]
fn a_restart_gives_waiting_alerts_their_time_back() {
    const RULES: &str =
        "  rules: [{alert: A, expr: given, for: 30m, labels: {l: '{{ $value }}'}}]\n";
    let world = World::new();
    let before = group(RULES, false);
    for minute in 0..=20 {
        world.write(minute * MINUTE, &[("given", "a", 1.0)]);
        before.evaluate(minute * MINUTE, &world.environment);
    }
    drop(before);
    // Ten minutes of outage, and a group that knows nothing.
    let after = group(RULES, true);
    for minute in 30..32 {
        world.write(minute * MINUTE, &[("given", "a", 1.0)]);
        assert!(!after.wants_restoring());
        after.evaluate(minute * MINUTE, &world.environment);
    }
    // Nothing was written over what is to be restored.
    let last = world.samples("ALERTS_FOR_STATE").pop().expect("a sample");
    assert!(last.contains("@1200000 "), "{last}");
    assert!(after.wants_restoring());
    after.restore(31 * MINUTE, &world.environment);
    // Twenty of thirty minutes had passed: ten remain, which is what the grace asks for, too.
    assert_eq!(after.alerts()[0].alert.active_at, 11 * MINUTE);
    world.write(32 * MINUTE, &[("given", "a", 1.0)]);
    after.evaluate(32 * MINUTE, &world.environment);
    let last = world.samples("ALERTS_FOR_STATE").pop().expect("a sample");
    assert!(
        last.ends_with(&format!("@{} {}", 32 * MINUTE, 11 * 60)),
        "{last}"
    );
    world.write(40 * MINUTE, &[("given", "a", 1.0)]);
    after.evaluate(41 * MINUTE - 1, &world.environment);
    assert_eq!(after.alerts()[0].alert.state, AlertState::Pending);
    world.write(41 * MINUTE, &[("given", "a", 1.0)]);
    after.evaluate(41 * MINUTE, &world.environment);
    assert_eq!(after.alerts()[0].alert.state, AlertState::Firing);
}

#[test]
fn what_was_resolved_before_a_restart_starts_anew() {
    const RULES: &str = "  rules: [{alert: A, expr: 'given > 0', for: 30m}]\n";
    let world = World::new();
    let before = group(RULES, false);
    for (minute, value) in [(0, 1.0), (1, 1.0), (2, 0.0)] {
        world.write(minute * MINUTE, &[("given", "a", value)]);
        before.evaluate(minute * MINUTE, &world.environment);
    }
    let after = group(RULES, true);
    for minute in 5..7 {
        world.write(minute * MINUTE, &[("given", "a", 1.0)]);
        after.evaluate(minute * MINUTE, &world.environment);
    }
    after.restore(7 * MINUTE, &world.environment);
    assert_eq!(after.alerts()[0].alert.active_at, 5 * MINUTE);
}
