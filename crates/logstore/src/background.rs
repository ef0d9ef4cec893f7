//! What runs beside writes and searches: flushing, merging, retention, setting damage aside.

pub mod deleted;
pub mod flush;
pub mod merge;
pub mod merge_source;
pub mod retention;
pub mod threads;
