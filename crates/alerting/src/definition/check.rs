//! What is refused in a rule file that is well-formed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_prometheus_config::NameValidation;

use super::error::{FileProblem, LabelProblem, Problem, RuleProblem};
use super::file::{Syntax, WrittenGroup, WrittenRule};
use super::group::{GroupDefinition, RuleDefinition, RuleKind, TemplatedText};
use super::source::{WrittenAgents, WrittenErrors, WrittenLogs, WrittenTasks};
use crate::question::Question;
use crate::template::Template;

/// Turns what is written into definitions.
///
/// # Errors
/// With all that is wrong, by line.
pub(super) fn groups(
    written: Vec<WrittenGroup>,
    file: &Path,
    syntax: Syntax,
) -> Result<Vec<GroupDefinition>, Vec<FileProblem>> {
    let names = syntax.names;
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    let mut groups = Vec::with_capacity(written.len());
    for group in written {
        let line = group.line.0;
        let mut wrong = |line, problem| problems.push(FileProblem { line, problem });
        if group.name.is_empty() {
            wrong(line, Problem::NoGroupName);
        }
        if !seen.insert(group.name.clone()) {
            wrong(line, Problem::RepeatedGroup(group.name.clone()));
        }
        for problem in label_names(&group.labels, names) {
            let group = group.name.clone();
            wrong(line, Problem::Group { group, problem });
        }
        let mut rules = Vec::with_capacity(group.rules.len());
        for (position, rule) in group.rules.into_iter().enumerate() {
            let line = rule.line.0;
            let name = rule.name().to_owned();
            match checked_rule(rule, &group.labels, syntax) {
                Ok(rule) => rules.push(rule),
                Err(found) => problems.extend(found.into_iter().map(|problem| FileProblem {
                    line,
                    problem: Problem::Rule {
                        group: group.name.clone(),
                        position: position + 1,
                        rule: name.clone(),
                        problem,
                    },
                })),
            }
        }
        groups.push(GroupDefinition {
            name: group.name,
            file: file.to_owned(),
            interval: Some(group.interval.0).filter(|interval| !interval.is_zero()),
            query_offset: group.query_offset.map(|offset| offset.0),
            limit: group.limit,
            rules,
        });
    }
    if problems.is_empty() {
        Ok(groups)
    } else {
        Err(problems)
    }
}

impl WrittenRule {
    fn name(&self) -> &str {
        if self.alert.is_empty() {
            &self.record
        } else {
            &self.alert
        }
    }
}

fn checked_rule(
    mut rule: WrittenRule,
    group_labels: &BTreeMap<String, String>,
    syntax: Syntax,
) -> Result<RuleDefinition, Vec<RuleProblem>> {
    let names = syntax.names;
    let mut problems = Vec::new();
    match (rule.record.is_empty(), rule.alert.is_empty()) {
        (false, false) => problems.push(RuleProblem::BothNames),
        (true, true) => problems.push(RuleProblem::NoName),
        _ => {}
    }
    let question = question(&mut rule, syntax).map_err(|problem| problems.push(problem));
    if !rule.record.is_empty() {
        recording_problems(&rule, names, &mut problems);
    }
    problems.extend(label_names(&rule.labels, names).map(RuleProblem::Label));
    problems.extend(
        rule.annotations
            .keys()
            .filter(|name| !names.is_label_name(name))
            .map(|name| RuleProblem::Label(LabelProblem::AnnotationName(name.clone()))),
    );
    let alert = (!rule.alert.is_empty()).then(|| rule.alert.clone());
    let mut texts = |what, texts: &BTreeMap<String, String>| {
        templated(alert.as_deref(), what, texts, &mut problems)
    };
    let mut all_labels = group_labels.clone();
    all_labels.extend(rule.labels.clone());
    let labels = texts("label", &all_labels);
    let annotations = texts("annotation", &rule.annotations);
    let name = rule.name().to_owned();
    match question {
        Ok(question) if problems.is_empty() => Ok(RuleDefinition {
            name,
            question,
            labels,
            kind: match alert {
                None => RuleKind::Recording,
                Some(_) => RuleKind::Alerting {
                    hold: rule.hold.0,
                    keep_firing: rule.keep_firing_for.0,
                    annotations,
                },
            },
        }),
        _ => Err(problems),
    }
}

/// What a rule asks, which is one thing.
fn question(rule: &mut WrittenRule, syntax: Syntax) -> Result<Question, RuleProblem> {
    let mut found: Vec<(&'static str, Result<Question, RuleProblem>)> = Vec::new();
    if !rule.expr.is_empty() {
        let question = Question::parse_metrics(&rule.expr, syntax.promql);
        found.push(("expr", question.map_err(RuleProblem::Expression)));
    }
    let logs = rule.logs.take().map(WrittenLogs::question);
    let errors = rule.errors.take().map(WrittenErrors::question);
    let agents = rule.agents.take().map(WrittenAgents::question);
    let tasks = rule.tasks.take().map(WrittenTasks::question);
    let ours = [
        ("logs", logs),
        ("errors", errors),
        ("agents", agents),
        ("tasks", tasks),
    ];
    for (name, question) in ours {
        found.extend(question.map(|question| (name, question.map_err(RuleProblem::Source))));
    }
    if let Some((name, _)) = found.get(1) {
        return Err(RuleProblem::SecondSource(name));
    }
    match found.pop() {
        None => Err(RuleProblem::NoExpression),
        Some((name, _)) if name != "expr" && !rule.record.is_empty() => {
            Err(RuleProblem::RecordingField(name))
        }
        Some((_, question)) => question,
    }
}

fn recording_problems(rule: &WrittenRule, names: NameValidation, problems: &mut Vec<RuleProblem>) {
    if !rule.annotations.is_empty() {
        problems.push(RuleProblem::RecordingField("annotations"));
    }
    if !rule.hold.0.is_zero() {
        problems.push(RuleProblem::RecordingField("for"));
    }
    if !rule.keep_firing_for.0.is_zero() {
        problems.push(RuleProblem::RecordingField("keep_firing_for"));
    }
    if !names.is_metric_name(&rule.record) {
        problems.push(RuleProblem::RecordName(rule.record.clone()));
    }
    if rule.record.contains(['{', '}']) {
        problems.push(RuleProblem::Braces(rule.record.clone()));
    }
}

fn label_names(
    labels: &BTreeMap<String, String>,
    names: NameValidation,
) -> impl Iterator<Item = LabelProblem> {
    labels
        .keys()
        .filter(move |name| !names.is_label_name(name) || *name == METRIC_NAME)
        .map(|name| LabelProblem::LabelName(name.clone()))
}

/// The texts of a rule; those of alerts are read as templates.
fn templated(
    alert: Option<&str>,
    what: &'static str,
    texts: &BTreeMap<String, String>,
    problems: &mut Vec<RuleProblem>,
) -> BTreeMap<String, TemplatedText> {
    let mut checked = BTreeMap::new();
    for (name, source) in texts {
        let template = match alert.map(|alert| Template::parse(alert, source)) {
            None => None,
            Some(Ok(template)) => Some(template),
            Some(Err(source)) => {
                let (name, source) = (name.clone(), Box::new(source));
                problems.push(RuleProblem::Template { what, name, source });
                continue;
            }
        };
        let source = source.clone();
        checked.insert(name.clone(), TemplatedText { source, template });
    }
    checked
}
