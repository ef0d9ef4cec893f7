//! Errors by agent, version and task type. Of each kind a group has so many names at most; those with the
//! oldest errors go, and their errors are counted together under the empty name.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use swarmscope_model::limits::MAX_GROUP_NAMES;

use super::session::{Cell, Session, json_rows};
use super::tally::{KINDS, Tally};
use crate::broken::Broken;

const COUNT: &str = "INSERT INTO error_group_parts (group_id, kind, name, count, last_seen) \
     SELECT value->>0, value->>1, value->>2, CAST(value->>3 AS BIGINT), CAST(value->>4 AS BIGINT) \
     FROM {rows} WHERE TRUE \
     ON CONFLICT (group_id, kind, name) DO UPDATE SET \
     count = error_group_parts.count + excluded.count, \
     last_seen = CASE WHEN excluded.last_seen > error_group_parts.last_seen \
         THEN excluded.last_seen ELSE error_group_parts.last_seen END \
     RETURNING group_id, kind, name, count";

const TOO_MANY: &str = "SELECT group_id, kind, name, count, last_seen FROM \
     (SELECT group_id, kind, name, count, last_seen, row_number() OVER \
         (PARTITION BY group_id, kind ORDER BY last_seen DESC, count DESC, name) AS place \
      FROM error_group_parts WHERE name <> '' AND group_id IN (SELECT value->>0 FROM {rows})) AS placed \
     WHERE place > $2";

const REMOVE: &str =
    "DELETE FROM error_group_parts WHERE group_id = $1 AND kind = $2 AND name = $3";

pub async fn count(session: &mut dyn Session, tallies: &[Tally<'_>]) -> Result<(), Broken> {
    let rows = tallies.iter().flat_map(|tally| {
        let id = &tally.change.identity.id;
        let parts = tally.parts.iter();
        parts.map(move |((kind, name), (count, last))| (id, *kind, name, *count, *last))
    });
    let counted = session.rows(COUNT, vec![json_rows(rows)]).await?;
    let in_batch: BTreeMap<&str, &Tally<'_>> = tallies
        .iter()
        .map(|tally| (tally.change.identity.id.as_str(), tally))
        .collect();
    // A name whose count is that of this batch was not there before; only then there may be too many.
    let mut grown = BTreeSet::new();
    for row in &counted {
        let (id, kind, name) = (row.text(0), row.text(1), row.text(2));
        let kind = KINDS.into_iter().find(|known| *known == kind);
        let of_batch = in_batch
            .get(id.as_str())
            .and_then(|tally| tally.parts.get(&(kind?, Cow::Owned(name))));
        if of_batch.is_some_and(|(count, _)| *count == row.number(3)) {
            grown.insert(id);
        }
    }
    if grown.is_empty() {
        return Ok(());
    }
    limit(session, &grown).await
}

async fn limit(session: &mut dyn Session, ids: &BTreeSet<String>) -> Result<(), Broken> {
    let most = i64::try_from(MAX_GROUP_NAMES).unwrap_or(i64::MAX);
    let cells = vec![super::session::json_texts(ids), most.into()];
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
        let cells: Vec<Cell> = (0..3).map(|column| row.text(column).into()).collect();
        session.execute(REMOVE, cells).await?;
    }
    let rows = together
        .iter()
        .map(|((id, kind), (count, last))| (id, kind, "", *count, *last));
    session.rows(COUNT, vec![json_rows(rows)]).await?;
    Ok(())
}
