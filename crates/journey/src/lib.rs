//! The one story of a correlation id: what its events, tasks, attempts and agents tell when they are
//! put together.
//!
//! [`assemble`] takes what others have fetched ([`Story`]) and makes one timeline of it ([`Journey`]):
//! entries in time order, spans of work and waiting, handovers, gaps, the nesting of tasks, and one line
//! in plain words. The same story in any order makes the same journey. Clocks that differ and times that
//! contradict each other are expected, and make no negative duration.
//!
//! It never fetches, and never asks the clock: the story says when it was asked for.

mod agents;
mod assemble;
mod attempts;
mod clocks;
mod counts;
mod duration;
mod entries;
mod errors;
mod event;
mod handovers;
mod journey;
mod nesting;
mod outcome;
mod presence;
mod silence;
mod slowest;
mod span;
mod story;
mod summary;
mod union;
mod waits;

pub use assemble::assemble;
pub use duration::human;
pub use event::{Place, StoryEvent};
pub use journey::{
    AgentPart, Counts, DocumentPlace, Entry, EntryKind, ErrorDetail, Gap, Journey, Outcome,
    Slowest, TaskPart, Totals, Truncated,
};
pub use span::{Span, SpanKind};
pub use story::{KnownAgent, Story, TaskStory};
