//! The rule file of this server's own: rules that were made here rather than by whoever configures it.
//!
//! A rule file as any other, so that it can be read, copied and checked; rewritten as a whole with every change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use swarmscope_model::limits::MAX_OWN_RULES;
use swarmscope_prometheus_config::yaml::{self, WriteError, YamlError};

use crate::definition::{
    FileProblem, GroupDefinition, Problem, RuleDefinition, RuleFileError, Syntax, parse,
};
use crate::durable;

/// The one group of the file.
const GROUP: &str = "made_here";
const HEAD: &str =
    "# Rules that were made in Swarmscope. It rewrites this file: comments do not last.\n";

/// A rule as it is written in a rule file.
pub type WrittenRule = Map<String, Value>;

/// Why a rule is not kept. Everything is then as before.
#[derive(Debug, thiserror::Error)]
pub enum OwnRuleError {
    /// What is wrong with it, one reason a line.
    #[error("{}", lines(.0))]
    Invalid(Vec<FileProblem>),
    #[error("the rule is no YAML: line {}: {}", .0.line, .0.reason())]
    NotYaml(YamlError),
    #[error(
        "the text is not that of one rule: write its fields, such as alert, logs, for and labels"
    )]
    NotOneRule,
    #[error("there is a rule {name:?} already; choose another name, or change that one")]
    Exists { name: String },
    #[error("there is no rule {name:?} that was made here")]
    NotFound { name: String },
    #[error(
        "there are {MAX_OWN_RULES} rules that were made here already; put further ones into files"
    )]
    TooMany,
    #[error("the rule cannot be written as YAML: {0}")]
    Yaml(#[from] WriteError),
    #[error(transparent)]
    File(#[from] RuleFileError),
    #[error("{}: is no rule file: {source}", path.display())]
    Damaged {
        path: PathBuf,
        #[source]
        source: YamlError,
    },
    #[error("{}: cannot be {operation}: {source}", path.display())]
    Io {
        path: PathBuf,
        operation: &'static str,
        #[source]
        source: io::Error,
    },
    #[error("keeping the rule has panicked; see the log")]
    Panicked,
}

fn lines(problems: &[FileProblem]) -> String {
    let reasons = problems.iter().map(|each| match &each.problem {
        // There is one rule, and who wrote it knows its name.
        Problem::Rule { problem, .. } => problem.to_string(),
        other => other.to_string(),
    });
    reasons.collect::<Vec<_>>().join("\n")
}

/// Reads a rule out of the text of a rule file: one rule by itself, or in a list.
///
/// # Errors
/// When the text is no YAML, or not that of one rule.
pub fn read_rule(text: &str) -> Result<WrittenRule, OwnRuleError> {
    let value: Value = yaml::from_str(text).map_err(OwnRuleError::NotYaml)?;
    let rule = match value {
        Value::Object(rule) => Some(rule),
        Value::Array(rules) => match <[Value; 1]>::try_from(rules) {
            Ok([Value::Object(rule)]) => Some(rule),
            _ => None,
        },
        _ => None,
    };
    rule.ok_or(OwnRuleError::NotOneRule)
}

/// What a rule says, once it has been checked.
///
/// # Errors
/// With everything that is wrong with it.
pub fn check_rule(rule: &WrittenRule, syntax: Syntax) -> Result<RuleDefinition, OwnRuleError> {
    let text = text(std::slice::from_ref(rule))?;
    let groups = parse(&text, Path::new("rule"), syntax).map_err(OwnRuleError::Invalid)?;
    let rules = groups.into_iter().flat_map(|group| group.rules);
    rules.into_iter().next().ok_or(OwnRuleError::NotOneRule)
}

/// The name of a rule.
pub fn rule_name(rule: &WrittenRule) -> &str {
    let field = |name: &str| rule.get(name).and_then(Value::as_str);
    field("alert")
        .or_else(|| field("record"))
        .unwrap_or_default()
}

/// The rules of the file; none where there is none. Blocks.
pub(super) fn read(path: &Path) -> Result<Vec<WrittenRule>, OwnRuleError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => {
            return Err(OwnRuleError::Io {
                path: path.to_owned(),
                operation: "read",
                source,
            });
        }
    };
    let file: Value = yaml::from_str(&text).map_err(|source| OwnRuleError::Damaged {
        path: path.to_owned(),
        source,
    })?;
    let groups = file["groups"].as_array().into_iter().flatten();
    let rules = groups.flat_map(|group| group["rules"].as_array().into_iter().flatten());
    Ok(rules.filter_map(|rule| rule.as_object().cloned()).collect())
}

/// Replaces the file, when what would be in it is right; gives what it says. Blocks.
pub(super) fn replace(
    path: &Path,
    rules: &[WrittenRule],
    syntax: Syntax,
) -> Result<Vec<GroupDefinition>, OwnRuleError> {
    if rules.len() > MAX_OWN_RULES {
        return Err(OwnRuleError::TooMany);
    }
    let text = text(rules)?;
    let groups = parse(&text, path, syntax).map_err(OwnRuleError::Invalid)?;
    durable::replace(path, text.as_bytes()).map_err(|source| OwnRuleError::Io {
        path: path.to_owned(),
        operation: "written",
        source,
    })?;
    Ok(groups)
}

fn text(rules: &[WrittenRule]) -> Result<String, WriteError> {
    let file = json!({"groups": [{"name": GROUP, "rules": rules}]});
    Ok(format!("{HEAD}{}", yaml::to_string(&file)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: Value) -> WrittenRule {
        json.as_object().expect("an object").clone()
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rules.yml");
        assert_eq!(read(&path).expect("none").len(), 0);
        let rules = [
            rule(
                json!({"alert": "A", "logs": {"query": "a: \"b\"", "window": "5m", "by": ["agent_name"], "above": 3},
                        "labels": {"severity": "1"}, "annotations": {"summary": "{{ $value }}\nof: many"}}),
            ),
            rule(json!({"alert": "B", "expr": "up == 0", "for": "1m"})),
        ];
        let groups = replace(&path, &rules, Syntax::default()).expect("written");
        assert_eq!((groups.len(), groups[0].rules.len()), (1, 2));
        assert_eq!(read(&path).expect("rules"), rules);
    }

    #[test]
    fn a_rule_that_is_wrong_is_refused_and_the_file_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rules.yml");
        let good = rule(json!({"alert": "B", "expr": "up"}));
        replace(&path, std::slice::from_ref(&good), Syntax::default()).expect("written");
        let wrong =
            rule(json!({"alert": "C", "logs": {"query": "a:", "window": "5m", "above": 1}}));
        let error = replace(&path, &[good.clone(), wrong.clone()], Syntax::default());
        let error = error.expect_err("a wrong query").to_string();
        assert!(error.starts_with("logs: query: "), "{error}");
        assert_eq!(read(&path).expect("rules"), [good]);
        assert!(check_rule(&wrong, Syntax::default()).is_err());
    }
}
