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
pub use values_page::add_runs;
pub use writer::BlockWriter;

/// Reads bytes as each kind of part, see [`crate::fuzzing`].
pub fn fuzz(bytes: &[u8]) {
    // Whether they are such a part is the fuzzer's affair.
    let _ = footer::Footer::read(bytes);
    let _ = series_page::SeriesPage::read(bytes);
    let _ = values_page::add_runs(bytes, &mut roaring::RoaringBitmap::new());
    if let Ok(page) = values_page::ValuesPage::read(bytes.to_vec()) {
        for (value, _) in page.iter() {
            let _ = page.find(value);
        }
    }
}
