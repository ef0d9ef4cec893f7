//! Parents that wait for their children: what becomes of them when a child has ended, and of the
//! children when a parent ends before them. Children are locked before their parent.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_TASK_DEPTH;
use swarmscope_model::state::{Task, TaskState};

use super::change::Change;
use super::instant::Instant;
use super::reads;
use super::rows::{self, task_columns};
use super::steer::stop_all;
use crate::broken::Broken;
use crate::joining::{AfterJoin, Children, after_join, open_children};
use crate::transitions::TaskRow;

/// Whether the task has children at all.
pub async fn has_children(change: &mut PgConnection, task_id: &str) -> Result<bool, Broken> {
    Ok(
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM task_states WHERE parent_task_id = $1)")
            .bind(task_id)
            .fetch_one(change)
            .await?,
    )
}

/// Settles with the parent of a task that has ended; nothing when it has not, or has none.
pub async fn child_ended(
    change: &mut Change<'_>,
    child: &Task,
    now: Timestamp,
) -> Result<(), Broken> {
    match &child.parent_task_id {
        Some(parent) if child.state.is_final() => settle(change, parent, now).await.map(drop),
        _ => Ok(()),
    }
}

/// Moves a waiting parent on, if its children allow it, and then its own parent. Says whether the
/// parent has moved. Whoever ends the last child holds the parent's row first, and so sees all others
/// that have ended.
pub async fn settle(
    change: &mut Change<'_>,
    task_id: &str,
    now: Timestamp,
) -> Result<bool, Broken> {
    let mut next = Some(task_id.to_owned());
    let mut moved = false;
    while let Some(task_id) = next.take() {
        let parent = match reads::locked(change, &task_id).await {
            Ok(parent) => parent,
            // A parent that was removed waits for nothing.
            Err(Broken::Refused(_)) => break,
            Err(error) => return Err(error),
        };
        let (TaskState::Waiting, Some(join)) = (parent.task.state, parent.task.join) else {
            break;
        };
        match after_join(join, children(change, &task_id).await?) {
            AfterJoin::Waits => break,
            AfterJoin::Continues => go_on(change, &task_id, now).await?,
            AfterJoin::Ends {
                state,
                error,
                stops_children,
            } => {
                if stops_children {
                    // With the parent held nobody may wait for its children: who holds one may be waiting
                    // for the parent. The whole change is tried again then.
                    let under = open_under(change, OPEN_UNDER_AT_ONCE, &task_id).await?;
                    stop_all(change, &under, now).await?;
                }
                end(change, &task_id, state, error, now).await?;
                next.clone_from(&parent.task.parent_task_id);
            }
        }
        moved = true;
    }
    Ok(moved)
}

async fn children(change: &mut PgConnection, task_id: &str) -> Result<Children, Broken> {
    let row = sqlx::query(AssertSqlSafe(format!(
        "SELECT {} AS open, EXISTS (SELECT FROM task_states WHERE parent_task_id = $1 \
         AND state IN ('failed', 'dead_letter', 'cancelled')) AS unsuccessful",
        open_children("$1")
    )))
    .bind(task_id)
    .fetch_one(change)
    .await?;
    Ok(Children {
        open: row.try_get("open")?,
        unsuccessful: row.try_get("unsuccessful")?,
    })
}

async fn go_on(change: &mut PgConnection, task_id: &str, now: Timestamp) -> Result<(), Broken> {
    sqlx::query(
        "UPDATE task_states SET state = 'queued', updated_at = $2, after_children = NULL, \
         on_child_failure = NULL WHERE task_id = $1",
    )
    .bind(task_id)
    .bind(Instant(now))
    .execute(change)
    .await?;
    Ok(())
}

async fn end(
    change: &mut PgConnection,
    task_id: &str,
    state: TaskState,
    error: Option<&str>,
    now: Timestamp,
) -> Result<(), Broken> {
    sqlx::query(
        "UPDATE task_states SET state = $2, updated_at = $3, completed_at = $3, last_error = $4 \
         WHERE task_id = $1",
    )
    .bind(task_id)
    .bind(state.as_str())
    .bind(Instant(now))
    .bind(error)
    .execute(change)
    .await?;
    Ok(())
}

/// Every task that has not ended among those that the query begins with and those under them, locked: children
/// before their parents, and those of one depth as [`super::families`] does.
macro_rules! open_under {
    ($begin:literal) => {
        concat!(
            "WITH RECURSIVE under (id, depth) AS (",
            $begin,
            " UNION SELECT task_states.task_id::text, depth + 1 \
                 FROM under JOIN task_states ON task_states.parent_task_id = under.id \
                 WHERE depth < $2) \
             SELECT ",
            task_columns!(),
            " FROM task_states JOIN (SELECT id, max(depth) AS depth FROM under GROUP BY id) AS under \
                 ON task_states.task_id = under.id WHERE state NOT IN ('completed', 'failed', 'dead_letter', 'cancelled') \
             ORDER BY depth DESC, task_states.task_id COLLATE \"C\" FOR UPDATE OF task_states"
        )
    };
}

const OPEN_UNDER: &str =
    open_under!("SELECT task_id::text, 1 FROM task_states WHERE parent_task_id = $1");

/// Fails when somebody else holds one of them.
const OPEN_UNDER_AT_ONCE: &str = concat!(
    open_under!("SELECT task_id::text, 1 FROM task_states WHERE parent_task_id = $1"),
    " NOWAIT"
);

/// Those named and all under them. Fails when somebody else holds one of them.
const OPEN_AMONG_AT_ONCE: &str = concat!(
    open_under!(
        "SELECT task_id::text, 0 FROM task_states \
             JOIN unnest($1::text[]) AS named (id) ON task_id = named.id"
    ),
    " NOWAIT"
);

async fn open_under(
    change: &mut PgConnection,
    statement: &'static str,
    task_id: &str,
) -> Result<Vec<TaskRow>, Broken> {
    let found = sqlx::query(statement)
        .bind(task_id)
        .bind(i32::try_from(MAX_TASK_DEPTH).unwrap_or(i32::MAX))
        .fetch_all(change)
        .await?;
    let under: Result<_, sqlx::Error> = found.iter().map(rows::task).collect();
    Ok(under?)
}

/// Of tasks whose families are locked those that have not ended, and all under them. Children that came
/// meanwhile are locked as well; when somebody holds one of these, the whole change is tried again.
pub async fn open_among(
    change: &mut PgConnection,
    task_ids: &[String],
) -> Result<Vec<TaskRow>, Broken> {
    let found = sqlx::query(OPEN_AMONG_AT_ONCE)
        .bind(task_ids)
        .bind(i32::try_from(MAX_TASK_DEPTH).unwrap_or(i32::MAX))
        .fetch_all(change)
        .await?;
    let open: Result<_, sqlx::Error> = found.iter().map(rows::task).collect();
    Ok(open?)
}

/// Locks a task after all under it that have not ended.
pub async fn lock_tree(change: &mut PgConnection, task_id: &str) -> Result<(), Broken> {
    open_under(change, OPEN_UNDER, task_id).await?;
    reads::locked(change, task_id).await?;
    Ok(())
}

/// A task that is locked, and all under it that have not ended. With the root held nobody gives it children, so
/// those that came before it was are all there; when somebody holds one of these, the whole change is tried
/// again.
pub async fn held_tree(
    change: &mut PgConnection,
    task_id: &str,
) -> Result<(TaskRow, Vec<TaskRow>), Broken> {
    let root = reads::locked(change, task_id).await?;
    let under = open_under(change, OPEN_UNDER_AT_ONCE, task_id).await?;
    Ok((root, under))
}
