//! Tasks: submit, look, steer, and what their workers do with them.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use swarmscope_model::limits::MAX_PAGE;
use swarmscope_model::state::{Claim, Failure, TaskFilter, TaskState};
use swarmscope_sdk::wire::{
    CompleteRequest, FailRequest, RenewRequest, TaskDetail, TaskList, TaskQuery, TaskReply,
};

use super::body::{Body, Parameters, Submission};
use super::errors::ApiError;
use crate::dispatch::Orchestrator;

const DEFAULT_LIMIT: usize = 100;

type Reply = Result<Json<TaskReply>, ApiError>;

/// `POST /api/v1/tasks`
pub async fn submit(
    State(orchestrator): State<Orchestrator>,
    submission: Submission,
) -> Result<Response, ApiError> {
    let reply = match submission {
        Submission::Many(tasks) => Json(orchestrator.submit(tasks).await?).into_response(),
        Submission::One(task) => {
            let task = orchestrator.submit(vec![*task]).await?.pop();
            Json(task).into_response()
        }
    };
    Ok((StatusCode::CREATED, reply).into_response())
}

/// `GET /api/v1/tasks`
pub async fn list(
    State(orchestrator): State<Orchestrator>,
    Parameters(query): Parameters<TaskQuery>,
) -> Result<Json<TaskList>, ApiError> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let filter = TaskFilter {
        state: given(query.state)
            .map(|name| parse_state(&name))
            .transpose()?,
        task_type: given(query.task_type),
        agent_name: given(query.agent_name),
        correlation_id: given(query.correlation_id),
        limit: query.limit.unwrap_or(DEFAULT_LIMIT).min(MAX_PAGE),
        offset: query.offset.unwrap_or(0),
        ..TaskFilter::default()
    };
    let page = orchestrator.store().tasks(&filter).await?;
    let counts = orchestrator.store().task_counts().await?;
    Ok(Json(TaskList {
        total: page.total,
        counts: counts
            .into_iter()
            .map(|(state, tasks)| (state.as_str().to_owned(), tasks))
            .collect(),
        tasks: page.tasks,
    }))
}

fn parse_state(name: &str) -> Result<TaskState, ApiError> {
    TaskState::from_name(name).ok_or_else(|| {
        let known = TaskState::ALL.map(TaskState::as_str).join(", ");
        ApiError::Invalid {
            message: format!("state={name:?} is none of {known}"),
        }
    })
}

/// `GET /api/v1/tasks/{task_id}`
pub async fn show(
    State(orchestrator): State<Orchestrator>,
    Path(task_id): Path<String>,
) -> Result<Json<TaskDetail>, ApiError> {
    let task = orchestrator.store().task(&task_id).await?;
    let attempts = orchestrator.store().attempts(&task_id).await?;
    Ok(Json(TaskDetail { task, attempts }))
}

/// `POST /api/v1/tasks/{task_id}/cancel`
pub async fn cancel(
    State(orchestrator): State<Orchestrator>,
    Path(task_id): Path<String>,
) -> Reply {
    let task = orchestrator.cancel(&task_id).await?;
    Ok(Json(TaskReply { task }))
}

/// `POST /api/v1/tasks/{task_id}/retry`
pub async fn retry(State(orchestrator): State<Orchestrator>, Path(task_id): Path<String>) -> Reply {
    let task = orchestrator.retry(&task_id).await?;
    Ok(Json(TaskReply { task }))
}

/// `POST /api/v1/tasks/{task_id}/renew`
pub async fn renew(
    State(orchestrator): State<Orchestrator>,
    Path(task_id): Path<String>,
    Body(request): Body<RenewRequest>,
) -> Reply {
    let claim = Claim {
        task_id,
        agent_name: request.agent_name,
        fencing_token: request.fencing_token,
    };
    let lease = request.lease_ms.map(Duration::from_millis);
    let task = orchestrator.renew(&claim, lease).await?;
    Ok(Json(TaskReply { task }))
}

/// `POST /api/v1/tasks/{task_id}/complete`
pub async fn complete(
    State(orchestrator): State<Orchestrator>,
    Path(task_id): Path<String>,
    Body(request): Body<CompleteRequest>,
) -> Reply {
    let claim = Claim {
        task_id,
        agent_name: request.agent_name,
        fencing_token: request.fencing_token,
    };
    let task = orchestrator
        .complete(&claim, request.result, request.follow_up)
        .await?;
    Ok(Json(TaskReply { task }))
}

/// `POST /api/v1/tasks/{task_id}/fail`
pub async fn fail(
    State(orchestrator): State<Orchestrator>,
    Path(task_id): Path<String>,
    Body(request): Body<FailRequest>,
) -> Reply {
    let claim = Claim {
        task_id,
        agent_name: request.agent_name,
        fencing_token: request.fencing_token,
    };
    let failure = Failure {
        error_type: request.error_type,
        error_message: request.error_message,
        exception_type: request.exception_type,
    };
    let task = orchestrator.fail(&claim, &failure).await?;
    Ok(Json(TaskReply { task }))
}
