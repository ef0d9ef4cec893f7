//! Which task an event belongs to and when it happens.
//!
//! The events of a window of 512 are eight rounds over 64 tasks, in another order each round. The last
//! rounds of a task may go to its neighbour instead, so that tasks have 4 to 12 events.

use std::ops::Range;

use crate::AGENTS;
use crate::random::{Draws, Stream};
use crate::write;

/// Tasks that are under way at once; a power of two.
const SLOTS: u64 = 64;
/// Rounds of a window, and events of a task on average.
pub const ROUNDS: u64 = 8;
/// A task gives this many of its events away at most.
const MOST_GIVEN: u64 = 4;
/// Events that share a task id and an agent.
const EVENTS_OF_A_PART: u64 = 3;
const AGENT_TYPES: [&str; 4] = [
    "research_agent",
    "writing_agent",
    "editing_agent",
    "fact_checking_agent",
];

/// Where in which task an event stands.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The number of the task; tasks have their correlation ids.
    pub task: u64,
    /// 0 to 7.
    pub step: u64,
}

/// The place of an event.
pub fn place(seed: u64, number: u64) -> Place {
    let (window, round) = (number / (SLOTS * ROUNDS), number / SLOTS % ROUNDS);
    let order = Draws::of(seed, Stream::Interleaving, number / SLOTS).bits();
    let mut slot = (number ^ order) % SLOTS;
    if slot.is_multiple_of(2) {
        let neighbours = (window * SLOTS + slot) / 2;
        let given = Draws::of(seed, Stream::Neighbours, neighbours).below(MOST_GIVEN + 1);
        if round >= ROUNDS - given {
            slot += 1;
        }
    }
    Place {
        task: window * SLOTS + slot,
        step: round,
    }
}

/// When an event happens: evenly over the span, moved within the time until the next one.
pub fn time(seed: u64, count: u64, span: &Range<i64>, number: u64) -> i64 {
    let length = i128::from(span.end.saturating_sub(span.start).max(1));
    let at = |number: u64| (length * i128::from(number) / i128::from(count.max(1))) as i64;
    let (begin, end) = (at(number), at(number + 1));
    let jitter = Draws::of(seed, Stream::Time, number).below((end - begin).max(1) as u64);
    span.start + begin + jitter as i64
}

/// The bits of a task's correlation id.
pub fn correlation(seed: u64, place: Place) -> [u64; 2] {
    let mut draws = Draws::of(seed, Stream::Correlation, place.task);
    [draws.bits(), draws.bits()]
}

/// The bits of the task id of an event.
pub fn task(seed: u64, place: Place) -> [u64; 2] {
    let mut draws = Draws::of(seed, Stream::Task, part(place));
    [draws.bits(), draws.bits()]
}

/// A number for every part of a task.
fn part(place: Place) -> u64 {
    place.task * ROUNDS.div_ceil(EVENTS_OF_A_PART) + place.step / EVENTS_OF_A_PART
}

/// Who works on this part of a task.
pub fn agent(seed: u64, place: Place) -> Agent {
    Agent(Draws::of(seed, Stream::Agent, part(place)).below(AGENTS))
}

/// One of the agents.
#[derive(Debug, Clone, Copy)]
pub struct Agent(pub u64);

impl Agent {
    /// Appends its name.
    pub fn write(self, line: &mut Vec<u8>) {
        let types = AGENT_TYPES.len() as u64;
        line.extend_from_slice(AGENT_TYPES[(self.0 % types) as usize].as_bytes());
        line.push(b'_');
        write::integer(line, self.0 / types);
    }
}
