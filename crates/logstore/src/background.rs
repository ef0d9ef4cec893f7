//! What runs beside writes and searches: flushing, merging, retention, setting damage aside.

pub mod damage;
pub mod deleted;
pub mod flush;
pub mod merge;
mod merge_plan;
pub mod purge;
pub mod retention;
pub mod threads;
