//! The agents, their signs of life, and whether what they log arrives.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use swarmscope_model::accounting::Balance;
use swarmscope_model::state::Agent;

use super::NativeState;
use super::errors::ApiError;

#[derive(Serialize)]
pub struct AgentsBody {
    agents: Vec<AgentBody>,
}

#[derive(Serialize)]
struct AgentBody {
    #[serde(flatten)]
    agent: Agent,
    /// `null` for an agent that does not report what it emits.
    ledger: Option<LedgerBody>,
}

/// An agent's account as of its last report.
#[derive(Serialize)]
struct LedgerBody {
    emitted: u64,
    stored: u64,
    refused: u64,
    dropped: u64,
    unreported: u64,
    gap: u64,
    unclosed: u64,
    partial: bool,
    shared: bool,
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
