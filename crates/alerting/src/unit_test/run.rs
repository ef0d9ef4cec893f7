//! Runs one test: time passes step by step, groups are evaluated, cases are looked at when their time comes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use swarmscope_model::metrics::{Cancellation, MetricStore};

use super::compare::{self, ShownAlert};
use super::error::UnitTestError;
use super::file::{AlertCase, QueryCase, Test, TestFile};
use super::series::Input;
use crate::definition::{GroupDefinition, Syntax};
use crate::environment::{Environment, Evaluation, Report, Timing};
use crate::group::Group;
use crate::question::{Addresses, Question};
use crate::rule::{ALERT_NAME, AlertState};
use crate::source::MetricAnswers;

const EVALUATION_INTERVAL: Duration = Duration::from_secs(60);

/// Nobody is told of the alerts of tests.
struct Silent;

impl Report for Silent {
    fn evaluated(&self, _: Evaluation<'_>) {}
}

/// Everything that is not as expected.
pub(super) fn run(
    file: &TestFile,
    test: &Test,
    definitions: &[GroupDefinition],
    syntax: Syntax,
    store: Arc<dyn MetricStore>,
) -> Result<Vec<String>, UnitTestError> {
    let step = file
        .evaluation_interval
        .map_or(EVALUATION_INTERVAL, |s| s.0);
    let interval = test.interval.map_or(step, |span| span.0);
    let environment = Environment {
        evaluate: Arc::new(MetricAnswers::new(Arc::clone(&store), Default::default())),
        store,
        report: Arc::new(Silent),
        syntax,
        timing: Timing::default(),
        external_labels: Arc::new(test.external_labels.clone()),
        addresses: Arc::new(Addresses {
            prometheus: test.external_url.clone(),
            ui: test.external_url.clone(),
        }),
    };
    let groups = ordered(definitions, &file.group_eval_order, interval);
    let mut input = Input::new(&test.input_series, milliseconds(interval))?;
    let mut failures = Vec::new();
    let (mut now, step) = (0, milliseconds(step).max(1));
    while now <= last_case(test) {
        input.write_until(now, environment.store.as_ref())?;
        for group in &groups {
            group.evaluate(now, &environment);
            failures.extend(rule_errors(group, now));
        }
        // What follows from a rule that fails is not worth a look.
        if !failures.is_empty() {
            return Ok(failures);
        }
        let due = test
            .alert_rule_test
            .iter()
            .filter(|case| (now..now + step).contains(&milliseconds(case.eval_time.0)));
        failures.extend(due.filter_map(|case| alert_failure(case, &groups)));
        now += step;
    }
    let cases = test.promql_expr_test.iter();
    failures.extend(cases.filter_map(|case| query_failure(case, file, &environment)));
    Ok(failures)
}

fn ordered(definitions: &[GroupDefinition], order: &[String], interval: Duration) -> Vec<Group> {
    let mut groups: Vec<Group> = definitions
        .iter()
        .map(|group| Group::new(group.clone(), interval, Duration::ZERO, false))
        .collect();
    let place = |group: &Group| order.iter().position(|name| *name == group.key.name);
    groups.sort_by_key(|group| place(group).unwrap_or(0));
    groups
}

fn last_case(test: &Test) -> i64 {
    let alerts = test.alert_rule_test.iter().map(|case| case.eval_time);
    let queries = test.promql_expr_test.iter().map(|case| case.eval_time);
    alerts
        .chain(queries)
        .map(|time| milliseconds(time.0))
        .max()
        .unwrap_or(0)
}

fn rule_errors(group: &Group, now: i64) -> Vec<String> {
    let rules = group.view().rules.into_iter();
    rules
        .filter_map(|rule| {
            let error = rule.status.last_error?;
            Some(format!("rule: {}, time: {now} ms, err: {error}", rule.name))
        })
        .collect()
}

fn alert_failure(case: &AlertCase, groups: &[Group]) -> Option<String> {
    let mut got: Vec<ShownAlert> = groups
        .iter()
        .flat_map(Group::alerts)
        .filter(|each| each.rule == case.alertname && each.alert.state == AlertState::Firing)
        .map(|each| ShownAlert::new(&each.alert.labels, &each.alert.annotations))
        .collect();
    let mut expected: Vec<ShownAlert> = case
        .exp_alerts
        .iter()
        .map(|alert| {
            let mut labels = alert.exp_labels.clone();
            labels.insert(ALERT_NAME.to_owned(), case.alertname.clone());
            ShownAlert::from_maps(&labels, &alert.exp_annotations)
        })
        .collect();
    got.sort();
    expected.sort();
    (got != expected).then(|| {
        format!(
            "alertname: {}, time: {} s,\n  exp: {expected:#?}\n  got: {got:#?}",
            case.alertname,
            case.eval_time.0.as_secs()
        )
    })
}

fn query_failure(case: &QueryCase, file: &TestFile, environment: &Environment) -> Option<String> {
    let shown = format!(
        "expr: {:?}, time: {} s",
        case.expr,
        case.eval_time.0.as_secs()
    );
    let question = match Question::parse_metrics(&case.expr, environment.syntax.promql) {
        Ok(question) => question,
        Err(error) => return Some(format!("{shown}, err: {error}")),
    };
    let at = milliseconds(case.eval_time.0);
    let cancellation = Cancellation::default();
    let answers = match environment.evaluate.instant(&question, at, &cancellation) {
        Ok(answers) => answers,
        Err(error) => return Some(format!("{shown}, err: {error}")),
    };
    let mut expected = BTreeMap::new();
    for sample in &case.exp_samples {
        match compare::expected(sample) {
            Ok((labels, value)) => expected.insert(labels, value),
            Err(error) => return Some(format!("{shown}, labels {:?}: {error}", sample.labels)),
        };
    }
    let got: BTreeMap<_, _> = answers
        .into_iter()
        .map(|answer| (answer.labels, answer.value))
        .collect();
    compare::same(&expected, &got, file.fuzzy_compare)
        .then_some(())
        .map_or_else(
            || Some(format!("{shown},\n  exp: {expected:#?}\n  got: {got:#?}")),
            |()| None,
        )
}

fn milliseconds(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
