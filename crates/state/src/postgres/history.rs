//! The end of attempts: their rows in `task_history`. Never changes a task.

use sqlx::postgres::PgConnection;
use swarmscope_model::Timestamp;

use crate::broken::Broken;
use crate::content::to_text;
use crate::transitions::{self, Ended, HistoryRow, TaskRow};

/// An attempt that has ended.
pub struct EndedAttempt {
    task_id: String,
    task_type: String,
    agent_name: Option<String>,
    priority: &'static str,
    row: HistoryRow,
    ended_at: Timestamp,
}

impl EndedAttempt {
    /// The attempt that `before` (the task as it stood until now) was.
    pub fn new(before: &TaskRow, ended: Ended<'_>, now: Timestamp) -> Self {
        let task = &before.task;
        Self {
            task_id: task.task_id.clone(),
            task_type: task.task_type.clone(),
            agent_name: task.agent_name.clone(),
            priority: task.priority.as_str(),
            row: transitions::history(before, ended, now),
            ended_at: now,
        }
    }
}

/// Writes attempts in one statement, so that whatever it locks to count them it locks in one order.
pub async fn record(
    connection: &mut PgConnection,
    attempts: &[EndedAttempt],
) -> Result<(), Broken> {
    if attempts.is_empty() {
        return Ok(());
    }
    let text = |read: &dyn Fn(&EndedAttempt) -> &str| -> Vec<String> {
        attempts.iter().map(|one| read(one).to_owned()).collect()
    };
    let maybe = |read: &dyn Fn(&EndedAttempt) -> Option<&str>| -> Vec<Option<String>> {
        let owned = |one| read(one).map(str::to_owned);
        attempts.iter().map(owned).collect()
    };
    let number =
        |read: &dyn Fn(&EndedAttempt) -> i64| -> Vec<i64> { attempts.iter().map(read).collect() };
    let successes: Vec<bool> = attempts.iter().map(|one| one.row.success).collect();
    let metadata: Vec<String> = attempts
        .iter()
        .map(|one| to_text(&one.row.metadata))
        .collect();
    sqlx::query(
        "INSERT INTO task_history (task_id, task_type, agent_name, state, priority, created_at, \
         completed_at, duration_ms, success, error_type, error_message, metadata) \
         SELECT task_id, task_type, agent_name, state, priority, to_timestamp(started / 1000.0), \
         to_timestamp(ended / 1000.0), duration_ms, success, error_type, error_message, \
         metadata::jsonb FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], \
         $6::bigint[], $7::bigint[], $8::bigint[], $9::boolean[], $10::text[], $11::text[], \
         $12::text[]) WITH ORDINALITY AS attempt (task_id, task_type, agent_name, state, priority, \
         started, ended, duration_ms, success, error_type, error_message, metadata, place) \
         ORDER BY place",
    )
    .bind(text(&|one| &one.task_id))
    .bind(text(&|one| &one.task_type))
    .bind(maybe(&|one| one.agent_name.as_deref()))
    .bind(text(&|one| one.row.state))
    .bind(text(&|one| one.priority))
    .bind(number(&|one| one.row.started.as_millisecond()))
    .bind(number(&|one| one.ended_at.as_millisecond()))
    .bind(number(&|one| one.row.duration_ms))
    .bind(successes)
    .bind(maybe(&|one| one.row.error_type))
    .bind(maybe(&|one| one.row.error_message.as_deref()))
    .bind(metadata)
    .execute(connection)
    .await?;
    Ok(())
}
