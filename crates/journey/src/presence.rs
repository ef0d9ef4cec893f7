//! Signs of life of the agents while the journey went on, and where they are missing.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use swarmscope_model::event::event_type::AGENT_HEARTBEAT;
use swarmscope_model::limits::AGENT_SILENT_AFTER;
use swarmscope_model::names::ORCHESTRATOR_AGENT;

use crate::duration::human;
use crate::event::StoryEvent;
use crate::journey::{Entry, EntryKind};

/// Longest time between two heartbeats of an agent that counts as alive.
fn patience() -> i64 {
    i64::try_from(AGENT_SILENT_AFTER.as_millis()).unwrap_or(i64::MAX)
}

/// The entries of presence within `span`: runs of heartbeats, gaps between them, and what else agents
/// and orchestrator say of who is there. `last_seen` tells until when each agent took part.
pub fn entries(
    presence: &[StoryEvent],
    ahead: &BTreeMap<String, i64>,
    last_seen: &BTreeMap<&str, i64>,
    span: RangeInclusive<i64>,
) -> Vec<Entry> {
    let mut beats: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    let mut found = Vec::new();
    for event in presence {
        let agent = subject(event);
        if !last_seen.contains_key(agent) {
            continue;
        }
        let at = event.place.at.as_millisecond() - ahead.get(&event.agent).unwrap_or(&0);
        if event.event_type == AGENT_HEARTBEAT {
            beats.entry(agent).or_default().push(at);
        } else if span.contains(&at) {
            found.push(other(event, agent, at));
        }
    }
    for (agent, mut times) in beats {
        times.sort_unstable();
        let last = last_seen.get(agent).copied().unwrap_or(i64::MIN);
        runs(agent, &times, last, &span, &mut found);
    }
    found
}

/// Whom a sign of life is of: the orchestrator logs those that it has received.
fn subject(event: &StoryEvent) -> &str {
    let registered = event.metadata.get("registered_agent");
    match registered.and_then(serde_json::Value::as_str) {
        Some(agent) if event.agent == ORCHESTRATOR_AGENT => agent,
        _ => &event.agent,
    }
}

fn other(event: &StoryEvent, agent: &str, at: i64) -> Entry {
    let mut entry = Entry::new(at, EntryKind::Presence, event.message.clone());
    entry.agent = Some(agent.to_owned());
    entry.severity = event.severity;
    entry.event_type = Some(event.event_type.clone());
    entry.document = Some(event.document());
    entry
}

/// Heartbeats in a row are one entry; a wait that is too long between two, or before the agent's last
/// word in the journey, is a gap.
fn runs(
    agent: &str,
    times: &[i64],
    last_seen: i64,
    span: &RangeInclusive<i64>,
    found: &mut Vec<Entry>,
) {
    let mut rest = times;
    while let Some(&first) = rest.first() {
        let breaks = rest
            .windows(2)
            .position(|pair| pair[1] - pair[0] > patience());
        let (run, after) = rest.split_at(breaks.map_or(rest.len(), |place| place + 1));
        let last = run[run.len() - 1];
        let inside: Vec<i64> = run.iter().copied().filter(|at| span.contains(at)).collect();
        if let (Some(&from), Some(&to)) = (inside.first(), inside.last()) {
            let words = match inside.len() {
                1 => "a heartbeat".to_owned(),
                beats => format!("{beats} heartbeats in {}", human(to - from)),
            };
            found.push(entry(EntryKind::Heartbeat, agent, from, to, words));
        }
        let next = after.first().copied();
        let silent_until = next.unwrap_or(last_seen);
        if silent_until - last > patience() && last <= *span.end() && silent_until >= *span.start()
        {
            let words = format!("no heartbeat for {}", human(silent_until - last));
            found.push(entry(
                EntryKind::HeartbeatGap,
                agent,
                last.max(first),
                silent_until,
                words,
            ));
        }
        rest = after;
    }
}

fn entry(kind: EntryKind, agent: &str, from: i64, until: i64, words: String) -> Entry {
    let mut entry = Entry::new(from, kind, words);
    entry.agent = Some(agent.to_owned());
    entry.until = Some(swarmscope_model::Timestamp::from_millisecond(until));
    entry
}
