//! The system about itself: version, addresses, sizes, and the account of every document.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use swarmscope_model::Timestamp;
use swarmscope_model::accounting::Account;
use swarmscope_query::indices::IndexExpression;

use super::NativeState;
use super::errors::ApiError;

#[derive(Serialize)]
pub struct StatusBody {
    version: &'static str,
    started_at: Timestamp,
    addresses: BTreeMap<&'static str, String>,
    logs: LogsBody,
    accounting: AccountingBody,
}

#[derive(Serialize)]
struct LogsBody {
    documents: u64,
    bytes: u64,
    indices: usize,
    segments: u64,
    damaged_indices: usize,
}

#[derive(Serialize)]
struct AccountingBody {
    #[serde(flatten)]
    total: AccountBody,
    by_agent: Vec<AgentAccountBody>,
}

#[derive(Serialize)]
struct AgentAccountBody {
    agent_name: String,
    #[serde(flatten)]
    account: AccountBody,
}

#[derive(Serialize)]
struct AccountBody {
    received: u64,
    stored: u64,
    refused: u64,
    dropped: u64,
}

impl From<Account> for AccountBody {
    fn from(account: Account) -> Self {
        let Account {
            received,
            stored,
            refused,
            dropped,
        } = account;
        Self {
            received,
            stored,
            refused,
            dropped,
        }
    }
}

/// `GET /api/v1/status`
pub async fn status(State(state): State<NativeState>) -> Result<Json<StatusBody>, ApiError> {
    let indices = state.logs.indices(&IndexExpression::all()).await?;
    let by_agent = state.ledger.by_agent().into_iter();
    Ok(Json(StatusBody {
        version: state.system.version,
        started_at: state.system.started_at,
        addresses: state.system.addresses.clone(),
        logs: LogsBody {
            documents: indices.iter().map(|index| index.documents).sum(),
            bytes: indices.iter().map(|index| index.bytes).sum(),
            segments: indices.iter().map(|index| index.segments).sum(),
            damaged_indices: indices
                .iter()
                .filter(|index| index.damage.is_some())
                .count(),
            indices: indices.len(),
        },
        accounting: AccountingBody {
            total: state.ledger.total().into(),
            by_agent: by_agent
                .map(|(agent_name, account)| AgentAccountBody {
                    agent_name,
                    account: account.into(),
                })
                .collect(),
        },
    }))
}

#[derive(Serialize)]
pub struct HealthBody {
    status: &'static str,
}

/// `GET /health`
pub async fn health(State(state): State<NativeState>) -> Result<Json<HealthBody>, ApiError> {
    state.logs.indices(&IndexExpression::all()).await?;
    if let Err(error) = state.state.task_counts().await {
        return Err(ApiError::unavailable(format!("the state store: {error}")));
    }
    Ok(Json(HealthBody { status: "ok" }))
}
