//! Errors by agent, version and task type. Of each kind a group keeps so many names; from time to time those beyond
//! it with the oldest errors go, and their errors are counted together under the empty name.

use std::collections::BTreeMap;

use swarmscope_model::limits::MAX_GROUP_NAMES;

use super::session::{Session, json_rows, json_texts};
use super::tally::Tally;
use crate::broken::Broken;

const MOST: i64 = MAX_GROUP_NAMES as i64;

const COUNT: &str = "INSERT INTO error_group_parts (group_id, kind, name, count, last_seen) \
     SELECT value->>0, value->>1, value->>2, CAST(value->>3 AS BIGINT), CAST(value->>4 AS BIGINT) \
     FROM {rows} WHERE TRUE \
     ON CONFLICT (group_id, kind, name) DO UPDATE SET \
     count = error_group_parts.count + excluded.count, \
     last_seen = CASE WHEN excluded.last_seen > error_group_parts.last_seen \
         THEN excluded.last_seen ELSE error_group_parts.last_seen END";

const TOO_MANY: &str = "SELECT group_id, kind, name, count, last_seen FROM \
     (SELECT group_id, kind, name, count, last_seen, row_number() OVER \
         (PARTITION BY group_id, kind ORDER BY last_seen DESC, count DESC, name) AS place \
      FROM error_group_parts WHERE name <> '' AND group_id IN (SELECT value->>0 FROM {rows})) AS placed \
     WHERE place > $2";

const REMOVE: &str = "DELETE FROM error_group_parts WHERE (group_id, kind, name) IN \
     (SELECT value->>0, value->>1, value->>2 FROM {rows})";

/// Counts the names of a batch, by the number of errors that each group has now.
pub async fn count(
    session: &mut dyn Session,
    tallies: &[Tally<'_>],
    counts: &BTreeMap<String, i64>,
) -> Result<(), Broken> {
    let rows = tallies.iter().flat_map(|tally| {
        let id = &tally.change.identity.id;
        let parts = tally.parts.iter();
        parts.map(move |((kind, name), (count, last))| (id, *kind, name, *count, *last))
    });
    session.execute(COUNT, vec![json_rows(rows)]).await?;
    // No group has more names than errors.
    let full = tallies.iter().filter(|tally| {
        let count = counts.get(&tally.change.identity.id).copied();
        count.is_some_and(|count| count > MOST && tally.is_to_be_tidied(count))
    });
    let full: Vec<&String> = full.map(|tally| &tally.change.identity.id).collect();
    if full.is_empty() {
        return Ok(());
    }
    limit(session, full).await
}

async fn limit(session: &mut dyn Session, ids: Vec<&String>) -> Result<(), Broken> {
    let cells = vec![json_texts(ids), MOST.into()];
    let surplus = session.rows(TOO_MANY, cells).await?;
    if surplus.is_empty() {
        return Ok(());
    }
    let mut together: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    for row in &surplus {
        let sum = together
            .entry((row.text(0), row.text(1)))
            .or_insert((0, i64::MIN));
        sum.0 += row.number(3);
        sum.1 = sum.1.max(row.number(4));
    }
    let names = surplus
        .iter()
        .map(|row| (row.text(0), row.text(1), row.text(2)));
    session.execute(REMOVE, vec![json_rows(names)]).await?;
    let rows = together
        .iter()
        .map(|((id, kind), (count, last))| (id, kind, "", *count, *last));
    session.execute(COUNT, vec![json_rows(rows)]).await?;
    Ok(())
}
