//! Rule files: what is read from them, and what is refused with its line and reason.

use std::path::{Path, PathBuf};
use std::time::Duration;

use swarmscope_alerting::definition::{
    GroupDefinition, RuleFileError, RuleKind, Syntax, load_patterns, parse,
};

fn read(text: &str) -> Vec<GroupDefinition> {
    parse(text, Path::new("r.yml"), Syntax::default()).expect("a rule file")
}

/// Each problem as `line: reason`.
fn problems(text: &str) -> Vec<String> {
    parse(text, Path::new("r.yml"), Syntax::default())
        .expect_err("a rule file that is wrong")
        .iter()
        .map(|each| format!("{}: {}", each.line, each.problem))
        .collect()
}

#[test]
fn every_field_is_read() {
    let groups = read(
        "groups:
- name: g
  interval: 30s
  query_offset: 1m
  limit: 7
  labels: {team: a, severity: page}
  rules:
  - record: job:up:sum
    expr: sum by(job) (up)
    labels: {extra: x}
  - alert: Down
    expr: up == 0
    for: 5m
    keep_firing_for: 1h30m
    labels: {severity: '{{ $labels.job }}'}
    annotations: {summary: 'down: {{ $value }}'}
- name: empty
",
    );
    let group = &groups[0];
    assert_eq!(group.interval, Some(Duration::from_secs(30)));
    assert_eq!(group.query_offset, Some(Duration::from_secs(60)));
    assert_eq!((group.limit, groups[1].interval), (7, None));
    let [recording, alerting] = group.rules.as_slice() else {
        panic!("two rules");
    };
    assert_eq!(recording.question.text(), "sum by (job) (up)");
    assert_eq!(recording.kind, RuleKind::Recording);
    assert_eq!(
        recording.label_sources().into_iter().collect::<Vec<_>>(),
        [("extra", "x"), ("severity", "page"), ("team", "a")]
    );
    assert_eq!(alerting.label_sources()["severity"], "{{ $labels.job }}");
    let RuleKind::Alerting {
        hold,
        keep_firing,
        annotations,
    } = &alerting.kind
    else {
        panic!("an alerting rule");
    };
    assert_eq!((hold.as_secs(), keep_firing.as_secs()), (300, 5400));
    assert_eq!(annotations["summary"].source, "down: {{ $value }}");
}

