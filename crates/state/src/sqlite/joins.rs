//! Parents that wait for their children: what becomes of them when a child has ended, and of the
//! children when a parent ends before them.

use sqlx::{AssertSqlSafe, Row, SqliteConnection};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{StateError, Task, TaskState};

use super::steer::stop;
use super::{reads, unavailable};
use crate::joining::{AfterJoin, Children, after_join, open_children};
use crate::transitions::Ended;

/// Whether the task has children at all.
pub async fn has_children(
    connection: &mut SqliteConnection,
    task_id: &str,
) -> Result<bool, StateError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM task_states WHERE parent_task_id = ?1)")
        .bind(task_id)
        .fetch_one(connection)
        .await
        .map_err(unavailable)
}

/// Settles with the parent of a task that has ended; nothing when it has not, or has none.
pub async fn child_ended(
    connection: &mut SqliteConnection,
    child: &Task,
    now: Timestamp,
) -> Result<(), StateError> {
    match &child.parent_task_id {
        Some(parent) if child.state.is_final() => settle(connection, parent, now).await.map(drop),
        _ => Ok(()),
    }
}

/// Moves a waiting parent on, if its children allow it, and then its own parent. Says whether the
/// parent has moved.
pub async fn settle(
    connection: &mut SqliteConnection,
    task_id: &str,
    now: Timestamp,
) -> Result<bool, StateError> {
    let mut next = Some(task_id.to_owned());
    let mut moved = false;
    while let Some(task_id) = next.take() {
        // A parent that was removed waits for nothing.
        let Ok(parent) = reads::row(connection, &task_id).await else {
            break;
        };
        let (TaskState::Waiting, Some(join)) = (parent.task.state, parent.task.join) else {
            break;
        };
        let after = after_join(join, children(connection, &task_id).await?);
        match after {
            AfterJoin::Waits => break,
            AfterJoin::Continues => go_on(connection, &task_id, now).await?,
            AfterJoin::Ends {
                state,
                error,
                stops_children,
            } => {
                if stops_children {
                    stop_all_under(connection, &task_id, now).await?;
                }
                end(connection, &task_id, state, error, now).await?;
                next.clone_from(&parent.task.parent_task_id);
            }
        }
        moved = true;
    }
    Ok(moved)
}

async fn children(
    connection: &mut SqliteConnection,
    task_id: &str,
) -> Result<Children, StateError> {
    let row = sqlx::query(AssertSqlSafe(format!(
        "SELECT {} AS open, EXISTS (SELECT 1 FROM task_states WHERE parent_task_id = ?1 \
         AND state IN ('failed', 'dead_letter', 'cancelled')) AS unsuccessful",
        open_children("?1")
    )))
    .bind(task_id)
    .fetch_one(connection)
    .await
    .map_err(unavailable)?;
    let read = || -> Result<Children, sqlx::Error> {
        Ok(Children {
            open: row.try_get_unchecked("open")?,
            unsuccessful: row.try_get_unchecked("unsuccessful")?,
        })
    };
    read().map_err(unavailable)
}

async fn go_on(
    connection: &mut SqliteConnection,
    task_id: &str,
    now: Timestamp,
) -> Result<(), StateError> {
    sqlx::query(
        "UPDATE task_states SET state = 'queued', updated_at = ?2, after_children = NULL, \
         on_child_failure = NULL WHERE task_id = ?1",
    )
    .bind(task_id)
    .bind(now.to_string())
    .execute(connection)
    .await
    .map_err(unavailable)?;
    Ok(())
}

async fn end(
    connection: &mut SqliteConnection,
    task_id: &str,
    state: TaskState,
    error: Option<&str>,
    now: Timestamp,
) -> Result<(), StateError> {
    sqlx::query(
        "UPDATE task_states SET state = ?2, updated_at = ?3, completed_at = ?3, last_error = ?4 \
         WHERE task_id = ?1",
    )
    .bind(task_id)
    .bind(state.as_str())
    .bind(now.to_string())
    .bind(error)
    .execute(connection)
    .await
    .map_err(unavailable)?;
    Ok(())
}

/// Cancels every task under this one that has not ended.
pub async fn stop_all_under(
    connection: &mut SqliteConnection,
    task_id: &str,
    now: Timestamp,
) -> Result<(), StateError> {
    let query = sqlx::query(
        "WITH RECURSIVE under (task_id) AS (SELECT task_id FROM task_states \
             WHERE parent_task_id = ?1 UNION SELECT task_states.task_id FROM under \
             JOIN task_states ON task_states.parent_task_id = under.task_id) \
         SELECT * FROM task_states WHERE task_id IN (SELECT task_id FROM under) \
         AND state NOT IN ('completed', 'failed', 'dead_letter', 'cancelled')",
    )
    .bind(task_id);
    for before in reads::all_rows(connection, query).await? {
        stop(
            connection,
            &before,
            Ended::Cancelled,
            TaskState::Cancelled,
            now,
        )
        .await?;
    }
    Ok(())
}
