//! A swarm's day as JSON lines, for benchmarks and for tests that need many events.
//!
//! Every event is computed from the seed and its number alone, so that nothing is kept while twenty
//! million of them are made, any one can be made again, and two runs with the same seed, count and span
//! get the same bytes. An event takes well under a microsecond.
//!
//! # The shape of the data
//!
//! Two million events are about 805 MB, newlines included: 403 bytes each.
//!
//! | part | shape |
//! | --- | --- |
//! | `timestamp` | ISO 8601, UTC, milliseconds; evenly over the span with jitter, in order |
//! | `agent_name` | 200 agents, `research_agent_17`; an agent keeps a task for three steps |
//! | `event_type` | 14 types, weighted by the step of the task: mostly received, then processing, then completed |
//! | `severity` | by type: about 26 % DEBUG, 59 % INFO, 10 % WARNING, 4 % ERROR, 1 % CRITICAL |
//! | `message` | 300 templates of words with integers, decimals, addresses, agents, task ids and runs of 8 to 16 hex digits; a quarter have two rare words |
//! | `metadata.correlation_id` | a version 4 UUID on every event, shared by 4 to 12 (8 on average) that lie among the 512 around them: 64 tasks are always under way |
//! | `metadata.task_id` | a version 4 UUID for each part of a task, shared by 3 events; absent from heartbeats and agents' own events |
//! | `metadata.duration` | seconds with up to 3 decimals, 0.0 to 30, most of them small; on what takes time |
//! | `metadata.retry_count`, `max_retries`, `active_tasks`, `uptime` | integers, on retries and heartbeats |
//! | `metadata.exception` | on 5 % of all events (nearly all of ERROR and CRITICAL): type, message, and a traceback of 4 to 8 lines; 64 bugs, each with its own way through the code |
//!
//! A pair of rare words is found in about 9 messages, however many events there are: the vocabulary
//! grows with the data as in real texts, so that each of the words is in about 54.
//!
//! It never does I/O, and never asks the clock: the caller says which time the events cover.

mod exception;
mod kind;
mod questions;
mod random;
mod template;
mod timeline;
mod vocabulary;
mod write;

use std::ops::Range;

pub use kind::{EVENT_TYPES, SEVERITIES};
pub use questions::Field;

use random::{Draws, Stream};
use template::Template;

/// How many agents there are.
pub const AGENTS: u64 = 200;

/// A seeded stream of events; see the head of this crate for their shape.
#[derive(Debug, Clone)]
pub struct Events {
    seed: u64,
    count: u64,
    span: Range<i64>,
    templates: Vec<Template>,
    next: u64,
    line: Vec<u8>,
}

impl Events {
    /// `count` events in time order over `span`, in milliseconds since 1970: its start is included, its
    /// end is not.
    pub fn new(seed: u64, count: u64, span: Range<i64>) -> Self {
        Self {
            seed,
            count,
            span,
            templates: template::all(),
            next: 0,
            line: Vec::with_capacity(2048),
        }
    }

    /// The next event, without a newline, until there were as many as promised.
    pub fn next_line(&mut self) -> Option<&[u8]> {
        if self.next >= self.count {
            return None;
        }
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        self.append(self.next, &mut line);
        self.next += 1;
        self.line = line;
        Some(&self.line)
    }

    /// How many events there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The time that they cover, in milliseconds since 1970.
    pub fn span(&self) -> Range<i64> {
        self.span.clone()
    }

    /// When the event happened, in milliseconds since 1970.
    pub fn time(&self, number: u64) -> i64 {
        timeline::time(self.seed, self.count, &self.span, number)
    }

    /// Appends one event, any of those below [`Events::count`], without a newline.
    pub fn append(&self, number: u64, line: &mut Vec<u8>) {
        let place = timeline::place(self.seed, number);
        let mut draws = Draws::of(self.seed, Stream::Event, number);
        let kind = kind::draw(&mut draws, place.step);
        let severity = kind.severity(&mut draws);
        line.extend_from_slice(b"{\"timestamp\":\"");
        write::timestamp(line, self.time(number));
        line.extend_from_slice(b"\",\"agent_name\":\"");
        timeline::agent(self.seed, place).write(line);
        line.extend_from_slice(b"\",\"event_type\":\"");
        line.extend_from_slice(kind.name.as_bytes());
        line.extend_from_slice(b"\",\"severity\":\"");
        line.extend_from_slice(severity.as_bytes());
        line.extend_from_slice(b"\",\"message\":\"");
        self.append_message(number, line);
        line.extend_from_slice(b"\",\"metadata\":{\"correlation_id\":\"");
        write::uuid(line, timeline::correlation(self.seed, place));
        line.push(b'"');
        if kind.has_task {
            line.extend_from_slice(b",\"task_id\":\"");
            write::uuid(line, timeline::task(self.seed, place));
            line.push(b'"');
        }
        kind.append_fields(&mut draws, line);
        if kind.is_error && !draws.one_in(50) {
            exception::append(&mut draws, line);
        }
        line.extend_from_slice(b"}}");
    }

    /// Appends the message of an event.
    fn append_message(&self, number: u64, line: &mut Vec<u8>) {
        let (template, mut draws) = self.template(number);
        let place = timeline::place(self.seed, number);
        for piece in template.pieces() {
            piece.append(self, place, number, &mut draws, line);
        }
    }

    /// The template of an event's message, and the draws for its variables.
    fn template(&self, number: u64) -> (&Template, Draws) {
        let mut draws = Draws::of(self.seed, Stream::Event, number);
        let kind = kind::draw(&mut draws, timeline::place(self.seed, number).step);
        let mut draws = Draws::of(self.seed, Stream::Message, number);
        let which = kind.template(&mut draws);
        (&self.templates[which], draws)
    }

    /// The two rare words that belong to an event.
    fn rare_pair(&self, number: u64) -> [String; 2] {
        vocabulary::pair(self.seed, self.count, number)
    }
}

#[cfg(test)]
mod tests;
