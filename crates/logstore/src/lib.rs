//! The embedded log store: durable writes, columns on disk, search and aggregations over them.
//!
//! A write is parsed by its caller, decided and appended to the write-ahead log by one thread, and
//! acknowledged after the fsync it shares with others ([`wal`]). It is then in the memtable and
//! found by every search. In the background memtables become segments ([`segment`]), segments are
//! merged, and old ones removed. A search looks at memtable and segments through one view, prunes
//! by time, words and columns, and decodes what is left.
//!
//! The store knows documents and queries, never a protocol: nothing here imports HTTP.

mod background;
mod backup;
mod block;
mod check;
mod definitions;
mod delete_by_query;
#[doc(hidden)]
pub mod encodings;
mod equal;
mod error;
mod filenames;
mod ids;
mod manifest;
pub mod memory;
mod memtable;
mod open;
mod options;
mod replay;
mod room;
mod rows;
mod search;
mod segment;
mod shared;
mod state;
mod stats;
mod store;
mod varint;
mod wal;
mod write;

pub use backup::Copied;
pub use check::{CheckReport, check};
pub use error::OpenError;
pub use options::Options;
pub use stats::Stats;
pub use store::EmbeddedLogs;
pub use swarmscope_files::check::FileReport;