#[test]
fn an_empty_file_and_anchors_are_fine() {
    assert!(read("").is_empty());
    let groups = read(
        "groups:
- name: g
  rules:
  - &base
    alert: A
    expr: &e up == 0
    for: 1m
  - <<: *base
    alert: B
    expr: *e
",
    );
    assert_eq!(groups[0].rules[1].name, "B");
    assert_eq!(groups[0].rules[1].kind, groups[0].rules[0].kind);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let rule = |lines: &str| format!("groups:\n- name: g\n  rules:\n  - {lines}\n");
    for (text, expected) in [
        ("groups: {", vec!["2: while parsing"]),
        (
            "group: []",
            vec!["1: unknown field \"group\"; did you mean \"groups\"?"],
        ),
        (
            &rule("alert: A\n    expr: up\n    annotation: {}"),
            vec!["6: unknown field \"annotation\"; did you mean \"annotations\"?"],
        ),
        (
            &rule("alert: A\n    expr: up\n    for: 5"),
            vec!["6: not a valid duration string: \"5\""],
        ),
        (
            "groups:\n- rules: []",
            vec!["2: Groupname must not be empty"],
        ),
        (
            "groups:\n- name: a\n- name: b\n- name: a\n",
            vec!["4: groupname: \"a\" is repeated in the same file"],
        ),
        (
            "groups:\n- name: a\n  labels: {__name__: x}\n",
            vec!["2: group \"a\": invalid label name: __name__"],
        ),
        (
            &rule("expr: up"),
            vec!["4: group \"g\", rule 1, \"\": one of 'record' or 'alert' must be set"],
        ),
        (
            &rule("record: r\n    alert: A\n    expr: up"),
            vec!["4: group \"g\", rule 1, \"A\": only one of 'record' and 'alert' must be set"],
        ),
        (
            &rule("record: r"),
            vec!["4: group \"g\", rule 1, \"r\": field 'expr' must be set in rule"],
        ),
        (
            &rule("record: r\n    expr: rate(hi)\n  - alert: A\n    expr: sum("),
            vec![
                "4: group \"g\", rule 1, \"r\": could not parse expression: 1:6: parse error: \
                 expected type range vector in call to function \"rate\", got instant vector",
                "6: group \"g\", rule 2, \"A\": could not parse expression: 1:5: parse error: \
                 unclosed left parenthesis",
            ],
        ),
        (
            &rule(
                "record: 'r{a=\"b\"}'\n    expr: up\n    for: 1m\n    keep_firing_for: 1m\n    \
                 annotations: {a: b}",
            ),
            vec![
                "4: group \"g\", rule 1, \"r{a=\\\"b\\\"}\": invalid field 'annotations' in recording rule",
                "4: group \"g\", rule 1, \"r{a=\\\"b\\\"}\": invalid field 'for' in recording rule",
                "4: group \"g\", rule 1, \"r{a=\\\"b\\\"}\": invalid field 'keep_firing_for' in recording rule",
                "4: group \"g\", rule 1, \"r{a=\\\"b\\\"}\": braces present in the recording rule name; \
                 should it be in expr?: r{a=\"b\"}",
            ],
        ),
        (
            &rule(
                "alert: A\n    expr: up\n    labels: {a: '{{ nope }}'}\n    annotations: {b: '{{ if }}'}",
            ),
            vec![
                "4: group \"g\", rule 1, \"A\": label \"a\": template: __alert_A:1: function \"nope\" not defined",
                "4: group \"g\", rule 1, \"A\": annotation \"b\": template: __alert_A:1: missing value for if",
            ],
        ),
    ] {
        let found = problems(text);
        assert_eq!(found.len(), expected.len(), "{text}: {found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{text}\n{found}\n{expected}");
        }
    }
}

#[test]
fn templates_of_recording_rules_are_plain_texts() {
    let groups =
        read("groups: [{name: g, rules: [{record: r, expr: up, labels: {a: '{{ nope }}'}}]}]");
    assert!(groups[0].rules[0].labels["a"].template.is_none());
}

#[test]
fn files_are_loaded_all_or_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
    write("a.yml", "groups: [{name: a}]").expect("written");
    write("b.yml", "groups: [{name: a}]").expect("written");
    write("c.txt", "not rules").expect("written");
    let patterns = [folder.path().join("*.yml"), folder.path().join("a.yml")];
    let groups = load_patterns(&patterns, Syntax::default()).expect("rules");
    let files: Vec<_> = groups.iter().map(|group| &group.file).collect();
    assert_eq!(
        files,
        [&folder.path().join("a.yml"), &folder.path().join("b.yml")]
    );

    write("b.yml", "groups:\n- name: b\n  oops: 1\n").expect("written");
    let error = load_patterns(&patterns, Syntax::default()).expect_err("a wrong file");
    let expected = format!(
        "{}:3: unknown field \"oops\"",
        folder.path().join("b.yml").display()
    );
    assert_eq!(error.to_string(), expected);
    let missing = [PathBuf::from("/nowhere/at/all/*.yml")];
    assert!(
        load_patterns(&missing, Syntax::default())
            .expect("no rules")
            .is_empty()
    );
    std::fs::remove_file(folder.path().join("b.yml")).expect("removed");
    std::fs::create_dir(folder.path().join("b.yml")).expect("a folder");
    let error = load_patterns(&patterns, Syntax::default()).expect_err("a folder is no file");
    assert!(matches!(error, RuleFileError::Read { .. }), "{error}");
}

#[test]
fn the_shipped_rules_load() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/rules/*.yml");
    let groups = load_patterns(&[root], Syntax::default()).expect("the shipped rules");
    assert!(groups.iter().map(|group| group.rules.len()).sum::<usize>() > 10);
}
