//! Tasks one by one: list, look, cancel, retry.

use axum::Json;
use axum::extract::{Path, State};
use swarmscope_sdk::wire::{TaskDetail, TaskList, TaskReply};

use crate::Door;
use crate::body::Parameters;
use crate::errors::ApiError;
use crate::examples;
use crate::listing::{Page, Which};
use crate::replies::{Absent, Refused, Shared};

type Reply = Result<Json<TaskReply>, ApiError>;

/// A page of tasks, newest change first
///
/// `counts` are of all tasks, by state; `total` is how many match.
#[utoipa::path(
    get, path = "/api/v1/tasks", tag = "tasks", operation_id = "list_tasks",
    params(Which, Page),
    responses(
        (status = 200, description = "The page", body = TaskList, example = json!({
            "total": 1, "counts": {"queued": 1}, "tasks": [examples::task()]})),
        Shared,
    )
)]
pub async fn list(
    State(door): State<Door>,
    Parameters(which): Parameters<Which>,
    Parameters(page): Parameters<Page>,
) -> Result<Json<TaskList>, ApiError> {
    let filter = which.page(&page)?;
    let store = door.tasks.store();
    let page = store.tasks(&filter).await?;
    let counts = store.task_counts().await?;
    Ok(Json(TaskList {
        total: page.total,
        counts: counts
            .into_iter()
            .map(|(state, tasks)| (state.as_str().to_owned(), tasks))
            .collect(),
        tasks: page.tasks,
    }))
}

/// A task with its attempts, oldest first
///
/// An attempt's `state` is a task state, `lease_expired`, or `released` when its agent deregistered.
#[utoipa::path(
    get, path = "/api/v1/tasks/{task_id}", tag = "tasks", operation_id = "get_task",
    params(("task_id" = String, Path, description = "The task")),
    responses(
        (status = 200, description = "The task", body = TaskDetail,
         example = json!({"task": examples::task(), "attempts": []})),
        Absent, Shared,
    )
)]
pub async fn show(
    State(door): State<Door>,
    Path(task_id): Path<String>,
) -> Result<Json<TaskDetail>, ApiError> {
    let task = door.tasks.store().task(&task_id).await?;
    let attempts = door.tasks.store().attempts(&task_id).await?;
    Ok(Json(TaskDetail { task, attempts }))
}

/// Cancel a task that has not ended, and all under it
///
/// Whoever works on it has its completion refused.
#[utoipa::path(
    post, path = "/api/v1/tasks/{task_id}/cancel", tag = "tasks", operation_id = "cancel_task",
    params(("task_id" = String, Path, description = "The task")),
    responses(
        (status = 200, description = "The cancelled task", body = TaskReply,
         example = json!(examples::task_reply())),
        Absent, Refused, Shared,
    )
)]
pub async fn cancel(State(door): State<Door>, Path(task_id): Path<String>) -> Reply {
    let task = door.tasks.cancel(&task_id).await?;
    Ok(Json(TaskReply { task }))
}

/// Put a failed, dead or cancelled task back into the queue with fresh retries
#[utoipa::path(
    post, path = "/api/v1/tasks/{task_id}/retry", tag = "tasks", operation_id = "retry_task",
    params(("task_id" = String, Path, description = "The task")),
    responses(
        (status = 200, description = "The queued task", body = TaskReply,
         example = json!(examples::task_reply())),
        Absent, Refused, Shared,
    )
)]
pub async fn retry(State(door): State<Door>, Path(task_id): Path<String>) -> Reply {
    let task = door.tasks.retry(&task_id).await?;
    Ok(Json(TaskReply { task }))
}
