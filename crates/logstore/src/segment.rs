//! Segments: immutable files of columns, behind one reader and one writer.
//!
//! Nothing outside this folder knows how a segment is encoded. Today: pages of our own, each
//! compressed with zstd and with a checksum; 2,048 rows a page for text, so that a search decodes
//! only the granules that the token index leaves, whole columns for what is scanned. A page that
//! does not match its checksum marks the segment as damaged; it is then left out, never guessed at.

pub mod codec;
mod file;
mod footer;
mod id_index;
mod lookup;
mod page;
mod reader;
mod token_index;
mod writer;

pub mod cache;

pub use reader::Segment;
pub use writer::{SegmentSource, write};

/// Rows of a page of text, and the unit of the token index.
pub const GRANULE_ROWS: u32 = 2048;
