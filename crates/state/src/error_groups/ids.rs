//! Which tasks the errors of a group belong to, and which groups an id leads to.
//!
//! A group has a row for each batch with all the ids of it. From an id to its groups leads a table that is divided into
//! spans, each of the errors that came together: ids are spread at random, and within a span what is written lies
//! together. Whoever looks one up looks into each span, of which there are not many. Of older spans only those errors
//! stay that are among the newest of their group.

use std::collections::BTreeMap;

use swarmscope_model::Timestamp;
use swarmscope_model::limits::{
    ERROR_ID_SPAN, MAX_ERROR_ID_SPANS, MAX_FULL_ERROR_ID_SPANS, MAX_GROUP_TASKS,
};

use super::position::Advance;
use super::session::{Cell, Session, json_rows, json_texts};
use super::tally::Tally;
use crate::broken::Broken;

/// The text of a statement that finds the groups in which an error has the parameter for its correlation id or task.
pub fn groups_of_id(parameter: &str) -> String {
    format!(
        "SELECT known.group_id FROM error_id_spans AS span CROSS JOIN error_ids AS known \
         WHERE known.span = span.span AND known.id = {parameter}"
    )
}

/// The same where it is the error's task.
pub fn groups_of_task(parameter: &str) -> String {
    format!("{} AND known.is_task = 1", groups_of_id(parameter))
}

const BATCHES: &str = "INSERT INTO error_group_batches (group_id, number, task_ids, correlation_ids) \
     SELECT value->>0, CAST(value->>1 AS BIGINT), value->>2, value->>3 FROM {rows}";

const FORGET_BATCHES: &str = "DELETE FROM error_group_batches WHERE group_id = $1 AND number <= $2";

const IDS: &str = "INSERT INTO error_ids (span, id, group_id, number, is_task) \
     SELECT CAST($2 AS BIGINT), value->>0, value->>1, CAST(value->>2 AS BIGINT), CAST(value->>3 AS BIGINT) \
     FROM {rows} WHERE TRUE \
     ON CONFLICT (span, id, group_id) DO UPDATE SET number = excluded.number, \
     is_task = CASE WHEN excluded.is_task = 1 THEN 1 ELSE error_ids.is_task END";

const SPAN: &str = "INSERT INTO error_id_spans (span, updated_at) VALUES ($1, $2) \
     ON CONFLICT (span) DO UPDATE SET updated_at = excluded.updated_at, is_thinned = 0";

/// Whoever thins a span has changed its row first: of two followers one does.
const THINNED: &str = "UPDATE error_id_spans SET is_thinned = 1 WHERE is_thinned = 0 AND span IN \
     (SELECT span FROM error_id_spans WHERE is_thinned = 0 ORDER BY updated_at DESC, span DESC \
      LIMIT $1 OFFSET $2) RETURNING span";
const THIN: &str = "DELETE FROM error_ids WHERE span = $1 AND NOT EXISTS \
     (SELECT 1 FROM error_groups WHERE error_groups.group_id = error_ids.group_id \
      AND error_groups.count - error_ids.number < $2)";

/// Whoever writes into such a span meanwhile keeps it, here and below.
const SURPLUS: &str = "DELETE FROM error_id_spans WHERE span IN \
     (SELECT span FROM error_id_spans ORDER BY updated_at DESC, span DESC LIMIT $1 OFFSET $2) \
     AND updated_at <= (SELECT updated_at FROM error_id_spans ORDER BY updated_at DESC, span DESC \
         LIMIT 1 OFFSET $2) \
     RETURNING span";
const SILENT: &str = "DELETE FROM error_id_spans WHERE span IN \
     (SELECT span FROM error_id_spans WHERE updated_at < $1 ORDER BY updated_at LIMIT $2) \
     AND updated_at < $1 RETURNING span";
const REMOVE: &str = "DELETE FROM error_ids WHERE span = $1";

/// In the spans that were written while the groups were there: a span begins where the one before it of its log store
/// ended, and an upgrade made those below zero in this order as well.
const FORGET: &str = "DELETE FROM error_ids WHERE span IN \
     (SELECT span FROM (SELECT span, updated_at, lag(updated_at) OVER \
         (PARTITION BY CASE WHEN span < 0 THEN -1 ELSE span & $4 END ORDER BY span) AS begun \
         FROM error_id_spans) AS known \
      WHERE updated_at >= $2 AND (begun IS NULL OR begun <= $3)) \
     AND group_id IN (SELECT value->>0 FROM {rows})";

