//! The examples of the documentation and the shipped rules of our own kind are right.

use std::path::Path;

use swarmscope_alerting::AlertingSettings;
use swarmscope_alerting::definition::{RuleKind, Syntax, load, parse};

fn documentation() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/alerting.md");
    std::fs::read_to_string(path).expect("the documentation")
}

/// The blocks of code in a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    let starts = text.split(&fence).skip(1);
    starts
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect()
}

#[test]
fn the_rules_of_the_documentation_can_be_loaded() {
    let text = documentation();
    let examples = blocks(&text, "yaml");
    let mut sources = Vec::new();
    for example in &examples {
        let groups = parse(example, Path::new("example.yml"), Syntax::default());
        let groups = groups.unwrap_or_else(|problems| panic!("{problems:?}"));
        let rules = groups.into_iter().flat_map(|group| group.rules);
        sources.extend(rules.map(|rule| rule.question.source()));
    }
    for source in ["expr", "logs", "errors", "agents", "tasks"] {
        assert!(sources.contains(&source), "no example of {source}");
    }
}

#[test]
fn the_settings_of_the_documentation_can_be_read() {
    let text = documentation();
    let examples = blocks(&text, "toml");
    let mut receivers = 0;
    for example in &examples {
        let file: toml::Table = toml::from_str(example).expect("TOML");
        let section = file["alerting"].clone();
        let settings: AlertingSettings = section.try_into().expect("settings");
        receivers += settings.receivers.len();
        assert!(!settings.routes.is_empty() && !settings.inhibit.is_empty());
    }
    assert_eq!(receivers, 3);
}

#[test]
fn the_shipped_rules_that_prometheus_does_not_know_are_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/rules/swarmscope");
    let mut alerts = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the shipped rules") {
        let groups = load(&[entry.expect("an entry").path()], Syntax::default()).expect("rules");
        for rule in groups.into_iter().flat_map(|group| group.rules) {
            let RuleKind::Alerting { annotations, .. } = &rule.kind else {
                panic!("{} alerts nobody", rule.name);
            };
            assert!(annotations.contains_key("summary"), "{}", rule.name);
            assert!(rule.labels.contains_key("severity"), "{}", rule.name);
            alerts.push(rule.name);
        }
    }
    for expected in ["AgentMissing", "DeadLetters", "ErrorSpike", "NewErrorGroup"] {
        assert!(
            alerts.iter().any(|name| name == expected),
            "{expected} is missing"
        );
    }
}
