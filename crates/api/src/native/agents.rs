//! The agents, their signs of life, and whether what they log arrives.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use swarmscope_model::accounting::Balance;
use swarmscope_model::state::Agent;

use super::NativeState;
use super::errors::ApiError;

/// Every agent.
#[derive(Debug, Serialize, Deserialize)]
pub struct AgentsBody {
    pub agents: Vec<AgentBody>,
}

/// An agent, and whether everything that it logged is here.
#[derive(Debug, Serialize, Deserialize)]
pub struct AgentBody {
    #[serde(flatten)]
    pub agent: Agent,
    /// `null` for an agent that does not report what it emits.
    #[serde(default)]
    pub ledger: Option<LedgerBody>,
}

/// An agent's account as of its last report: `emitted + unreported = stored + refused + dropped + gap`.
#[derive(Debug, Serialize, Deserialize)]
pub struct LedgerBody {
    pub emitted: u64,
    pub stored: u64,
    pub refused: u64,
    pub dropped: u64,
    /// Stored, and in none of the agent's reports.
    pub unreported: u64,
    /// Emitted, and lost on the way.
    pub gap: u64,
    /// Processes that ended without a last report.
    pub unclosed: u64,
    /// Whether the account began while the agent was running.
    pub partial: bool,
    /// Whether several processes report in this name.
    pub shared: bool,
}

impl From<Balance> for LedgerBody {
    fn from(balance: Balance) -> Self {
        let Balance {
            emitted,
            stored,
            refused,
            dropped,
            gap,
            unreported,
            unclosed,
            partial,
            shared,
        } = balance;
        Self {
            emitted,
            stored,
            refused,
            dropped,
            unreported,
            gap,
            unclosed,
            partial,
            shared,
        }
    }
}

/// `GET /api/v1/agents`
pub async fn list(State(state): State<NativeState>) -> Result<Json<AgentsBody>, ApiError> {
    let balances = state.ledger.balances();
    let agents = state.state.agents().await?.into_iter();
    Ok(Json(AgentsBody {
        agents: agents
            .map(|agent| AgentBody {
                ledger: balances
                    .get(&agent.agent_name)
                    .copied()
                    .map(LedgerBody::from),
                agent,
            })
            .collect(),
    }))
}
