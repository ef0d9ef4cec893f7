//! Clocks that differ: how far an agent's is ahead of the one that the state is kept by.
//!
//! The only thing that both clocks see is a claim: the state notes when an attempt began, and the agent
//! logs that it has the task. A claim that is logged before it was granted, or an end that is logged long
//! after it was reported, shows the difference; a slow start alone does not.

use std::collections::BTreeMap;

use swarmscope_model::event::event_type::TASK_CLAIMED;
use swarmscope_model::limits::JOURNEY_CLOCK_TOLERANCE;
use swarmscope_model::names::ORCHESTRATOR_AGENT;

use crate::attempts::TimedAttempt;
use crate::event::StoryEvent;

/// Milliseconds by agent that its clock is ahead (behind, when negative). Agents whose clock is right,
/// or of which nothing shows it, are left out.
pub fn ahead(events: &[StoryEvent], attempts: &[TimedAttempt<'_>]) -> BTreeMap<String, i64> {
    let tolerance = i64::try_from(JOURNEY_CLOCK_TOLERANCE.as_millis()).unwrap_or(i64::MAX);
    let mut found: BTreeMap<String, i64> = BTreeMap::new();
    let mut of_tasks: BTreeMap<&str, Vec<&TimedAttempt<'_>>> = BTreeMap::new();
    for attempt in attempts {
        of_tasks.entry(attempt.task_id()).or_default().push(attempt);
    }
    let claims = events
        .iter()
        .filter(|event| event.event_type == TASK_CLAIMED && event.agent != ORCHESTRATOR_AGENT);
    for claim in claims {
        let Some(attempt) = claimed(claim, &of_tasks) else {
            continue;
        };
        let offset = claim.place.at.as_millisecond() - attempt.from;
        let difference = if offset < -tolerance {
            offset
        } else if offset > tolerance {
            let late = last_word(claim, attempt, events) - attempt.to;
            if attempt.open || late <= tolerance {
                continue;
            }
            offset.min(late)
        } else {
            0
        };
        // The smallest is the one with the least delay in it.
        let known = found.entry(claim.agent.clone()).or_insert(difference);
        if difference.abs() < known.abs() {
            *known = difference;
        }
    }
    found.retain(|_, difference| *difference != 0);
    found
}

/// The attempt that a claim began: by its fencing token, or the only one of its task.
fn claimed<'a, 'b>(
    claim: &StoryEvent,
    of_tasks: &BTreeMap<&str, Vec<&'b TimedAttempt<'a>>>,
) -> Option<&'b TimedAttempt<'a>> {
    let of_task = of_tasks.get(claim.task_id()?)?;
    let mut its = of_task
        .iter()
        .filter(|attempt| attempt.agent == Some(claim.agent.as_str()));
    match claim.number("fencing_token") {
        Some(token) => its.find(|attempt| attempt.token == Some(token)).copied(),
        None => {
            let only = its.next()?;
            its.next().is_none().then_some(*only)
        }
    }
}

/// When the agent last said something of an attempt's task.
fn last_word(claim: &StoryEvent, attempt: &TimedAttempt<'_>, events: &[StoryEvent]) -> i64 {
    let of_attempt = events
        .iter()
        .filter(|event| event.agent == claim.agent && event.task_id() == Some(attempt.task_id()));
    let last = of_attempt
        .map(|event| event.place.at.as_millisecond())
        .max();
    last.unwrap_or(i64::MIN)
}
