//! The vocabulary every other room speaks: events, time, tasks and agents, names and limits.
//!
//! This crate knows nobody. It does no I/O, starts no thread and never depends on tokio, so that
//! everything in it can be used from a store, a protocol handler, an agent or a test alike.

pub mod accounting;
pub mod error_groups;
pub mod event;
pub mod limits;
pub mod metrics;
pub mod names;
pub mod retention;
pub mod settings;
pub mod state;
pub mod time;

pub use event::{Event, ExceptionInfo, Severity};
pub use time::{TimeRange, Timestamp};
