//! The tests of the shipped rules, which promtool runs as well, and what the runner says of failures.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use swarmscope_alerting::definition::Syntax;
use swarmscope_alerting::unit_test::{TestOutcome, run_file};
use swarmscope_metricstore::{EmbeddedMetrics, Options};
use swarmscope_model::metrics::MetricStore;

fn run(path: &Path) -> Vec<TestOutcome> {
    let folder = tempfile::tempdir().expect("a folder");
    let number = std::cell::Cell::new(0);
    let make = || -> Result<Arc<dyn MetricStore>, Box<dyn Error + Send + Sync>> {
        number.set(number.get() + 1);
        let options = Options::new(folder.path().join(number.get().to_string()));
        Ok(Arc::new(EmbeddedMetrics::open(options)?))
    };
    run_file(path, Syntax::default(), &make).expect("tests that can be run")
}

#[test]
fn the_shipped_rules_pass_their_tests() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/rules/tests");
    let mut tests = 0;
    for entry in std::fs::read_dir(folder).expect("the tests of the rules") {
        let path = entry.expect("an entry").path();
        for outcome in run(&path) {
            tests += 1;
            let failures = outcome.failures.join("\n");
            assert!(failures.is_empty(), "{}: {failures}", outcome.name);
        }
    }
    assert!(tests >= 10, "only {tests} tests were found");
}

const RULES: &str = "groups:
- name: second
  rules:
  - {record: doubled, expr: recorded * 2}
- name: first
  rules:
  - {record: recorded, expr: sum(given)}
  - {alert: High, expr: recorded > 5, for: 1m, labels: {level: high}}
";

fn failures(tests: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("rules.yml"), RULES).expect("written");
    let path = folder.path().join("tests.yml");
    std::fs::write(&path, format!("rule_files: ['*ules.yml']\n{tests}")).expect("written");
    run(&path)
        .into_iter()
        .flat_map(|outcome| outcome.failures)
        .collect()
}

#[test]
fn groups_run_in_the_order_that_the_file_gives() {
    let test = "tests:
- input_series: [{series: 'given', values: '1+1x10'}]
  promql_expr_test: [{expr: doubled, eval_time: 3m, exp_samples: [{labels: doubled, value: 8}]}]
";
    assert_eq!(
        failures(&format!("group_eval_order: [first, second]\n{test}")),
        [""; 0]
    );
    // The other way round it sees what the evaluation before recorded.
    let late = failures(&format!("group_eval_order: [second, first]\n{test}"));
    assert!(late[0].contains("Float(\n        6.0,"), "{late:?}");
}

#[test]
fn what_is_not_as_expected_is_shown_with_both_sides() {
    let input = "tests:\n- input_series: [{series: 'given', values: '3+1x10'}]\n";
    let missing = failures(&format!(
        "{input}  alert_rule_test: [{{alertname: High, eval_time: 4m, exp_alerts: []}}]\n"
    ));
    assert!(
        missing[0].starts_with("alertname: High, time: 240 s")
            && missing[0].contains("level=\"high\""),
        "{missing:?}"
    );
    let wrong = failures(&format!(
        "{input}  promql_expr_test: [{{expr: given, eval_time: 1m, exp_samples: [{{labels: given, value: 5}}]}}]\n"
    ));
    assert!(
        wrong[0].contains("5.0") && wrong[0].contains("4.0"),
        "{wrong:?}"
    );
    let broken = failures(&format!(
        "{input}  promql_expr_test: [{{expr: 'sum(', eval_time: 1m}}]\n"
    ));
    assert!(broken[0].contains("parse error"), "{broken:?}");
}

#[test]
fn native_histograms_are_compared_in_the_notation_of_tests() {
    let test = |buckets: &str| {
        failures(&format!(
            "tests:
- input_series: [{{series: h, values: '{{{{schema:0 sum:3 count:4 buckets:[1 2 1]}}}}x3'}}]
  promql_expr_test:
  - {{expr: h * 2, eval_time: 2m, exp_samples: [{{labels: '{{}}', histogram: '{{{{sum:6 count:8 buckets:[{buckets}]}}}}'}}]}}
"
        ))
    };
    assert_eq!(test("2 4 2"), [""; 0]);
    assert_eq!(test("2 4 3").len(), 1);
}

#[test]
fn a_rule_that_fails_ends_its_test() {
    let test = "tests:
- input_series:
  - {series: 'given{a=\"1\"}', values: '1x10'}
  - {series: 'recorded{a=\"1\"}', values: '1x10'}
  promql_expr_test: [{expr: 'vector(1)', eval_time: 3m}]
";
    let rules = "groups: [{name: g, rules: [{record: r, expr: '{__name__=~\"given|recorded\"}'}]}]";
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("r.yml"), rules).expect("written");
    let path = folder.path().join("t.yaml");
    std::fs::write(&path, format!("rule_files: [r.yml]\n{test}")).expect("written");
    let outcome = run(&path).remove(0);
    assert_eq!(outcome.name, "unnamed#0");
    assert!(
        outcome.failures[0].contains("same labelset after applying rule labels"),
        "{outcome:?}"
    );
}
