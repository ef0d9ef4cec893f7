//! What there is besides memory, as one thing that is exchanged as a whole.

/// The blocks, and where memory begins.
#[derive(Debug, Default)]
pub struct View {
    /// Samples in order before it are in blocks, even where memory still has them.
    pub head_from: i64,
    /// Whether samples out of order that are on their way into a block are still to be read from memory.
    pub is_flushing: bool,
}
