//! Segments: immutable files of groups of rows, behind one reader and one writer.
//!
//! Nothing outside this folder knows how a segment is encoded. A group is what one flush wrote: its
//! columns in pages of our own, each with a checksum; 2,048 rows a page for text, so that a search
//! decodes only the granules that the token index leaves. Indexes of words and of ids are over all
//! groups of a segment, so that a lookup touches few files. Merging copies groups as they are. What
//! does not match its checksum marks the segment as damaged; it is then left out, never guessed at.

mod block_reader;
pub mod codec;
mod file;
mod footer;
mod group;
mod group_writer;
mod id_index;
mod inherited;
mod open_texts;
mod page;
mod pair_sort;
mod reader;
mod source_reader;
mod token_collector;
mod token_index;
mod uuid_text;
mod words;
mod writer;

pub mod cache;

pub use footer::Indexing;
pub use group::{Group, Unique};
pub use group_writer::GroupSource;
pub use reader::Segment;
pub use writer::SegmentWriter;

/// Rows of a page of text, and the unit of the token index.
pub const GRANULE_ROWS: u32 = 2048;
