//! Removing groups in which nothing has happened for long, those beyond the limit, and fine counts of long
//! ago.

use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::GroupRetention;
use swarmscope_model::limits::MAX_ERROR_GROUPS;

use super::buckets;
use super::ids;
use super::session::{Row, Session, json_texts};
use crate::broken::Broken;

const COUNTS: &str = "DELETE FROM error_group_counts WHERE (group_id, width, start) IN \
     (SELECT group_id, width, start FROM error_group_counts WHERE width = $1 AND start < $2 LIMIT $3)";

/// Whoever counts an error of such a group meanwhile waits, and makes it anew.
const SILENT: &str = "DELETE FROM error_groups WHERE group_id IN \
     (SELECT group_id FROM error_groups WHERE updated_at < $1 ORDER BY updated_at LIMIT $2) \
     AND updated_at < $1 RETURNING group_id, created_at, updated_at";

const SURPLUS: &str = "DELETE FROM error_groups WHERE group_id IN \
     (SELECT group_id FROM error_groups ORDER BY updated_at, group_id LIMIT $1) \
     RETURNING group_id, created_at, updated_at";

const HOW_MANY: &str = "SELECT count(*) FROM error_groups";

/// What belongs to a group, but for its ids.
const BELONGINGS: [&str; 5] = [
    "DELETE FROM error_group_counts WHERE group_id IN (SELECT value->>0 FROM {rows})",
    "DELETE FROM error_group_parts WHERE group_id IN (SELECT value->>0 FROM {rows})",
    "DELETE FROM error_group_samples WHERE group_id IN (SELECT value->>0 FROM {rows})",
    "DELETE FROM error_group_batches WHERE group_id IN (SELECT value->>0 FROM {rows})",
    "DELETE FROM error_group_notes WHERE group_id IN (SELECT value->>0 FROM {rows})",
];

/// Removes a batch; gives how many groups went and whether there is more.
pub async fn prune(
    session: &mut dyn Session,
    retention: &GroupRetention,
    now: Timestamp,
) -> Result<(u64, bool), Broken> {
    let batch = i64::from(retention.batch.max(1));
    let mut more = false;
    for (width, before) in buckets::outdated(now) {
        let cells = vec![width.into(), before.into(), batch.into()];
        more |= session.execute(COUNTS, cells).await? >= batch.unsigned_abs();
    }
    let mut gone: Vec<Row> = Vec::new();
    if let Some(before) = retention.groups_before {
        let cells = vec![before.as_millisecond().into(), batch.into()];
        gone.extend(session.rows(SILENT, cells).await?);
        more |= ids::prune(session, before).await?;
    }
    let counted = session.rows(HOW_MANY, Vec::new()).await?;
    let surplus = counted.first().map_or(0, |row| row.number(0))
        - i64::try_from(MAX_ERROR_GROUPS).unwrap_or(i64::MAX);
    if surplus > 0 {
        let cells = vec![surplus.min(batch).into()];
        gone.extend(session.rows(SURPLUS, cells).await?);
    }
    more |= gone.len() as i64 >= batch;
    if let Some(lived) = lived(&gone) {
        let groups: Vec<String> = gone.iter().map(|row| row.text(0)).collect();
        for statement in BELONGINGS {
            let cells = vec![json_texts(&groups)];
            session.execute(statement, cells).await?;
        }
        ids::forget(session, &groups, lived).await?;
    }
    Ok((gone.len() as u64, more))
}

/// From when the first of these groups was made until the last of them changed, in milliseconds; `None` where there are
/// none.
fn lived(groups: &[Row]) -> Option<(i64, i64)> {
    let made = groups.iter().map(|row| row.number(1)).min()?;
    let changed = groups.iter().map(|row| row.number(2)).max()?;
    Some((made, changed))
}
