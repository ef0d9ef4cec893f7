//! The agents of a journey, in order of appearance.

use std::collections::BTreeMap;

use swarmscope_model::Timestamp;

use crate::assemble::TimedEvent;
use crate::attempts::TimedAttempt;
use crate::journey::AgentPart;
use crate::story::KnownAgent;

/// Everybody who logged an event or had a task.
pub fn parts(
    attempts: &[TimedAttempt<'_>],
    events: &[TimedEvent],
    known: &[KnownAgent],
    ahead: &BTreeMap<String, i64>,
) -> Vec<AgentPart> {
    let mut parts: BTreeMap<&str, AgentPart> = BTreeMap::new();
    for timed in events {
        let part = seen(&mut parts, &timed.event.agent, timed.at, timed.at);
        part.events += 1;
        part.errors += u64::from(timed.event.is_error());
    }
    for attempt in attempts {
        if let Some(agent) = attempt.agent {
            let part = seen(&mut parts, agent, attempt.from, attempt.to);
            part.attempts += 1;
            part.work_ms += attempt.to - attempt.from;
        }
    }
    for agent in known {
        if let Some(part) = parts.get_mut(agent.name.as_str()) {
            part.agent_type = Some(agent.agent_type.clone());
            part.status = Some(agent.status.clone());
        }
    }
    for (agent, difference) in ahead {
        if let Some(part) = parts.get_mut(agent.as_str()) {
            part.clock_ahead_ms = Some(*difference);
        }
    }
    let mut in_order: Vec<AgentPart> = parts.into_values().collect();
    in_order.sort_by(|a, b| (a.first_seen, &a.name).cmp(&(b.first_seen, &b.name)));
    in_order
}

fn seen<'a, 'b>(
    parts: &'b mut BTreeMap<&'a str, AgentPart>,
    agent: &'a str,
    from: i64,
    to: i64,
) -> &'b mut AgentPart {
    let (from, to) = (
        Timestamp::from_millisecond(from),
        Timestamp::from_millisecond(to),
    );
    let part = parts.entry(agent).or_insert_with(|| AgentPart {
        name: agent.to_owned(),
        agent_type: None,
        status: None,
        first_seen: from,
        last_seen: to,
        events: 0,
        errors: 0,
        attempts: 0,
        work_ms: 0,
        clock_ahead_ms: None,
    });
    part.first_seen = part.first_seen.min(from);
    part.last_seen = part.last_seen.max(to);
    part
}
