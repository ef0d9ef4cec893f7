//! What workers do with a task that they have claimed. Each shows its claim.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use futures::future::join_all;
use swarmscope_model::limits::MAX_WORK_AT_ONCE;
use swarmscope_model::state::{Claim, Failure};
use swarmscope_sdk::wire::{
    CompleteManyReply, CompleteManyRequest, CompleteRequest, Completed, Completion, FailRequest,
    FanOutRequest, RenewRequest, TaskReply,
};
use swarmscope_task_http::{Absent, ApiError, Body, Refused, Shared};

use super::examples;
use crate::dispatch::Orchestrator;

type Reply = Result<Json<TaskReply>, ApiError>;

fn claim(task_id: String, agent_name: String, fencing_token: i64) -> Claim {
    Claim {
        task_id,
        agent_name,
        fencing_token,
    }
}

/// Prolong the lease
#[utoipa::path(
    post, path = "/api/v1/tasks/{task_id}/renew", tag = "work", operation_id = "renew_task",
    params(("task_id" = String, Path, description = "The task")),
    request_body(content = RenewRequest,
        example = json!({"agent_name": "research_agent", "fencing_token": 1, "lease_ms": 10_000})),
    responses(
        (status = 200, description = "The task with its new `lease_expires_at`", body = TaskReply,
         example = json!(examples::claimed())),
        Absent, Refused, Shared,
    )
)]
pub async fn renew(
    State(orchestrator): State<Orchestrator>,
    Path(task_id): Path<String>,
    Body(request): Body<RenewRequest>,
) -> Reply {
    let claim = claim(task_id, request.agent_name, request.fencing_token);
    let lease = request.lease_ms.map(Duration::from_millis);
    let task = orchestrator.renew(&claim, lease).await?;
    Ok(Json(TaskReply { task }))
}

/// Complete the task, and enqueue what follows it in the same transaction
///
/// The same completion sent again answers as the first did and enqueues nothing twice.
#[utoipa::path(
    post, path = "/api/v1/tasks/{task_id}/complete", tag = "work", operation_id = "complete_task",
    params(("task_id" = String, Path, description = "The task")),
    request_body(content = CompleteRequest, example = json!({
        "agent_name": "research_agent", "fencing_token": 1, "result": {"sources": 3},
        "follow_up": [{"task_type": "editing"}]})),
    responses(
        (status = 200, description = "The completed task", body = TaskReply,
         example = json!(examples::claimed())),
        Absent, Refused, Shared,
    )
)]
pub async fn complete(
    State(orchestrator): State<Orchestrator>,
    Path(task_id): Path<String>,
    Body(request): Body<CompleteRequest>,
) -> Reply {
    let claim = claim(task_id, request.agent_name, request.fencing_token);
    let task = orchestrator
        .complete(&claim, request.result, request.follow_up)
        .await?;
    Ok(Json(TaskReply { task }))
}

/// Complete several tasks of an agent, each under its own claim
///
/// The store completes them together, and each has the answer that it would have had alone: what is refused of
/// one leaves the others be. Sent again it answers as before and enqueues nothing twice.
#[utoipa::path(
    post, path = "/api/v1/tasks/complete", tag = "work", operation_id = "complete_tasks",
    request_body(content = CompleteManyRequest, example = json!({
        "agent_name": "research_agent", "completions": [
            {"task_id": "t-1", "fencing_token": 1, "result": {"sources": 3}},
            {"task_id": "t-2", "fencing_token": 4, "follow_up": [{"task_type": "editing"}]}]})),
    responses(
        (status = 200, description = "An answer to each, in the order of the body", body = CompleteManyReply,
         example = json!({"results": [
            {"task_id": "t-1", "status": 200, "task": examples::claimed_task()},
            {"task_id": "t-2", "status": 409, "error": {"code": "stale_claim",
             "message": "task \"t-2\" is not held by research_agent with token 4"}}]})),
        Shared,
    )
)]
pub async fn complete_many(
    State(orchestrator): State<Orchestrator>,
    Body(request): Body<CompleteManyRequest>,
) -> Result<Json<CompleteManyReply>, ApiError> {
    work_at_once("completions", request.completions.len())?;
    let agent_name = request.agent_name.as_str();
    let completions = request
        .completions
        .into_iter()
        .map(|completion| complete_one(&orchestrator, agent_name, completion));
    let results = join_all(completions).await;
    Ok(Json(CompleteManyReply { results }))
}

