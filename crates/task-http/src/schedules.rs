//! Tasks that come back at set times.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use swarmscope_model::state::{CatchUp, NewSchedule, NewTask, Overlap, Schedule, StateError};
use swarmscope_sdk::wire::TaskReply;
use utoipa::ToSchema;

use crate::Door;
use crate::body::Body;
use crate::errors::ApiError;
use crate::examples;
use crate::replies::{Absent, Refused, Shared};

/// A schedule to keep; its name is in the path.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleRequest {
    /// Five fields (minute, hour, day, month, weekday), or six with seconds first.
    pub cron: String,
    /// An IANA name, such as `Europe/Berlin`; `UTC` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// What each tick enqueues: no ids, keys, `not_before`, `deadline` or `join`.
    pub task: NewTask,
    /// On when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    #[serde(default)]
    pub overlap: Overlap,
    #[serde(default)]
    pub catch_up: CatchUp,
}

/// One schedule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ScheduleReply {
    pub schedule: Schedule,
}

/// Every schedule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ScheduleList {
    pub schedules: Vec<Schedule>,
}

type Reply = Result<Json<ScheduleReply>, ApiError>;

impl Door {
    async fn schedule(&self, name: &str) -> Result<Schedule, ApiError> {
        let schedules = self.tasks.store().schedules().await?;
        let found = schedules
            .into_iter()
            .find(|schedule| schedule.schedule.name == name);
        found.ok_or_else(|| {
            ApiError::from(StateError::NotFound {
                kind: "schedule",
                id: name.to_owned(),
            })
        })
    }

    async fn enable(&self, name: &str, enabled: bool) -> Reply {
        let schedule = self.schedule(name).await?;
        if schedule.schedule.enabled == enabled {
            return Ok(Json(ScheduleReply { schedule }));
        }
        let changed = NewSchedule {
            enabled,
            ..schedule.schedule
        };
        let schedule = self.tasks.store().put_schedule(changed).await?;
        Ok(Json(ScheduleReply { schedule }))
    }
}

/// Every schedule, by name
#[utoipa::path(
    get, path = "/api/v1/schedules", tag = "schedules", operation_id = "list_schedules",
    responses(
        (status = 200, description = "The schedules", body = ScheduleList,
         example = json!({"schedules": [examples::schedule()]})),
        Shared,
    )
)]
pub async fn list(State(door): State<Door>) -> Result<Json<ScheduleList>, ApiError> {
    let schedules = door.tasks.store().schedules().await?;
    Ok(Json(ScheduleList { schedules }))
}

/// A schedule
#[utoipa::path(
    get, path = "/api/v1/schedules/{name}", tag = "schedules", operation_id = "get_schedule",
    params(("name" = String, Path, description = "The schedule")),
    responses(
        (status = 200, description = "The schedule", body = ScheduleReply,
         example = json!({"schedule": examples::schedule()})),
        Absent, Shared,
    )
)]
pub async fn show(State(door): State<Door>, Path(name): Path<String>) -> Reply {
    let schedule = door.schedule(&name).await?;
    Ok(Json(ScheduleReply { schedule }))
}

/// Keep a schedule under this name, instead of the one that was there
#[utoipa::path(
    put, path = "/api/v1/schedules/{name}", tag = "schedules", operation_id = "put_schedule",
    params(("name" = String, Path, description = "The schedule")),
    request_body(content = ScheduleRequest, example = json!(examples::schedule_request())),
    responses(
        (status = 200, description = "The schedule with its next tick", body = ScheduleReply,
         example = json!({"schedule": examples::schedule()})),
        Shared,
    )
)]
pub async fn put(
    State(door): State<Door>,
    Path(name): Path<String>,
    Body(request): Body<ScheduleRequest>,
) -> Reply {
    let schedule = NewSchedule {
        name,
        cron: request.cron,
        time_zone: request.time_zone.unwrap_or_else(|| "UTC".to_owned()),
        task: request.task,
        enabled: request.enabled.unwrap_or(true),
        overlap: request.overlap,
        catch_up: request.catch_up,
    };
    let schedule = door.tasks.store().put_schedule(schedule).await?;
    Ok(Json(ScheduleReply { schedule }))
}

/// Forget a schedule; the tasks that it enqueued stay
#[utoipa::path(
    delete, path = "/api/v1/schedules/{name}", tag = "schedules", operation_id = "delete_schedule",
    params(("name" = String, Path, description = "The schedule")),
    responses((status = 204, description = "It is gone"), Absent, Shared)
)]
pub async fn remove(
    State(door): State<Door>,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    door.tasks.store().remove_schedule(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enqueue nothing by this schedule until it is resumed
#[utoipa::path(
    post, path = "/api/v1/schedules/{name}/pause", tag = "schedules", operation_id = "pause_schedule",
    params(("name" = String, Path, description = "The schedule")),
    responses(
        (status = 200, description = "The schedule", body = ScheduleReply,
         example = json!({"schedule": examples::schedule()})),
        Absent, Shared,
    )
)]
pub async fn pause(State(door): State<Door>, Path(name): Path<String>) -> Reply {
    door.enable(&name, false).await
}

/// Go on from the next tick
#[utoipa::path(
    post, path = "/api/v1/schedules/{name}/resume", tag = "schedules", operation_id = "resume_schedule",
    params(("name" = String, Path, description = "The schedule")),
    responses(
        (status = 200, description = "The schedule with its next tick", body = ScheduleReply,
         example = json!({"schedule": examples::schedule()})),
        Absent, Shared,
    )
)]
pub async fn resume(State(door): State<Door>, Path(name): Path<String>) -> Reply {
    door.enable(&name, true).await
}

/// Enqueue the schedule's task now, beside its ticks
#[utoipa::path(
    post, path = "/api/v1/schedules/{name}/run", tag = "schedules", operation_id = "run_schedule",
    params(("name" = String, Path, description = "The schedule")),
    responses(
        (status = 201, description = "The task", body = TaskReply,
         example = json!(examples::task_reply())),
        Absent, Refused, Shared,
    )
)]
pub async fn run(
    State(door): State<Door>,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<TaskReply>), ApiError> {
    let schedule = door.schedule(&name).await?;
    let submitted = door.tasks.submit(vec![schedule.schedule.task]).await?;
    let task = submitted.into_iter().next();
    let task = task.ok_or_else(|| ApiError::invalid("the schedule's task was not enqueued"))?;
    Ok((StatusCode::CREATED, Json(TaskReply { task })))
}
