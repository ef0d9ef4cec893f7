//! Schedules and their ticks. A tick and its task are one change that holds the schedule's row, so
//! that none is lost or done twice.

use serde_json::Value;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_SCHEDULES;
use swarmscope_model::state::{NewSchedule, Overlap, Schedule, ScheduledTask, StateError, Ticks};

use super::instant::Instant;
use super::{PostgresState, enqueue};
use crate::broken::Broken;
use crate::content::to_state;
use crate::scheduling::{due_ticks, first_tick, policies, policy_names, task_of};
use crate::transitions::{too_many_schedules, unknown_schedule};

fn read(row: &PgRow) -> Result<Schedule, sqlx::Error> {
    let point = |column: &str| -> Result<Option<Timestamp>, sqlx::Error> {
        let point: Option<Instant> = row.try_get(column)?;
        Ok(point.map(|point| point.0))
    };
    let required = |column: &str| -> Result<Timestamp, sqlx::Error> {
        Ok(row.try_get::<Instant, _>(column)?.0)
    };
    let (overlap, catch_up) = policies(row.try_get("overlap")?, row.try_get("catch_up")?);
    let task: Value = row.try_get("task")?;
    Ok(Schedule {
        schedule: NewSchedule {
            name: row.try_get("name")?,
            cron: row.try_get("cron")?,
            time_zone: row.try_get("time_zone")?,
            task: serde_json::from_value(task)
                .map_err(|error| sqlx::Error::Decode(error.into()))?,
            enabled: row.try_get("enabled")?,
            overlap,
            catch_up,
        },
        next_at: point("next_at")?,
        last_at: point("last_at")?,
        last_task_id: row.try_get("last_task_id")?,
        created_at: required("created_at")?,
        updated_at: required("updated_at")?,
    })
}

pub async fn all(state: &PostgresState) -> Result<Vec<Schedule>, Broken> {
    let rows = sqlx::query("SELECT * FROM schedules ORDER BY name COLLATE \"C\"")
        .fetch_all(state.pool())
        .await?;
    let schedules: Result<_, sqlx::Error> = rows.iter().map(read).collect();
    Ok(schedules?)
}

pub async fn put(state: &PostgresState, schedule: &NewSchedule) -> Result<Schedule, Broken> {
    let now = state.now();
    let next_at = first_tick(schedule, now)?;
    enqueue::storable("task", &schedule.task.metadata)?;
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM schedules WHERE name <> $1")
        .bind(&schedule.name)
        .fetch_one(state.pool())
        .await?;
    if kept >= i64::from(MAX_SCHEDULES) {
        return Err(too_many_schedules().into());
    }
    let (overlap, catch_up) = policy_names(schedule);
    let task = serde_json::to_value(&schedule.task).expect("a task is written as JSON");
    let row = sqlx::query(
        "INSERT INTO schedules (name, cron, time_zone, task, enabled, overlap, catch_up, next_at, \
         created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) \
         ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, time_zone = excluded.time_zone, \
         task = excluded.task, enabled = excluded.enabled, overlap = excluded.overlap, \
         catch_up = excluded.catch_up, next_at = excluded.next_at, \
         updated_at = excluded.updated_at RETURNING *",
    )
    .bind(&schedule.name)
    .bind(&schedule.cron)
    .bind(&schedule.time_zone)
    .bind(task)
    .bind(schedule.enabled)
    .bind(overlap)
    .bind(catch_up)
    .bind(next_at.map(Instant))
    .bind(Instant(now))
    .fetch_one(state.pool())
    .await?;
    Ok(read(&row)?)
}

pub async fn remove(state: &PostgresState, name: &str) -> Result<(), Broken> {
    let removed = sqlx::query("DELETE FROM schedules WHERE name = $1")
        .bind(name)
        .execute(state.pool())
        .await?;
    match removed.rows_affected() {
        0 => Err(unknown_schedule(name).into()),
        _ => Ok(()),
    }
}

/// Sees to the ticks that are due, one schedule a transaction.
pub async fn tick(state: &PostgresState) -> Result<Ticks, StateError> {
    let due: Vec<String> = state.patiently(|| due(state)).await?;
    let mut ticks = Ticks::default();
    for name in &due {
        match state.patiently(|| see_to(state, name)).await {
            Ok(seen) => {
                ticks.enqueued.extend(seen.enqueued);
                ticks.overlapping.extend(seen.overlapping);
            }
            // What was enqueued has to be told; the next round meets the failure again.
            Err(_) if !ticks.enqueued.is_empty() => return Ok(ticks),
            Err(error) => return Err(error),
        }
    }
    Ok(ticks)
}

async fn due(state: &PostgresState) -> Result<Vec<String>, Broken> {
    Ok(
        sqlx::query_scalar("SELECT name FROM schedules WHERE next_at <= $1 ORDER BY next_at")
            .bind(Instant(state.now()))
            .fetch_all(state.pool())
            .await?,
    )
}

async fn see_to(state: &PostgresState, name: &str) -> Result<Ticks, Broken> {
    let mut change = state.change().await?;
    let outcome = see_to_in(&mut change, state, name).await;
    PostgresState::end(change, outcome).await
}

async fn see_to_in(
    change: &mut PgConnection,
    state: &PostgresState,
    name: &str,
) -> Result<Ticks, Broken> {
    let mut ticks = Ticks::default();
    let now = state.now();
    let row = sqlx::query(
        "SELECT * FROM schedules WHERE name = $1 AND next_at <= $2 FOR UPDATE SKIP LOCKED",
    )
    .bind(name)
    .bind(Instant(now))
    .fetch_optional(&mut *change)
    .await?;
    let Some(kept) = row.as_ref().map(read).transpose()? else {
        return Ok(ticks);
    };
    let schedule = &kept.schedule;
    let Some(next_at) = kept.next_at else {
        return Ok(ticks);
    };
    let due = due_ticks(schedule, next_at, now)?;
    let mut last_task_id = kept.last_task_id;
    for tick in &due.ticks {
        if schedule.overlap == Overlap::Skip && is_open(change, last_task_id.as_deref()).await? {
            ticks.overlapping.push(schedule.name.clone());
            continue;
        }
        let prepared = enqueue::prepare("task", vec![task_of(schedule, *tick)])?;
        let enqueued = match enqueue::insert_all(change, prepared, now).await {
            Ok(mut enqueued) => enqueued.pop(),
            // The tick was seen to under an earlier shape of the schedule.
            Err(Broken::Refused(StateError::Conflict { .. })) => None,
            Err(error) => return Err(error),
        };
        if let Some(task) = enqueued {
            last_task_id = Some(task.task_id.clone());
            ticks.enqueued.push(ScheduledTask {
                schedule: schedule.name.clone(),
                tick: *tick,
                task,
            });
        }
    }
    sqlx::query(
        "UPDATE schedules SET next_at = $2, last_at = coalesce($3, last_at), last_task_id = $4 \
         WHERE name = $1",
    )
    .bind(&schedule.name)
    .bind(due.next_at.map(Instant))
    .bind(due.ticks.last().copied().map(Instant))
    .bind(last_task_id)
    .execute(change)
    .await?;
    Ok(ticks)
}

/// Whether the task is there and has not ended.
async fn is_open(change: &mut PgConnection, task_id: Option<&str>) -> Result<bool, Broken> {
    let state: Option<String> =
        sqlx::query_scalar("SELECT state::text FROM task_states WHERE task_id = $1")
            .bind(task_id)
            .fetch_optional(change)
            .await?;
    Ok(state.is_some_and(|state| !to_state(&state).is_final()))
}
