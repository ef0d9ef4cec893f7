//! Which agents are silent, and which hold work and say nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use swarmscope_model::limits::{MAX_PAGE, MAX_RULE_ANSWERS};
use swarmscope_model::metrics::{Cancellation, Labels, SampleValue};
use swarmscope_model::state::{Agent, StateStore, TaskFilter, TaskState};

use super::logs::{LogAnswers, milliseconds};
use super::waiting::Waiting;
use crate::question::{AgentQuestion, Answer, AnswerError, Bound, LogQuestion};

const SOURCE: &str = "agents";
/// The field, and the label, with an agent's name.
const NAME: &str = "agent_name";
const KIND: &str = "agent_type";
const ACTIVE: &str = "active";

/// The agents that are as the question says, now; `at` is what now is.
pub(super) fn answer(
    question: &AgentQuestion,
    at: i64,
    state: &dyn StateStore,
    logs: &LogAnswers,
    waiting: &Waiting,
    cancellation: &Cancellation,
) -> Result<Vec<Answer>, AnswerError> {
    let agents = waiting.on(SOURCE, state.agents(), cancellation)?;
    match question {
        AgentQuestion::Silent {
            after,
            forget_after,
        } => {
            let silent = agents.iter().filter_map(|agent| {
                let silence = silence(agent, at)?;
                let is_meant =
                    silence >= milliseconds(*after) && silence < milliseconds(*forget_after);
                is_meant.then(|| {
                    answer_of(
                        &agent.agent_name,
                        &agent.agent_type,
                        silence as f64 / 1000.0,
                    )
                })
            });
            Ok(silent.collect())
        }
        AgentQuestion::IdleWithLease { after } => {
            let holders = holders(state, waiting, cancellation)?;
            if holders.is_empty() {
                return Ok(Vec::new());
            }
            let talking = talking(logs, *after, at, cancellation)?;
            let kind = |name: &str| {
                let agent = agents.iter().find(|agent| agent.agent_name == name);
                agent.map_or("", |agent| agent.agent_type.as_str())
            };
            let quiet = holders.iter().filter(|(name, _)| !talking.contains(*name));
            let found = quiet.map(|(name, tasks)| answer_of(name, kind(name), *tasks as f64));
            Ok(found.collect())
        }
    }
}

/// For how long an agent has been silent that should not be, in milliseconds.
fn silence(agent: &Agent, at: i64) -> Option<i64> {
    // One that left in order is inactive without having been found silent.
    let is_expected = agent.status == ACTIVE || agent.silenced_at.is_some();
    let last = agent.last_heartbeat.filter(|_| is_expected)?;
    Some(at - last.as_millisecond())
}

/// Who holds tasks under a lease, and how many.
fn holders(
    state: &dyn StateStore,
    waiting: &Waiting,
    cancellation: &Cancellation,
) -> Result<BTreeMap<String, usize>, AnswerError> {
    let mut holders = BTreeMap::new();
    let mut filter = TaskFilter {
        state: Some(TaskState::InProgress),
        limit: MAX_PAGE,
        ..TaskFilter::default()
    };
    loop {
        let page = waiting.on(SOURCE, state.tasks(&filter), cancellation)?;
        let count = page.tasks.len();
        for task in page.tasks {
            if let (Some(agent), Some(_)) = (task.agent_name, task.lease_expires_at) {
                *holders.entry(agent).or_insert(0) += 1;
            }
        }
        filter.offset += count;
        if count < MAX_PAGE || filter.offset >= MAX_PAGE * MAX_RULE_ANSWERS {
            return Ok(holders);
        }
    }
}

/// Agents that have logged anything of late.
fn talking(
    logs: &LogAnswers,
    window: Duration,
    at: i64,
    cancellation: &Cancellation,
) -> Result<BTreeSet<String>, AnswerError> {
    let mut question = LogQuestion::new("", "", window, Bound::Above(0))
        .map_err(|error| AnswerError::Failed(Box::new(error)))?;
    question.by = vec![(NAME.to_owned(), NAME.to_owned())];
    let answers = logs.instant(&question, at, cancellation);
    let answers = match answers {
        // Whoever was not found may have logged all the same.
        Err(AnswerError::Incomplete { gap, .. }) => {
            return Err(AnswerError::Incomplete {
                found: Vec::new(),
                gap,
            });
        }
        other => other?,
    };
    let names = answers.iter().filter_map(|answer| answer.labels.get(NAME));
    Ok(names.map(str::to_owned).collect())
}

fn answer_of(name: &str, kind: &str, value: f64) -> Answer {
    Answer {
        labels: Labels::from_pairs([(NAME, name), (KIND, kind)]),
        value: SampleValue::Float(value),
    }
}
