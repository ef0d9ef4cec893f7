//! The tasks whose errors are in a group: those that an error names, else those of its correlation id.

use super::session::Session;
use super::unknown_group;
use crate::broken::Broken;

/// The ids of the tasks that there are. A task may be removed by retention before the group. What a group names is
/// little beside all tasks, so it is looked at first: SQLite keeps to the order of the joins, and PostgreSQL, which
/// thinks each batch has a hundred ids, sees of a list that is made first and has each id once that it is short.
macro_rules! tasks_of_group {
    () => {
        "WITH named_tasks AS MATERIALIZED (SELECT DISTINCT listed_text.value AS id FROM \
             (SELECT task_ids AS listed FROM error_group_batches WHERE group_id = $1) AS batch \
             CROSS JOIN {listed}), \
         named_alone AS MATERIALIZED (SELECT DISTINCT listed_text.value AS id FROM \
             (SELECT correlation_ids AS listed FROM error_group_batches WHERE group_id = $1) AS batch \
             CROSS JOIN {listed}) \
         SELECT task_states.task_id FROM named_tasks CROSS JOIN task_states \
         WHERE task_states.task_id = named_tasks.id \
         UNION SELECT task_states.task_id FROM named_alone CROSS JOIN task_states \
         WHERE task_states.correlation_id = named_alone.id"
    };
}

const EXISTS: &str = "SELECT 1 FROM error_groups WHERE group_id = $1";
const COUNT: &str = concat!(
    "SELECT count(*), count(CASE WHEN state IN ('failed', 'dead_letter') THEN 1 END) \
     FROM task_states WHERE task_id IN (",
    tasks_of_group!(),
    ")"
);
const PAGE: &str = concat!(
    "SELECT CAST(task_id AS TEXT) FROM task_states WHERE task_id IN (",
    tasks_of_group!(),
    ") ORDER BY updated_at DESC, task_id LIMIT $2 OFFSET $3"
);
const REQUEUEABLE: &str = concat!(
    "SELECT CAST(task_id AS TEXT) FROM task_states WHERE state IN ('failed', 'dead_letter') \
     AND task_id IN (",
    tasks_of_group!(),
    ") ORDER BY updated_at, task_id LIMIT $2"
);

/// Which tasks a page shows, and how many there are.
pub struct Found {
    pub task_ids: Vec<String>,
    pub total: u64,
    pub requeueable: u64,
}

pub async fn page(
    session: &mut dyn Session,
    id: &str,
    limit: usize,
    offset: usize,
) -> Result<Found, Broken> {
    check(session, id).await?;
    let counted = session.rows(COUNT, vec![id.into()]).await?;
    let count = |column| counted.first().map_or(0, |row| row.count(column));
    let cells = vec![id.into(), number(limit).into(), number(offset).into()];
    let rows = session.rows(PAGE, cells).await?;
    Ok(Found {
        task_ids: rows.iter().map(|row| row.text(0)).collect(),
        total: count(0),
        requeueable: count(1),
    })
}

pub async fn requeueable(
    session: &mut dyn Session,
    id: &str,
    limit: usize,
) -> Result<Vec<String>, Broken> {
    check(session, id).await?;
    let rows = session
        .rows(REQUEUEABLE, vec![id.into(), number(limit).into()])
        .await?;
    Ok(rows.iter().map(|row| row.text(0)).collect())
}

async fn check(session: &mut dyn Session, id: &str) -> Result<(), Broken> {
    if session.rows(EXISTS, vec![id.into()]).await?.is_empty() {
        return Err(unknown_group(id).into());
    }
    Ok(())
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
