//! What an agent links: events on stdout, the four metrics, error classes with retries, a client of
//! the orchestrator and the task loop.
//!
//! An agent is never slowed or broken by what it links here: logging never blocks and never
//! panics, a dead orchestrator is waited for. This crate never imports a store and never depends
//! on a tracing framework; an agent that uses one keeps it.

#[cfg(feature = "net")]
pub mod agent;
#[cfg(feature = "net")]
pub mod client;
pub mod correlation;
pub mod errors;
pub mod exception;
pub mod log;
pub mod metrics;
pub mod retry;
pub mod shutdown;
#[cfg(feature = "net")]
pub mod wire;

pub use correlation::with_correlation_id;
pub use errors::TaskError;
pub use log::Logger;
/// Tasks, agents and events, for an agent that links only this crate.
pub use swarmscope_model as model;
