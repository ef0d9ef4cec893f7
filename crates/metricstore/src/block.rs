//! Blocks: the samples of a span of time in one immutable file.
//!
//! ```text
//! mark
//! pages     chunks, in the order of series; series with their labels, by labels; values of labels with
//!           the numbers of their series
//! footer    what the block is, and where every page is
//! length and checksum of the footer, mark
//! ```
//! A page is compressed with zstd and has its checksum in the footer. The number of a series is its place
//! in the order of labels.

pub mod cache;
pub mod damage;
mod error;
pub mod footer;
mod page;
pub mod reader;
pub mod series_page;
pub mod tombstones;
pub mod ulid;
mod values_page;
pub mod writer;

pub use damage::Damage;
pub use error::BlockError;
pub use reader::Block;
pub use tombstones::Tombstones;
pub use writer::BlockWriter;
