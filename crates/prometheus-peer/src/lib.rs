//! A real Prometheus beside Swarmscope: the same samples in both, answers and speed compared.
//!
//! For tests and benchmarks alone; nothing that the binary links. Both are driven over HTTP only.

pub mod answers;
pub mod dataset;
pub mod load;
pub mod server;
pub mod templates;