/// Spans that are thinned, or removed, at a time: usually there is one, after an upgrade there may be many.
const SPANS_AT_ONCE: i64 = 4;
/// Numbers of spans of one log store are so many bits apart, so that those of others are between.
const SOURCE_BITS: u32 = 20;
/// By how much the clocks of two followers may differ, in milliseconds.
const CLOCKS_DIFFER: i64 = 60_000;

/// What the errors of a batch name, by the number of errors that each group has now.
pub async fn remember(
    session: &mut dyn Session,
    tallies: &[Tally<'_>],
    counts: &BTreeMap<String, i64>,
    advance: &Advance<'_>,
    now: Timestamp,
) -> Result<(), Broken> {
    let mut batches = Vec::new();
    let mut ids = Vec::new();
    let mut full = Vec::new();
    let most = count(MAX_GROUP_TASKS);
    for tally in tallies.iter().filter(|tally| !tally.ids.is_empty()) {
        let group = tally.change.identity.id.as_str();
        let count = counts.get(group).copied().unwrap_or(tally.count);
        let before = count - tally.count;
        let [mut tasks, mut correlations] = [Vec::new(), Vec::new()];
        for (id, named) in &tally.ids {
            if named.is_task {
                tasks.push(id);
            }
            if named.is_alone {
                correlations.push(id);
            }
            ids.push((id, group, before + named.number, i64::from(named.is_task)));
        }
        batches.push((group, count, tasks, correlations));
        if count > most && tally.is_to_be_tidied(count) {
            full.push((group, count - most));
        }
    }
    if batches.is_empty() {
        return Ok(());
    }
    session.execute(BATCHES, vec![json_rows(batches)]).await?;
    for (group, up_to) in full {
        let cells = vec![group.into(), up_to.into()];
        session.execute(FORGET_BATCHES, cells).await?;
    }
    let span = span(advance);
    // Before its ids, as whoever removes both does.
    let cells = vec![span.into(), now.as_millisecond().into()];
    session.execute(SPAN, cells).await?;
    // In the order of the table, neighbours are written one after the other.
    ids.sort_unstable();
    let cells = vec![json_rows(ids), span.into()];
    session.execute(IDS, cells).await?;
    let width = count(ERROR_ID_SPAN);
    if advance.errors_before / width != advance.errors_after / width {
        limit(session).await?;
    }
    Ok(())
}

/// Removes a part of the spans in which nothing has happened since; gives whether there may be more.
pub async fn prune(session: &mut dyn Session, before: Timestamp) -> Result<bool, Broken> {
    let cells = vec![before.as_millisecond().into(), SPANS_AT_ONCE.into()];
    let removed = remove(session, SILENT, cells).await?;
    Ok(removed >= SPANS_AT_ONCE)
}

/// Forgets the ids of groups that were removed, so that they lead to none of them that comes back. The groups were there
/// in this time, from and to in milliseconds.
pub async fn forget(
    session: &mut dyn Session,
    groups: &[String],
    (from, to): (i64, i64),
) -> Result<(), Broken> {
    let cells = vec![
        json_texts(groups),
        (from - CLOCKS_DIFFER).into(),
        (to + CLOCKS_DIFFER).into(),
        ((1_i64 << SOURCE_BITS) - 1).into(),
    ];
    session.execute(FORGET, cells).await?;
    Ok(())
}

async fn limit(session: &mut dyn Session) -> Result<(), Broken> {
    let beyond = |most| vec![SPANS_AT_ONCE.into(), count(most).into()];
    let thinned = session
        .rows(THINNED, beyond(MAX_FULL_ERROR_ID_SPANS))
        .await?;
    for row in thinned {
        let cells = vec![row.number(0).into(), count(MAX_GROUP_TASKS).into()];
        session.execute(THIN, cells).await?;
    }
    remove(session, SURPLUS, beyond(MAX_ERROR_ID_SPANS)).await?;
    Ok(())
}

async fn remove(
    session: &mut dyn Session,
    statement: &str,
    cells: Vec<Cell>,
) -> Result<i64, Broken> {
    let spans = session.rows(statement, cells).await?;
    for row in &spans {
        session.execute(REMOVE, vec![row.number(0).into()]).await?;
    }
    Ok(count(spans.len()))
}

/// The span of a batch, by the errors that came before it. Where two log stores have one in common, by chance, nothing
/// is lost.
fn span(advance: &Advance<'_>) -> i64 {
    let hash = advance.source.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let of_source = i64::from(hash >> (u32::BITS - SOURCE_BITS));
    ((advance.errors_before / count(ERROR_ID_SPAN)) << SOURCE_BITS) | of_source
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
