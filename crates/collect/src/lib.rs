//! From programs' output to events: lines of processes and files become documents in the log store.
//!
//! At least once, made exact by an id: every line has one that follows from where it stood, and is
//! written with `create`, so that a line sent twice is stored once. Nothing here is lost silently:
//! what cannot be stored is counted as dropped in the ledger.

pub mod document;
pub mod lines;
pub mod pieces;
pub mod process;
pub mod sink;
pub mod traceback;

pub use sink::{Sink, SinkClosed};
