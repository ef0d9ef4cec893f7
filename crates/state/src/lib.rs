//! Tasks, agents, their history and the system's configuration, kept in SQL.
//!
//! A small state machine whose every change is one transaction. [`SqliteState`] is the embedded
//! store, [`PostgresState`] the one for several machines; what a dialect decides (the schema, how a transaction takes its lock, how a claimable
//! row is picked) stays in its folder, what does not (limits, backoff, the rules for foreign rows)
//! stands beside it. This crate never speaks HTTP and never logs events of agents.

mod broken;
mod claimer;
mod content;
mod cron;
mod error_groups;
mod jitter;
mod joining;
mod postgres;
mod prepared;
mod rules;
mod scheduling;
mod sqlite;
mod together;
mod transitions;
mod validate;

pub use postgres::{ConnectError, PostgresState};
pub use sqlite::{OpenError, SqliteState, StateReport, check};
