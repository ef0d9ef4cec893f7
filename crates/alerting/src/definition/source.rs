//! What a rule may ask besides metrics, field by field: our extension of Prometheus's rule files.

use std::time::Duration;

use serde::Deserialize;
use swarmscope_model::limits::{FORGET_AGENT_TARGET_AFTER, MAX_RULE_FIELDS, MAX_RULE_WINDOW};
use swarmscope_model::state::TaskState;

use super::file::Span;
use crate::question::{
    AgentQuestion, Bound, ErrorEvent, ErrorQuestion, LogQuestion, LogQuestionError, Question,
    TaskQuestion,
};

/// Within which whoever logged is expected to log again, unless a rule says otherwise.
const AMONG: Duration = Duration::from_secs(24 * 3600);

/// What is wrong with what a rule asks.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SourceProblem {
    #[error("logs: {0}")]
    Query(#[from] LogQuestionError),
    #[error("{source_name}: field '{field}' must be set")]
    Missing {
        source_name: &'static str,
        field: &'static str,
    },
    #[error("{source_name}: only one of {fields} must be set")]
    Both {
        source_name: &'static str,
        fields: &'static str,
    },
    #[error(
        "{source_name}: '{field}' must be longer than 0 and at most {}",
        swarmscope_model::metrics::duration::format(MAX_RULE_WINDOW)
    )]
    Window {
        source_name: &'static str,
        field: &'static str,
    },
    #[error("{source_name}: '{field}' is only for {with}")]
    OnlyWith {
        source_name: &'static str,
        field: &'static str,
        with: &'static str,
    },
    #[error("{source_name}: {field} {value:?} is none; it is one of {known}")]
    Unknown {
        source_name: &'static str,
        field: &'static str,
        value: String,
        known: String,
    },
    #[error("logs: 'by' has {count} fields, at most {MAX_RULE_FIELDS} are allowed")]
    TooManyFields { count: usize },
    #[error("logs: the fields of 'by' give the label {label:?} twice")]
    SameLabel { label: String },
}

/// A count of log events.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenLogs {
    #[serde(default)]
    query: String,
    #[serde(default)]
    index: String,
    #[serde(default)]
    window: Span,
    #[serde(default)]
    by: Vec<String>,
    #[serde(default)]
    above: Option<u64>,
    #[serde(default)]
    below: Option<u64>,
    #[serde(default)]
    among: Option<Span>,
}

/// What became of groups of errors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenErrors {
    #[serde(default)]
    event: String,
    #[serde(default)]
    window: Span,
    #[serde(default)]
    above: Option<u64>,
    #[serde(default)]
    learn_for: Option<Span>,
}

/// Agents that something is wrong with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenAgents {
    #[serde(default)]
    silent_for: Option<Span>,
    #[serde(default)]
    forget_after: Option<Span>,
    #[serde(default)]
    idle_with_lease_for: Option<Span>,
}

/// A count of tasks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenTasks {
    #[serde(default)]
    state: String,
    #[serde(default)]
    task_type: Option<String>,
    #[serde(default)]
    above: Option<u64>,
    #[serde(default)]
    below: Option<u64>,
}

impl WrittenLogs {
    pub fn question(self) -> Result<Question, SourceProblem> {
        let source_name = "logs";
        let bound = bound(source_name, self.above, self.below)?;
        let window = window(source_name, "window", self.window)?;
        let mut question = LogQuestion::new(&self.query, &self.index, window, bound)?;
        question.by = labelled(self.by)?;
        let has_groups = matches!(bound, Bound::Below(_)) && !question.by.is_empty();
        question.among = match self.among {
            Some(among) if has_groups => self::window(source_name, "among", among)?,
            Some(_) => {
                return Err(SourceProblem::OnlyWith {
                    source_name,
                    field: "among",
                    with: "'below' with 'by'",
                });
            }
            None if has_groups => AMONG.max(window),
            None => Duration::ZERO,
        };
        Ok(Question::Logs(question.into()))
    }
}

