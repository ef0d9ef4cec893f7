//! Many tasks at once, with the number that the caller has seen: another number by now changes nothing.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use swarmscope_model::state::Skipped;
use utoipa::ToSchema;

use crate::Door;
use crate::body::Body;
use crate::errors::ApiError;
use crate::listing::Which;
use crate::replies::{Refused, Shared};

/// Which tasks, and how many they are.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct BulkRequest {
    #[serde(flatten)]
    pub which: Which,
    /// How many tasks match, as the caller has seen it.
    pub expected: u64,
}

/// What a requeueing did.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct RequeueReply {
    /// How many tasks are in the queue again.
    pub requeued: u64,
    /// Tasks that matched and were left as they are.
    pub skipped: Vec<Skipped>,
}

/// What a cancellation did.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct CancelReply {
    /// How many of the tasks that matched are cancelled; those under them come with them.
    pub cancelled: u64,
    /// Tasks that matched and were left as they are.
    pub skipped: Vec<Skipped>,
}

/// Requeue every failed or dead task that matches, with fresh retries
///
/// Of cancelled tasks only when `state` asks for them. 409 `count_changed` and no change when there are
/// more or fewer than `expected`.
#[utoipa::path(
    post, path = "/api/v1/tasks/requeue", tag = "tasks", operation_id = "requeue_tasks",
    request_body(content = BulkRequest,
        example = json!({"state": "dead_letter", "task_type": "research", "expected": 12})),
    responses(
        (status = 200, description = "What was done", body = RequeueReply,
         example = json!({"requeued": 12, "skipped": []})),
        Refused, Shared,
    )
)]
pub async fn requeue(
    State(door): State<Door>,
    Body(request): Body<BulkRequest>,
) -> Result<Json<RequeueReply>, ApiError> {
    let filter = request.which.filter()?;
    let done = door.tasks.requeue(&filter, request.expected).await?;
    Ok(Json(RequeueReply {
        requeued: done.tasks.len() as u64,
        skipped: done.skipped,
    }))
}

/// Cancel every task that matches and has not ended, and all under them
///
/// 409 `count_changed` and no change when there are more or fewer than `expected`.
#[utoipa::path(
    post, path = "/api/v1/tasks/cancel", tag = "tasks", operation_id = "cancel_tasks",
    request_body(content = BulkRequest,
        example = json!({"state": "queued", "task_type": "research", "expected": 3})),
    responses(
        (status = 200, description = "What was done", body = CancelReply,
         example = json!({"cancelled": 3, "skipped": []})),
        Refused, Shared,
    )
)]
pub async fn cancel(
    State(door): State<Door>,
    Body(request): Body<BulkRequest>,
) -> Result<Json<CancelReply>, ApiError> {
    let filter = request.which.filter()?;
    let done = door.tasks.cancel_all(&filter, request.expected).await?;
    Ok(Json(CancelReply {
        cancelled: done.tasks.len() as u64,
        skipped: done.skipped,
    }))
}
