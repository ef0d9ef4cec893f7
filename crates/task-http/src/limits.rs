//! How many tasks a type or an agent may have in hand, and how many it may begin in a time.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use swarmscope_model::state::{AGENT_LIMIT_PREFIX, ClaimLimit, TYPE_LIMIT_PREFIX};
use utoipa::ToSchema;

use crate::Door;
use crate::body::Body;
use crate::errors::ApiError;
use crate::replies::{Absent, Shared};

/// Whose claims a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All agents' claims of one task type.
    TaskType,
    /// One agent's claims; `*` is each agent without a limit of its own.
    Agent,
}

impl Scope {
    fn prefix(self) -> &'static str {
        match self {
            Scope::TaskType => TYPE_LIMIT_PREFIX,
            Scope::Agent => AGENT_LIMIT_PREFIX,
        }
    }
}

/// A limit and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NamedLimit {
    pub scope: Scope,
    /// The task type or the agent.
    pub name: String,
    pub limit: ClaimLimit,
}

/// Every limit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LimitList {
    pub limits: Vec<NamedLimit>,
}

/// Every limit, those of task types first
///
/// A row of `system_config` that cannot be read as a limit is not in force and not listed.
#[utoipa::path(
    get, path = "/api/v1/limits", tag = "limits", operation_id = "list_limits",
    responses(
        (status = 200, description = "The limits", body = LimitList, example = json!({"limits": [
            {"scope": "task_type", "name": "research", "limit": {"max_concurrent": 4}}]})),
        Shared,
    )
)]
pub async fn list(State(door): State<Door>) -> Result<Json<LimitList>, ApiError> {
    let rows = door.tasks.store().settings().await?;
    let mut limits = Vec::new();
    for scope in [Scope::TaskType, Scope::Agent] {
        for (key, value) in &rows {
            let Some(name) = key.strip_prefix(scope.prefix()) else {
                continue;
            };
            let read: Result<ClaimLimit, _> = serde_json::from_value(value.clone());
            if let Some(limit) = read.ok().filter(|limit| limit.fault().is_none()) {
                limits.push(NamedLimit {
                    scope,
                    name: name.to_owned(),
                    limit,
                });
            }
        }
    }
    Ok(Json(LimitList { limits }))
}

/// Keep a limit; in force with the next claims
#[utoipa::path(
    put, path = "/api/v1/limits/{scope}/{name}", tag = "limits", operation_id = "put_limit",
    params(
        ("scope" = Scope, Path, description = "Whose claims it counts"),
        ("name" = String, Path, description = "The task type or the agent; `*` is each other agent"),
    ),
    request_body(content = ClaimLimit,
        example = json!({"max_concurrent": 4, "rate": {"claims": 10, "per_seconds": 60.0}})),
    responses(
        (status = 200, description = "The limit", body = NamedLimit, example = json!(
            {"scope": "task_type", "name": "research", "limit": {"max_concurrent": 4}})),
        Shared,
    )
)]
pub async fn put(
    State(door): State<Door>,
    Path((scope, name)): Path<(String, String)>,
    Body(limit): Body<ClaimLimit>,
) -> Result<Json<NamedLimit>, ApiError> {
    let scope = parse(&scope)?;
    if let Some(fault) = limit.fault() {
        return Err(ApiError::invalid(fault));
    }
    let value =
        serde_json::to_value(&limit).map_err(|error| ApiError::invalid(error.to_string()))?;
    let key = format!("{}{name}", scope.prefix());
    door.tasks.store().set_setting(&key, Some(value)).await?;
    Ok(Json(NamedLimit { scope, name, limit }))
}

/// Forget a limit
#[utoipa::path(
    delete, path = "/api/v1/limits/{scope}/{name}", tag = "limits", operation_id = "delete_limit",
    params(
        ("scope" = Scope, Path, description = "Whose claims it counts"),
        ("name" = String, Path, description = "The task type or the agent"),
    ),
    responses((status = 204, description = "It is gone"), Absent, Shared)
)]
pub async fn remove(
    State(door): State<Door>,
    Path((scope, name)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let key = format!("{}{name}", parse(&scope)?.prefix());
    door.remove_setting(&key, "limit", &name).await
}

fn parse(scope: &str) -> Result<Scope, ApiError> {
    match scope {
        "task_type" => Ok(Scope::TaskType),
        "agent" => Ok(Scope::Agent),
        _ => Err(ApiError::invalid(format!(
            "{scope:?} is neither task_type nor agent"
        ))),
    }
}
