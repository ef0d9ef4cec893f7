//! The write-ahead log: what was acknowledged and is not in a segment yet.
//!
//! A request is one frame, so that it is there in full or not at all. Frames carry a mark, their
//! length, a checksum and the first sequence of their writes. Never decides what a write means: it
//! keeps decisions already made, so that replaying them needs no decision either.

pub mod entry;
pub mod frame;
pub mod log;
pub mod recovery;
