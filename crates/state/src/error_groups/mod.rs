//! Error groups in SQL, the same on both databases: what a batch of errors changes, what people decide,
//! what is shown, and what is removed. A dialect opens the transaction and runs the statements
//! ([`session::Session`]); nothing here knows which one it is, and nothing decides which errors belong
//! together.

pub mod act;
pub mod apply;
mod buckets;
pub mod detail;
mod ids;
pub mod list;
mod names;
pub mod position;
pub mod prune;
mod samples;
pub mod session;
pub mod store;
mod tally;
pub mod tasks;

use swarmscope_model::error_groups::GroupTasks;
use swarmscope_model::state::{StateError, StateStore};

use crate::broken::Broken;
use session::{Session, json_texts};

const KNOWN: &str = "SELECT group_id, fingerprint_version FROM error_groups \
     WHERE group_id IN (SELECT value->>0 FROM {rows})";

const VERSIONS_BEFORE: &str = "SELECT DISTINCT fingerprint_version FROM error_groups \
     WHERE fingerprint_version < $1 ORDER BY fingerprint_version";

fn unknown_group(id: &str) -> StateError {
    StateError::NotFound {
        kind: "error group",
        id: id.to_owned(),
    }
}

/// Of these groups, those that there are, with their fingerprints' versions.
pub async fn known(
    session: &mut dyn Session,
    ids: &[String],
) -> Result<Vec<(String, u32)>, Broken> {
    let rows = session.rows(KNOWN, vec![json_texts(ids)]).await?;
    let known = rows
        .iter()
        .map(|row| (row.text(0), u32::try_from(row.number(1)).unwrap_or(0)));
    Ok(known.collect())
}

/// The versions of fingerprints below this one of which there are groups, lowest first.
pub async fn versions_before(session: &mut dyn Session, version: u32) -> Result<Vec<u32>, Broken> {
    let cells = vec![i64::from(version).into()];
    let rows = session.rows(VERSIONS_BEFORE, cells).await?;
    let versions = rows.iter().map(|row| u32::try_from(row.number(0)));
    Ok(versions.filter_map(Result::ok).collect())
}

/// The tasks that were found, as they stand. One that was removed meanwhile is left out.
pub async fn with_tasks(
    state: &dyn StateStore,
    found: tasks::Found,
) -> Result<GroupTasks, StateError> {
    let mut listed = Vec::with_capacity(found.task_ids.len());
    for task_id in &found.task_ids {
        match state.task(task_id).await {
            Ok(task) => listed.push(task),
            Err(StateError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(GroupTasks {
        tasks: listed,
        total: found.total,
        requeueable: found.requeueable,
    })
}
