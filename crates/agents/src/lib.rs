//! The test agent and the four demo agents: a newsroom in small. Research collects facts, writing composes a draft,
//! editing tightens it, fact checking verifies it against the corpus.
//!
//! They do their work for real, on small texts, and fail now and then in every way a real agent
//! does, so that a newcomer sees the whole system move. They are agents like any other: everything
//! they know about the orchestrator comes from the SDK.

mod corpus;
mod handler;
mod mishaps;
mod run;
mod stages;
mod test_agent;

pub use corpus::topics;
pub use handler::DemoHandler;
pub use mishaps::Mishaps;
pub use run::{AgentConfig, AgentError, run, run_until};
pub use stages::Stage;
