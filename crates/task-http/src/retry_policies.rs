//! How task types are retried.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use swarmscope_model::state::{RETRY_POLICY_PREFIX, RetryPolicy, StateError};
use utoipa::ToSchema;

use crate::Door;
use crate::body::Body;
use crate::errors::ApiError;
use crate::replies::{Absent, Shared};

/// A policy and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NamedPolicy {
    /// `*` is every type without a policy of its own.
    pub task_type: String,
    pub policy: RetryPolicy,
}

/// Every policy.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PolicyList {
    pub policies: Vec<NamedPolicy>,
}

impl Door {
    /// Removes a row of `system_config` that is there.
    pub async fn remove_setting(
        &self,
        key: &str,
        kind: &'static str,
        name: &str,
    ) -> Result<StatusCode, ApiError> {
        let store = self.tasks.store();
        if !store.settings().await?.contains_key(key) {
            return Err(ApiError::from(StateError::NotFound {
                kind,
                id: name.to_owned(),
            }));
        }
        store.set_setting(key, None).await?;
        Ok(StatusCode::NO_CONTENT)
    }
}

/// Every retry policy, by task type
///
/// A row of `system_config` that cannot be read as a policy is not in force and not listed.
#[utoipa::path(
    get, path = "/api/v1/retry-policies", tag = "retry policies", operation_id = "list_retry_policies",
    responses(
        (status = 200, description = "The policies", body = PolicyList, example = json!({"policies": [
            {"task_type": "research", "policy": {"max_retries": 5, "base_seconds": 1.0, "factor": 2.0,
             "cap_seconds": 60.0, "jitter": 0.1, "non_retryable": ["ValueError"]}}]})),
        Shared,
    )
)]
pub async fn list(State(door): State<Door>) -> Result<Json<PolicyList>, ApiError> {
    let rows = door.tasks.store().settings().await?;
    let policies = rows.into_iter().filter_map(|(key, value)| {
        let task_type = key.strip_prefix(RETRY_POLICY_PREFIX)?.to_owned();
        let policy: RetryPolicy = serde_json::from_value(value).ok()?;
        policy
            .fault()
            .is_none()
            .then_some(NamedPolicy { task_type, policy })
    });
    Ok(Json(PolicyList {
        policies: policies.collect(),
    }))
}

/// Keep a policy; in force with the next failures
#[utoipa::path(
    put, path = "/api/v1/retry-policies/{task_type}", tag = "retry policies",
    operation_id = "put_retry_policy",
    params(("task_type" = String, Path, description = "The type; `*` is every type without its own")),
    request_body(content = RetryPolicy,
        example = json!({"max_retries": 5, "base_seconds": 1.0, "cap_seconds": 60.0,
                         "non_retryable": ["ValueError"]})),
    responses(
        (status = 200, description = "The policy", body = NamedPolicy, example = json!(
            {"task_type": "research", "policy": {"max_retries": 5, "base_seconds": 1.0, "factor": 2.0,
             "cap_seconds": 60.0, "jitter": 0.1, "non_retryable": ["ValueError"]}})),
        Shared,
    )
)]
pub async fn put(
    State(door): State<Door>,
    Path(task_type): Path<String>,
    Body(policy): Body<RetryPolicy>,
) -> Result<Json<NamedPolicy>, ApiError> {
    if let Some(fault) = policy.fault() {
        return Err(ApiError::invalid(fault));
    }
    let value =
        serde_json::to_value(&policy).map_err(|error| ApiError::invalid(error.to_string()))?;
    let key = format!("{RETRY_POLICY_PREFIX}{task_type}");
    door.tasks.store().set_setting(&key, Some(value)).await?;
    Ok(Json(NamedPolicy { task_type, policy }))
}

/// Forget a policy
#[utoipa::path(
    delete, path = "/api/v1/retry-policies/{task_type}", tag = "retry policies",
    operation_id = "delete_retry_policy",
    params(("task_type" = String, Path, description = "The type")),
    responses((status = 204, description = "It is gone"), Absent, Shared)
)]
pub async fn remove(
    State(door): State<Door>,
    Path(task_type): Path<String>,
) -> Result<StatusCode, ApiError> {
    let key = format!("{RETRY_POLICY_PREFIX}{task_type}");
    door.remove_setting(&key, "retry policy", &task_type).await
}
