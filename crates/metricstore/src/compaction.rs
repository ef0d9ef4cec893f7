//! What happens in the background: memory becomes blocks, blocks become larger ones, old ones go.
//!
//! All of it is done by one at a time, under [`crate::shared::Shared::maintenance`], and becomes valid by
//! exchanging the manifest.

pub mod backfill;
pub mod checkpointing;
pub mod commit;
pub mod deletion;
pub mod flush;
mod joining;
pub mod merge;
pub mod plan;
pub mod retention;
pub mod snapshot;
pub mod threads;
