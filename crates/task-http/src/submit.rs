//! Submission of one task or several.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use swarmscope_model::state::{NewTask, Task};
use utoipa::ToSchema;

use crate::Door;
use crate::body;
use crate::errors::ApiError;
use crate::examples;
use crate::replies::{Refused, Shared};

/// The header that stands for the body's `idempotency_key`.
const KEY_HEADER: &str = "idempotency-key";

/// One task or several: the reply has the shape of the body.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Submission {
    One(Box<NewTask>),
    Many(Vec<NewTask>),
}

/// The task, or the tasks in the order of the body.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Submitted {
    One(Box<Task>),
    Many(Vec<Task>),
}

impl<S: Send + Sync> FromRequest<S> for Submission {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let key = key(request.headers())?;
        let bytes: Bytes = body::bytes(request, state).await?;
        // Not by trying one after the other, whose errors would say nothing.
        let parsed = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'[') => serde_json::from_slice(&bytes).map(Self::Many),
            _ => serde_json::from_slice(&bytes).map(|task| Self::One(Box::new(task))),
        };
        let submission = parsed.map_err(|error| body::invalid(&error))?;
        match key {
            None => Ok(submission),
            Some(key) => submission.with_key(key),
        }
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(KEY_HEADER) else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(text) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
        _ => Err(ApiError::invalid(
            "Idempotency-Key is empty or holds other than visible ASCII",
        )),
    }
}

impl Submission {
    fn with_key(self, key: String) -> Result<Self, ApiError> {
        let Self::One(mut task) = self else {
            return Err(ApiError::invalid(
                "Idempotency-Key goes with one task; give each task of an array its idempotency_key",
            ));
        };
        match &task.idempotency_key {
            Some(other) if *other != key => Err(ApiError::invalid(format!(
                "the header Idempotency-Key says {key:?} and the body says {other:?}"
            ))),
            _ => {
                task.idempotency_key = Some(key);
                Ok(Self::One(task))
            }
        }
    }
}

/// Submit one task, or several of which all or none are enqueued
///
/// The same `task_id`, or the same `idempotency_key` of a type, with the same content again gives the task
/// that is there and enqueues nothing.
#[utoipa::path(
    post, path = "/api/v1/tasks", tag = "tasks", operation_id = "submit_tasks",
    params(("Idempotency-Key" = Option<String>, Header,
        description = "Stands for the body's idempotency_key, where that is one task")),
    request_body(content = Submission, description = "A task, or an array of at most 1,000",
        example = json!(examples::new_task())),
    responses(
        (status = 201, description = "The task, or an array of tasks", body = Submitted,
         example = json!(examples::task())),
        Refused, Shared,
    )
)]
pub async fn submit(
    State(door): State<Door>,
    submission: Submission,
) -> Result<Response, ApiError> {
    let submitted = match submission {
        Submission::Many(tasks) => Submitted::Many(door.tasks.submit(tasks).await?),
        Submission::One(task) => {
            let task = door.tasks.submit(vec![*task]).await?.pop();
            let missing = || ApiError::invalid("the store took the task and gave none back");
            Submitted::One(Box::new(task.ok_or_else(missing)?))
        }
    };
    Ok((StatusCode::CREATED, Json(submitted)).into_response())
}
