//! What there is besides memory, as one thing that is exchanged as a whole.

use std::sync::Arc;

use crate::block::{Block, Tombstones};

/// A block and what is deleted from it.
#[derive(Debug, Clone)]
pub struct BlockPart {
    pub block: Arc<Block>,
    pub tombstones: Arc<Tombstones>,
    /// The number of the tombstones' file; zero when there is none.
    pub state: u64,
}

/// The blocks, and where memory begins. Whoever holds it keeps memory from forgetting what was not in a
/// block when it was made: see [`View::reliance`].
#[derive(Debug, Default)]
pub struct View {
    /// In the order in which they were made.
    pub blocks: Vec<BlockPart>,
    /// Samples in order before it are in blocks, even where memory still has them.
    pub head_from: i64,
    /// The newest frame of the log whose samples out of order are in blocks, if they are before
    /// `head_from`.
    pub flushed: u64,
    /// Shared by all views that rely on memory from the same time on: those between two flushes, however
    /// often blocks were exchanged meanwhile.
    pub reliance: Arc<()>,
}
