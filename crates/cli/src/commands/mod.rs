//! One module a command; `up` has a room of its own.

pub mod agent;
pub mod agent_new;
pub mod agents;
pub mod alerts;
pub mod backup;
pub mod bench;
pub mod check;
pub mod errors;
pub mod export;
pub mod import;
pub mod journey;
pub mod logs;
pub mod orchestrator;
pub mod patterns;
pub mod promql;
pub mod restore;
pub mod run;
pub mod tasks;
pub mod validate;
