//! What can be wrong with rule files. Reasons are worded as promtool words them.

use std::fmt;
use std::path::{Path, PathBuf};

use swarmscope_prometheus_config::LoadError;
use swarmscope_prometheus_config::yaml::YamlError;
use swarmscope_promql::parser::ParseError;

use super::source::SourceProblem;
use crate::template::TemplateError;

/// Rule files that were refused. The rules before them stay in force.
#[derive(Debug, thiserror::Error)]
pub enum RuleFileError {
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Pattern(#[from] LoadError),
    /// Every problem of the first file that has any, by line.
    #[error("{}", Shown(path, problems))]
    Invalid {
        path: PathBuf,
        problems: Vec<FileProblem>,
    },
}

/// Something that is wrong in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileProblem {
    /// From 1; 0 when it is about the file as a whole.
    pub line: usize,
    pub problem: Problem,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Problem {
    /// No YAML, an unknown field, a value of the wrong kind.
    #[error("{}", .0.reason())]
    Yaml(YamlError),
    #[error("Groupname must not be empty")]
    NoGroupName,
    #[error("groupname: {0:?} is repeated in the same file")]
    RepeatedGroup(String),
    #[error("group {group:?}: {problem}")]
    Group {
        group: String,
        problem: LabelProblem,
    },
    #[error("group {group:?}, rule {position}, {rule:?}: {problem}")]
    Rule {
        group: String,
        /// From 1.
        position: usize,
        rule: String,
        problem: RuleProblem,
    },
}

/// What is wrong with labels.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LabelProblem {
    #[error("invalid label name: {0}")]
    LabelName(String),
    #[error("invalid annotation name: {0}")]
    AnnotationName(String),
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RuleProblem {
    #[error("only one of 'record' and 'alert' must be set")]
    BothNames,
    #[error("one of 'record' or 'alert' must be set")]
    NoName,
    #[error("field 'expr' must be set in rule")]
    NoExpression,
    #[error("field '{0}' cannot stand beside another of expr, logs, errors, agents and tasks")]
    SecondSource(&'static str),
    #[error(transparent)]
    Source(#[from] SourceProblem),
    #[error("could not parse expression: {0}")]
    Expression(ParseError),
    #[error("invalid field '{0}' in recording rule")]
    RecordingField(&'static str),
    #[error("invalid recording rule name: {0}")]
    RecordName(String),
    #[error("braces present in the recording rule name; should it be in expr?: {0}")]
    Braces(String),
    #[error(transparent)]
    Label(LabelProblem),
    #[error("{what} {name:?}: {source}")]
    Template {
        what: &'static str,
        name: String,
        source: Box<TemplateError>,
    },
}

struct Shown<'a>(&'a Path, &'a [FileProblem]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, each) in self.1.iter().enumerate() {
            let separator = if position == 0 { "" } else { "\n" };
            let path = self.0.display();
            match each.line {
                0 => write!(out, "{separator}{path}: {}", each.problem)?,
                line => write!(out, "{separator}{path}:{line}: {}", each.problem)?,
            }
        }
        Ok(())
    }
}
