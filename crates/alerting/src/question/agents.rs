//! Which agents are not as they should be.

use std::fmt;
use std::time::Duration;

use swarmscope_model::metrics::duration;

/// Agents that something is wrong with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentQuestion {
    /// No heartbeat for so long, though it did not leave in order. Forgotten after `forget_after`.
    Silent {
        after: Duration,
        forget_after: Duration,
    },
    /// Holds a task under a lease and has logged nothing for so long.
    IdleWithLease { after: Duration },
}

impl fmt::Display for AgentQuestion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent {
                after,
                forget_after,
            } => write!(
                out,
                "agents: silent for {} and at most {}",
                duration::format(*after),
                duration::format(*forget_after)
            ),
            Self::IdleWithLease { after } => write!(
                out,
                "agents: with a lease and no event for {}",
                duration::format(*after)
            ),
        }
    }
}