impl WrittenErrors {
    pub fn question(self) -> Result<Question, SourceProblem> {
        let source_name = "errors";
        let window = window(source_name, "window", self.window)?;
        let event = match (self.event.as_str(), self.above) {
            ("new", None) => ErrorEvent::New,
            ("regressed", None) => ErrorEvent::Regressed,
            ("rate", Some(above)) => ErrorEvent::Rate { above },
            ("rate", None) => {
                return Err(SourceProblem::Missing {
                    source_name,
                    field: "above",
                });
            }
            ("new" | "regressed", Some(_)) => {
                return Err(SourceProblem::OnlyWith {
                    source_name,
                    field: "above",
                    with: "event: rate",
                });
            }
            ("", _) => {
                return Err(SourceProblem::Missing {
                    source_name,
                    field: "event",
                });
            }
            _ => {
                return Err(SourceProblem::Unknown {
                    source_name,
                    field: "event",
                    value: self.event,
                    known: "new, regressed, rate".to_owned(),
                });
            }
        };
        let learn_for = match self.learn_for {
            Some(_) if event != ErrorEvent::New => {
                return Err(SourceProblem::OnlyWith {
                    source_name,
                    field: "learn_for",
                    with: "event: new",
                });
            }
            Some(span) => self::window(source_name, "learn_for", span)?,
            None => Duration::ZERO,
        };
        Ok(Question::Errors(ErrorQuestion {
            event,
            window,
            learn_for,
        }))
    }
}

impl WrittenAgents {
    pub fn question(self) -> Result<Question, SourceProblem> {
        let source_name = "agents";
        let question = match (self.silent_for, self.idle_with_lease_for) {
            (Some(_), Some(_)) => {
                return Err(SourceProblem::Both {
                    source_name,
                    fields: "'silent_for' and 'idle_with_lease_for'",
                });
            }
            (None, None) => {
                return Err(SourceProblem::Missing {
                    source_name,
                    field: "silent_for' or 'idle_with_lease_for",
                });
            }
            (Some(after), None) => AgentQuestion::Silent {
                after: window(source_name, "silent_for", after)?,
                forget_after: match self.forget_after {
                    Some(span) => window(source_name, "forget_after", span)?,
                    None => FORGET_AGENT_TARGET_AFTER,
                },
            },
            (None, Some(_)) if self.forget_after.is_some() => {
                return Err(SourceProblem::OnlyWith {
                    source_name,
                    field: "forget_after",
                    with: "'silent_for'",
                });
            }
            (None, Some(after)) => AgentQuestion::IdleWithLease {
                after: window(source_name, "idle_with_lease_for", after)?,
            },
        };
        Ok(Question::Agents(question))
    }
}

impl WrittenTasks {
    pub fn question(self) -> Result<Question, SourceProblem> {
        let source_name = "tasks";
        if self.state.is_empty() {
            return Err(SourceProblem::Missing {
                source_name,
                field: "state",
            });
        }
        let Some(state) = TaskState::from_name(&self.state) else {
            return Err(SourceProblem::Unknown {
                source_name,
                field: "state",
                value: self.state,
                known: TaskState::ALL.map(TaskState::as_str).join(", "),
            });
        };
        Ok(Question::Tasks(TaskQuestion {
            state,
            task_type: self.task_type,
            bound: bound(source_name, self.above, self.below)?,
        }))
    }
}

fn bound(
    source_name: &'static str,
    above: Option<u64>,
    below: Option<u64>,
) -> Result<Bound, SourceProblem> {
    match (above, below) {
        (Some(above), None) => Ok(Bound::Above(above)),
        (None, Some(below)) => Ok(Bound::Below(below)),
        (None, None) => Err(SourceProblem::Missing {
            source_name,
            field: "above' or 'below",
        }),
        (Some(_), Some(_)) => Err(SourceProblem::Both {
            source_name,
            fields: "'above' and 'below'",
        }),
    }
}

fn window(
    source_name: &'static str,
    field: &'static str,
    span: Span,
) -> Result<Duration, SourceProblem> {
    if span.0.is_zero() || span.0 > MAX_RULE_WINDOW {
        return Err(SourceProblem::Window { source_name, field });
    }
    Ok(span.0)
}

/// Fields with the labels that they become: what no label may have in its name becomes `_`.
fn labelled(fields: Vec<String>) -> Result<Vec<(String, String)>, SourceProblem> {
    if fields.len() > MAX_RULE_FIELDS {
        return Err(SourceProblem::TooManyFields {
            count: fields.len(),
        });
    }
    let mut labelled: Vec<(String, String)> = Vec::with_capacity(fields.len());
    for field in fields {
        let mut label: String = field
            .chars()
            .map(|letter| match letter {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => letter,
                _ => '_',
            })
            .collect();
        if !label.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_') {
            label.insert(0, '_');
        }
        if labelled.iter().any(|(_, other)| *other == label) {
            return Err(SourceProblem::SameLabel { label });
        }
        labelled.push((field, label));
    }
    Ok(labelled)
}
