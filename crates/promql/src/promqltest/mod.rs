//! Prometheus's test scripts: load series, evaluate queries, compare results.
//!
//! The language is that of Prometheus's `promqltest`: `load`, `load_with_nhcb`, `clear`, `eval` with its
//! old forms, and `expect` lines. As there, an instant query is evaluated again with every selector pinned
//! by `@` at other times, and as the middle of a range query. Every query counts, whatever the ones before
//! it did. Nothing here reads files.

mod almost;
mod annotations;
mod classic;
mod command;
mod compare;
mod eval;
mod expect;
mod load;
mod pinned;
mod resets;
mod run;
mod start_times;
mod storage;

pub use run::{Failure, Report, load_script, run_script};
pub use storage::MemoryStorage;
