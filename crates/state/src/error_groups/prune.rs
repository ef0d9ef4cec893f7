//! Removing groups in which nothing has happened for long, those beyond the limit, and fine counts of long
//! ago.

use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::GroupRetention;
use swarmscope_model::limits::MAX_ERROR_GROUPS;

use super::buckets;
use super::ids;
use super::session::{Session, json_texts};
use crate::broken::Broken;

const COUNTS: &str = "DELETE FROM error_group_counts WHERE (group_id, width, start) IN \
     (SELECT group_id, width, start FROM error_group_counts WHERE width = $1 AND start < $2 LIMIT $3)";

/// Whoever counts an error of such a group meanwhile waits, and makes it anew.
const SILENT: &str = "DELETE FROM error_groups WHERE group_id IN \
     (SELECT group_id FROM error_groups WHERE updated_at < $1 ORDER BY updated_at LIMIT $2) \
     AND updated_at < $1 RETURNING group_id";

const SURPLUS: &str = "DELETE FROM error_groups WHERE group_id IN \
     (SELECT group_id FROM error_groups ORDER BY updated_at, group_id LIMIT $1) RETURNING group_id";

const HOW_MANY: &str = "SELECT count(*) FROM error_groups";

/// What belongs to a group.
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
    let mut gone: Vec<String> = Vec::new();
    if let Some(before) = retention.groups_before {
        let cells = vec![before.as_millisecond().into(), batch.into()];
        let rows = session.rows(SILENT, cells).await?;
        gone.extend(rows.iter().map(|row| row.text(0)));
        more |= ids::prune(session, before).await?;
    }
    let counted = session.rows(HOW_MANY, Vec::new()).await?;
    let surplus = counted.first().map_or(0, |row| row.number(0))
        - i64::try_from(MAX_ERROR_GROUPS).unwrap_or(i64::MAX);
    if surplus > 0 {
        let rows = session
            .rows(SURPLUS, vec![surplus.min(batch).into()])
            .await?;
        gone.extend(rows.iter().map(|row| row.text(0)));
    }
    more |= gone.len() as i64 >= batch;
    if !gone.is_empty() {
        for statement in BELONGINGS {
            session.execute(statement, vec![json_texts(&gone)]).await?;
        }
    }
    Ok((gone.len() as u64, more))
}
