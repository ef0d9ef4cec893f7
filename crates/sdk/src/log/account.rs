//! How many events a logger has emitted and given up, by the agent in whose name, and the report of it.
//!
//! A server compares the reports with what arrived. A report is an event like others, written behind
//! everything that it counts; it is not subject to the level, because an account that stops at WARNING
//! would look like a loss. Notices of dropped events are no events of the agent and are not counted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value};
use swarmscope_model::accounting::Stage;
use swarmscope_model::event::event_type::EVENTS_ACCOUNTED;
use swarmscope_model::limits::MAX_ACCOUNTED_AGENTS;
use swarmscope_model::{Event, Severity, Timestamp};

/// What became of an agent's events in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Emitted {
    /// Events handed to the logger at or above its level.
    pub emitted: u64,
    /// Of these, events that were given up.
    pub dropped: u64,
}

/// The counts by agent. Agents beyond the limit are not counted.
#[derive(Debug, Default)]
pub struct Counts(BTreeMap<Arc<str>, Emitted>);

impl Counts {
    /// Counts an event, and whether it was taken.
    pub fn add(&mut self, agent_name: &Arc<str>, taken: bool) {
        if !self.0.contains_key(agent_name) && self.0.len() >= MAX_ACCOUNTED_AGENTS {
            return;
        }
        let counts = self.0.entry(Arc::clone(agent_name)).or_default();
        counts.emitted += 1;
        counts.dropped += u64::from(!taken);
    }

    /// The counts of one agent.
    pub fn of(&self, agent_name: &str) -> Emitted {
        self.0.get(agent_name).copied().unwrap_or_default()
    }
}

/// A name that no other logger has, of this process or another.
pub fn writer_name() -> String {
    static LOGGERS: AtomicU64 = AtomicU64::new(0);
    let number = LOGGERS.fetch_add(1, Ordering::Relaxed);
    let began = Timestamp::now().as_millisecond();
    format!("{}-{began}-{number}", std::process::id())
}

/// The report of one agent, which counts itself beside what was emitted before.
pub fn report(writer: &str, agent_name: &str, before: Emitted, stage: Stage) -> Event {
    let Emitted { emitted, dropped } = before;
    let emitted = emitted + 1;
    Event {
        timestamp: Timestamp::now(),
        agent_name: agent_name.to_owned(),
        event_type: EVENTS_ACCOUNTED.to_owned(),
        severity: Severity::Debug,
        message: format!("{agent_name} has emitted {emitted} events and given up {dropped}"),
        metadata: Map::from_iter([
            ("writer".to_owned(), Value::from(writer)),
            ("emitted".to_owned(), emitted.into()),
            ("dropped".to_owned(), dropped.into()),
            ("stage".to_owned(), stage.as_str().into()),
        ]),
    }
}