async fn complete_one(
    orchestrator: &Orchestrator,
    agent_name: &str,
    completion: Completion,
) -> Completed {
    let Completion {
        task_id,
        fencing_token,
        result,
        follow_up,
    } = completion;
    let claim = claim(task_id.clone(), agent_name.to_owned(), fencing_token);
    let outcome = orchestrator.complete(&claim, result, follow_up).await;
    let (status, task, error) = match outcome.map_err(ApiError::from) {
        Ok(task) => (StatusCode::OK, Some(task), None),
        Err(error) => (error.status(), None, Some(error.detail())),
    };
    Completed {
        task_id,
        status: status.as_u16(),
        task,
        error,
    }
}

/// Refuses more than one call should do, and none.
pub fn work_at_once(field: &str, tasks: usize) -> Result<(), ApiError> {
    if (1..=MAX_WORK_AT_ONCE).contains(&tasks) {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "{field}: is {tasks}; a call takes 1 to {MAX_WORK_AT_ONCE} tasks"
    )))
}

/// End the attempt with a failure
///
/// A transient one puts the task back into the queue with a wait, until its retries are used up, as the
/// type's retry policy says; then it is a `dead_letter`. A permanent or unexpected one makes it `failed`.
#[utoipa::path(
    post, path = "/api/v1/tasks/{task_id}/fail", tag = "work", operation_id = "fail_task",
    params(("task_id" = String, Path, description = "The task")),
    request_body(content = FailRequest, example = json!({
        "agent_name": "research_agent", "fencing_token": 1, "error_type": "transient",
        "error_message": "the source does not answer", "exception_type": "TimeoutError"})),
    responses(
        (status = 200, description = "The task as it stands now", body = TaskReply,
         example = json!(examples::claimed())),
        Absent, Refused, Shared,
    )
)]
pub async fn fail(
    State(orchestrator): State<Orchestrator>,
    Path(task_id): Path<String>,
    Body(request): Body<FailRequest>,
) -> Reply {
    let claim = claim(task_id, request.agent_name, request.fencing_token);
    let failure = Failure {
        error_type: request.error_type,
        error_message: request.error_message,
        exception_type: request.exception_type,
    };
    let task = orchestrator.fail(&claim, &failure, request.logged).await?;
    Ok(Json(TaskReply { task }))
}

/// End the attempt, enqueue children, and wait for them
///
/// The task is `waiting` until its last child has ended; `join` says what becomes of it then.
#[utoipa::path(
    post, path = "/api/v1/tasks/{task_id}/fan_out", tag = "work", operation_id = "fan_out_task",
    params(("task_id" = String, Path, description = "The task")),
    request_body(content = FanOutRequest, example = json!({
        "agent_name": "research_agent", "fencing_token": 1,
        "children": [{"task_type": "fact_checking"}, {"task_type": "fact_checking"}],
        "join": {"then": "continue", "on_child_failure": "fail"}})),
    responses(
        (status = 200, description = "The waiting task", body = TaskReply,
         example = json!(examples::claimed())),
        Absent, Refused, Shared,
    )
)]
pub async fn fan_out(
    State(orchestrator): State<Orchestrator>,
    Path(task_id): Path<String>,
    Body(request): Body<FanOutRequest>,
) -> Reply {
    let claim = claim(task_id, request.agent_name, request.fencing_token);
    let task = orchestrator
        .fan_out(&claim, request.children, request.join)
        .await?;
    Ok(Json(TaskReply { task }))
}
