//! The system about itself: version, addresses, sizes, and the account of every document.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use swarmscope_model::Timestamp;
use swarmscope_model::accounting::Account;
use swarmscope_model::retention::RetentionRule;
use swarmscope_query::indices::IndexExpression;

use super::NativeState;
use super::error_follower::FollowerStatus;
use super::errors::{ApiError, ErrorDetail};
use super::monitor::MetricFigures;

#[derive(Serialize)]
pub struct StatusBody {
    version: &'static str,
    started_at: Timestamp,
    addresses: BTreeMap<&'static str, String>,
    logs: LogsBody,
    metrics: MetricFigures,
    error_groups: FollowerStatus,
    accounting: AccountingBody,
}

#[derive(Serialize)]
struct LogsBody {
    documents: u64,
    /// Of segments.
    bytes: u64,
    /// Of the write-ahead log: what is in no segment yet.
    wal_bytes: u64,
    indices: usize,
    segments: u64,
    damaged_indices: usize,
    /// In the order in which they are looked at.
    retention: Vec<RetentionBody>,
}

/// How long the logs of matching indices are kept.
#[derive(Serialize)]
struct RetentionBody {
    pattern: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}

impl From<&RetentionRule> for RetentionBody {
    fn from(rule: &RetentionRule) -> Self {
        Self {
            pattern: rule.pattern.clone(),
            age_seconds: rule.age.map(|age| age.as_secs()),
            bytes: rule.bytes,
        }
    }
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
            repeated: _,
            notices: _,
            dropped,
            dropped_by_sender: _,
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
            wal_bytes: (state.system.wal_bytes)(),
            segments: indices.iter().map(|index| index.segments).sum(),
            damaged_indices: indices
                .iter()
                .filter(|index| index.damage.is_some())
                .count(),
            indices: indices.len(),
            retention: state
                .system
                .retention
                .iter()
                .map(RetentionBody::from)
                .collect(),
        },
        metrics: state.monitor.figures(),
        error_groups: state.error_follower.status(),
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
    /// The state store: `ok` or `unreachable`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorDetail>,
}

/// `GET /health`
pub async fn health(
    State(state): State<NativeState>,
) -> Result<(StatusCode, Json<HealthBody>), ApiError> {
    state.logs.indices(&IndexExpression::all()).await?;
    Ok(match state.state.ping().await {
        Ok(()) => (
            StatusCode::OK,
            Json(HealthBody {
                status: "ok",
                state: "ok",
                reason: None,
                error: None,
            }),
        ),
        Err(error) => (
            StatusCode::SERVICE_UNAVAILABLE,
            Json(HealthBody {
                status: "unavailable",
                state: "unreachable",
                reason: Some(error.reason()),
                error: Some(ApiError::from(error).into_detail()),
            }),
        ),
    })
}
