//! The embedded metric store: series index, compressed chunks, write-ahead log, blocks, retention.
//!
//! A batch is looked through, written to the write-ahead log as one record ([`wal`]), and then visible as
//! a whole ([`head`]). In the background memory becomes immutable blocks ([`block`]), which are joined, and
//! removed by age and size ([`compaction`]). A reader notes which series of memory and blocks it wants ([`query`]) and decodes
//! their chunks ([`chunk`]) one series at a time.
//!
//! Calls block and nothing here is asynchronous. It never imports HTTP and never evaluates a query.

mod appending;
mod block;
mod check;
mod chunk;
mod compaction;
mod error;
mod filenames;
#[doc(hidden)]
pub mod fuzzing;
mod head;
mod index;
mod manifest;
mod merging;
mod open;
mod options;
mod query;
mod recovery;
mod shared;
mod stats;
mod store;
mod view;
mod wal;
mod wire;

pub use check::{CheckReport, check};
pub use error::OpenError;
pub use options::{Options, SeriesBudgets};
pub use stats::Stats;
pub use store::EmbeddedMetrics;
