//! The write-ahead log: every batch is one checksummed frame in numbered segments, all of it or nothing
//! after a crash.
//!
//! A checkpoint is the head as it was when a segment began, and makes the segments before it needless.

pub mod checkpoint;
pub mod frame;
pub mod log;
pub mod record;
pub mod replay;
pub mod syncing;
