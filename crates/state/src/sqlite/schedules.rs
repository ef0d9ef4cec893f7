//! Schedules and their ticks. A tick and its task are one change, so that none is lost or done twice.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_SCHEDULES;
use swarmscope_model::state::{NewSchedule, Overlap, Schedule, ScheduledTask, StateError, Ticks};

use super::context::Context;
use super::operation::Operation;
use super::{SqliteState, enqueue, reads, unavailable};
use crate::prepared::prepare;
use crate::scheduling::{due_ticks, first_tick, policies, policy_names, task_of};
use crate::transitions::{too_many_schedules, unknown_schedule};

fn read(row: &SqliteRow) -> Result<Schedule, sqlx::Error> {
    let point = |column: &str| -> Result<Option<Timestamp>, sqlx::Error> {
        let milliseconds: Option<i64> = row.try_get_unchecked(column)?;
        Ok(milliseconds.map(Timestamp::from_millisecond))
    };
    let required = |column: &str| -> Result<Timestamp, sqlx::Error> {
        Ok(point(column)?.unwrap_or(Timestamp::from_millisecond(0)))
    };
    let overlap: String = row.try_get_unchecked("overlap")?;
    let catch_up: String = row.try_get_unchecked("catch_up")?;
    let (overlap, catch_up) = policies(&overlap, &catch_up);
    let task: String = row.try_get_unchecked("task")?;
    Ok(Schedule {
        schedule: NewSchedule {
            name: row.try_get_unchecked("name")?,
            cron: row.try_get_unchecked("cron")?,
            time_zone: row.try_get_unchecked("time_zone")?,
            task: serde_json::from_str(&task).map_err(|error| sqlx::Error::Decode(error.into()))?,
            enabled: row.try_get_unchecked("enabled")?,
            overlap,
            catch_up,
        },
        next_at: point("next_at")?,
        last_at: point("last_at")?,
        last_task_id: row.try_get_unchecked("last_task_id")?,
        created_at: required("created_at")?,
        updated_at: required("updated_at")?,
    })
}

fn read_all(rows: &[SqliteRow]) -> Result<Vec<Schedule>, StateError> {
    rows.iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(unavailable)
}

pub async fn all(state: &SqliteState) -> Result<Vec<Schedule>, StateError> {
    let rows = sqlx::query("SELECT * FROM schedules ORDER BY name")
        .fetch_all(state.readers())
        .await
        .map_err(unavailable)?;
    read_all(&rows)
}

/// Keeps a schedule under its name.
pub struct Put {
    pub schedule: NewSchedule,
}

#[async_trait]
impl Operation for Put {
    type Output = Schedule;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Schedule, StateError> {
        let schedule = &self.schedule;
        let now = context.now;
        let next_at = first_tick(schedule, now)?;
        let (overlap, catch_up) = policy_names(schedule);
        let row = sqlx::query(
            "INSERT INTO schedules (name, cron, time_zone, task, enabled, overlap, catch_up, \
             next_at, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9) \
             ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, \
             time_zone = excluded.time_zone, task = excluded.task, enabled = excluded.enabled, \
             overlap = excluded.overlap, catch_up = excluded.catch_up, \
             next_at = excluded.next_at, updated_at = excluded.updated_at RETURNING *",
        )
        .bind(&schedule.name)
        .bind(&schedule.cron)
        .bind(&schedule.time_zone)
        .bind(serde_json::to_string(&schedule.task).expect("a task is written as JSON"))
        .bind(schedule.enabled)
        .bind(overlap)
        .bind(catch_up)
        .bind(next_at.map(Timestamp::as_millisecond))
        .bind(now.as_millisecond())
        .fetch_one(&mut *connection)
        .await
        .map_err(unavailable)?;
        let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM schedules")
            .fetch_one(connection)
            .await
            .map_err(unavailable)?;
        if kept > i64::from(MAX_SCHEDULES) {
            return Err(too_many_schedules());
        }
        read(&row).map_err(unavailable)
    }
}

/// Forgets a schedule.
pub struct Remove {
    pub name: String,
}

#[async_trait]
impl Operation for Remove {
    type Output = ();

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        _context: &mut Context,
    ) -> Result<(), StateError> {
        let removed = sqlx::query("DELETE FROM schedules WHERE name = ?1")
            .bind(&self.name)
            .execute(connection)
            .await
            .map_err(unavailable)?;
        match removed.rows_affected() {
            0 => Err(unknown_schedule(&self.name)),
            _ => Ok(()),
        }
    }
}

/// Sees to the ticks that are due, when there are any.
pub async fn tick(state: &SqliteState) -> Result<Ticks, StateError> {
    // Look first: most rounds find nothing, and take no lock.
    let due: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM schedules WHERE next_at <= ?1)")
            .bind(state.now().as_millisecond())
            .fetch_one(state.readers())
            .await
            .map_err(unavailable)?;
    if !due {
        return Ok(Ticks::default());
    }
    state.write(SeeToTicks).await
}

struct SeeToTicks;

#[async_trait]
impl Operation for SeeToTicks {
    type Output = Ticks;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Ticks, StateError> {
        let rows = sqlx::query("SELECT * FROM schedules WHERE next_at <= ?1 ORDER BY next_at")
            .bind(context.now.as_millisecond())
            .fetch_all(&mut *connection)
            .await
            .map_err(unavailable)?;
        let mut ticks = Ticks::default();
        for schedule in read_all(&rows)? {
            see_to(connection, context, schedule, &mut ticks).await?;
        }
        Ok(ticks)
    }
}

async fn see_to(
    connection: &mut SqliteConnection,
    context: &mut Context,
    kept: Schedule,
    ticks: &mut Ticks,
) -> Result<(), StateError> {
    let schedule = &kept.schedule;
    let Some(next_at) = kept.next_at else {
        return Ok(());
    };
    let due = due_ticks(schedule, next_at, context.now)?;
    let mut last_task_id = kept.last_task_id;
    for tick in &due.ticks {
        if schedule.overlap == Overlap::Skip && is_open(connection, last_task_id.as_deref()).await?
        {
            ticks.overlapping.push(schedule.name.clone());
            continue;
        }
        let prepared = prepare("task", vec![task_of(schedule, *tick)])?;
        let enqueued = match enqueue::insert_all(connection, context, prepared).await {
            Ok(mut enqueued) => enqueued.pop(),
            // The tick was seen to under an earlier shape of the schedule.
            Err(StateError::Conflict { .. }) => None,
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
        "UPDATE schedules SET next_at = ?2, last_at = coalesce(?3, last_at), last_task_id = ?4 \
         WHERE name = ?1",
    )
    .bind(&schedule.name)
    .bind(due.next_at.map(Timestamp::as_millisecond))
    .bind(due.ticks.last().map(|tick| tick.as_millisecond()))
    .bind(last_task_id)
    .execute(connection)
    .await
    .map_err(unavailable)?;
    Ok(())
}

/// Whether the task is there and has not ended.
async fn is_open(
    connection: &mut SqliteConnection,
    task_id: Option<&str>,
) -> Result<bool, StateError> {
    let Some(task_id) = task_id else {
        return Ok(false);
    };
    match reads::row(connection, task_id).await {
        Ok(row) => Ok(!row.task.state.is_final()),
        Err(StateError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
