//! From a group to action: the tasks that its errors belong to, and those that failed put back into the
//! queue.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use swarmscope_model::limits::{MAX_GROUP_TASKS, MAX_PAGE};
use swarmscope_model::state::{Requeued, Skipped, StateError, Task, TaskFilter};

use super::NativeState;
use super::error_groups::read;
use super::errors::ApiError;
use super::logs::parse_size;
use super::parameters::Parameters;

const DEFAULT_LIMIT: usize = 100;

#[derive(Debug, Deserialize)]
pub struct ListParameters {
    limit: Option<String>,
    offset: Option<String>,
}

#[derive(Serialize)]
pub struct ListBody {
    total: u64,
    /// Those that can be put back into the queue, as many as are at a time.
    requeueable: u64,
    tasks: Vec<Task>,
}

/// `GET /api/v1/errors/{id}/tasks`
pub async fn list(
    State(state): State<NativeState>,
    Path(id): Path<String>,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Json<ListBody>, ApiError> {
    let limit = parse_size(parameters.limit.as_deref(), DEFAULT_LIMIT, MAX_PAGE)?;
    let offset = parse_size(parameters.offset.as_deref(), 0, usize::MAX)?;
    let found = state.errors.error_group_tasks(&id, limit, offset).await?;
    Ok(Json(ListBody {
        total: found.total,
        requeueable: found.requeueable.min(MAX_GROUP_TASKS as u64),
        tasks: found.tasks,
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    /// How many tasks the person who asks has seen.
    expected: u64,
}

#[derive(Serialize)]
pub struct RequeueBody {
    requeued: u64,
    /// Tasks that were not requeued, because they are no longer what they were.
    skipped: Vec<Skipped>,
}

/// `POST /api/v1/errors/{id}/requeue`
pub async fn requeue(
    State(state): State<NativeState>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<RequeueBody>, ApiError> {
    let Request { expected } = read(&body)?;
    let task_ids = state.errors.requeueable_tasks(&id, MAX_GROUP_TASKS).await?;
    let found = task_ids.len() as u64;
    if found != expected {
        return Err(changed(found, expected));
    }
    let filter = TaskFilter {
        task_ids: Some(task_ids),
        ..TaskFilter::default()
    };
    // All or none: one that was requeued since they were counted changes the number.
    let Requeued { tasks, skipped } = match state.state.requeue(&filter, expected).await {
        Err(StateError::CountChanged { found, .. }) => return Err(changed(found, expected)),
        answer => answer?,
    };
    Ok(Json(RequeueBody {
        requeued: tasks.len() as u64,
        skipped,
    }))
}

fn changed(found: u64, expected: u64) -> ApiError {
    ApiError::changed(
        format!("{found} task(s) of the group can be requeued by now, not {expected}"),
        "look at them again, and ask with the new number",
    )
}
