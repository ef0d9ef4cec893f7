//! The page that shows what a rule asks.

use url::form_urlencoded::Serializer;

use super::{AgentQuestion, Question};
use crate::question::logs::LogQuestion;
use crate::template::table_link;

/// Where the pages of this server are, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// Prometheus's API and pages.
    pub prometheus: String,
    /// The web UI.
    pub ui: String,
}

/// A page about an alert of a rule: its own label says which of many.
pub fn link<'a>(
    question: &Question,
    label: impl Fn(&str) -> Option<&'a str>,
    addresses: &Addresses,
) -> String {
    let ui = &addresses.ui;
    match question {
        Question::Metrics { text, .. } => {
            format!("{}{}", addresses.prometheus, table_link(text))
        }
        Question::Logs(logs) => format!("{ui}/discover?{}", discover(logs, label)),
        Question::Errors(_) => match label(super::errors::GROUP_LABEL) {
            Some(group) => format!("{ui}/errors/{group}"),
            None => format!("{ui}/errors"),
        },
        Question::Agents(AgentQuestion::Silent { .. } | AgentQuestion::IdleWithLease { .. }) => {
            format!("{ui}/agents")
        }
        Question::Tasks(tasks) => {
            let mut query = Serializer::new(String::new());
            query.append_pair("state", tasks.state.as_str());
            if let Some(task_type) = &tasks.task_type {
                query.append_pair("type", task_type);
            }
            format!("{ui}/tasks?{}", query.finish())
        }
    }
}

/// The events of one alert: the query, and the values that it was counted by.
fn discover<'a>(logs: &LogQuestion, label: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut clauses = Vec::new();
    if !logs.query().is_empty() {
        clauses.push(format!("({})", logs.query()));
    }
    for (field, name) in &logs.by {
        if let Some(value) = label(name) {
            clauses.push(format!("{field}:{}", quoted(value)));
        }
    }
    let mut query = Serializer::new(String::new());
    if !clauses.is_empty() {
        query.append_pair("q", &clauses.join(" AND "));
    }
    query.finish()
}

/// A value as Lucene reads it whole.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
