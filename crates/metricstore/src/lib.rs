//! The embedded metric store: series index, compressed chunks, write-ahead log, blocks, retention.
//!
//! A batch is looked through, written to the write-ahead log as one record ([`wal`]), and then visible as
//! a whole ([`head`]). A reader notes which series of memory and blocks it wants ([`query`]) and decodes
//! their chunks ([`chunk`]) one series at a time.
//!
//! Calls block and nothing here is asynchronous. It never imports HTTP and never evaluates a query.

#![allow(dead_code, reason = "blocks, which use the rest, follow")]

mod appending;
mod chunk;
mod error;
mod filenames;
pub mod files;
mod head;
mod index;
mod merging;
mod open;
mod options;
mod query;
mod shared;
mod stats;
mod store;
mod view;
mod wal;
mod wire;

pub use error::OpenError;
pub use options::{Options, SeriesBudgets};
pub use stats::Stats;
pub use store::EmbeddedMetrics;
