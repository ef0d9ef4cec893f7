//! Tasks: list, one with its attempts, cancel and retry.

use axum::Json;
use axum::extract::{Path, State};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use swarmscope_model::limits::MAX_PAGE;
use swarmscope_model::state::{Attempt, Task, TaskFilter, TaskState};

use super::NativeState;
use super::errors::ApiError;
use super::logs::parse_size;
use super::parameters::Parameters;

const DEFAULT_LIMIT: usize = 100;

#[derive(Debug, Deserialize)]
pub struct ListParameters {
    state: Option<String>,
    task_type: Option<String>,
    agent_name: Option<String>,
    correlation_id: Option<String>,
    limit: Option<String>,
    offset: Option<String>,
}

#[derive(Serialize)]
pub struct ListBody {
    total: u64,
    counts: IndexMap<&'static str, u64>,
    tasks: Vec<Task>,
}

#[derive(Serialize)]
pub struct TaskBody {
    task: Task,
}

#[derive(Serialize)]
pub struct TaskWithAttempts {
    task: Task,
    attempts: Vec<Attempt>,
}

/// `GET /api/v1/tasks`
pub async fn list(
    State(state): State<NativeState>,
    Parameters(parameters): Parameters<ListParameters>,
) -> Result<Json<ListBody>, ApiError> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let filter = TaskFilter {
        state: given(parameters.state)
            .map(|name| parse_state(&name))
            .transpose()?,
        task_type: given(parameters.task_type),
        agent_name: given(parameters.agent_name),
        correlation_id: given(parameters.correlation_id),
        limit: parse_size(parameters.limit.as_deref(), DEFAULT_LIMIT, MAX_PAGE)?,
        offset: parse_size(parameters.offset.as_deref(), 0, usize::MAX)?,
        ..TaskFilter::default()
    };
    let page = state.state.tasks(&filter).await?;
    let counts = state.state.task_counts().await?;
    Ok(Json(ListBody {
        total: page.total,
        counts: counts
            .into_iter()
            .map(|(state, count)| (state.as_str(), count))
            .collect(),
        tasks: page.tasks,
    }))
}

fn parse_state(name: &str) -> Result<TaskState, ApiError> {
    TaskState::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = TaskState::ALL.iter().map(|state| state.as_str()).collect();
        ApiError::invalid(format!("state={name:?} is none of {}", known.join(", ")))
    })
}

/// `GET /api/v1/tasks/{task_id}`
pub async fn show(
    State(state): State<NativeState>,
    Path(task_id): Path<String>,
) -> Result<Json<TaskWithAttempts>, ApiError> {
    let task = state.state.task(&task_id).await?;
    let attempts = state.state.attempts(&task_id).await?;
    Ok(Json(TaskWithAttempts { task, attempts }))
}

/// `POST /api/v1/tasks/{task_id}/cancel`
pub async fn cancel(
    State(state): State<NativeState>,
    Path(task_id): Path<String>,
) -> Result<Json<TaskBody>, ApiError> {
    Ok(Json(TaskBody {
        task: state.state.cancel(&task_id).await?,
    }))
}

/// `POST /api/v1/tasks/{task_id}/retry`
pub async fn retry(
    State(state): State<NativeState>,
    Path(task_id): Path<String>,
) -> Result<Json<TaskBody>, ApiError> {
    Ok(Json(TaskBody {
        task: state.state.retry(&task_id).await?,
    }))
}
