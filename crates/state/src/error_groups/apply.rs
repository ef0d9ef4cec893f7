//! Applying a batch: the follower's place and everything that its errors change, in one transaction of the
//! caller's. A handful of statements, however many errors and groups.

use std::collections::{BTreeMap, BTreeSet};

use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::{Applied, GroupBatch, GroupFrame, NewGroups};
use swarmscope_model::limits::MAX_GROUP_FRAMES;

use super::session::{Row, Session, invalid, json, json_rows};
use super::tally::{Tally, storable};
use super::{ids, names, position, samples};
use crate::broken::Broken;

const GROUPS_BEFORE: &str = "SELECT group_id, regressions FROM error_groups \
     WHERE group_id IN (SELECT value->>0 FROM {rows})";

/// A resolved group comes back with an error that is not earlier than its resolution: within one millisecond
/// nobody knows the order, and no error is hidden. An ignored one opens when its time or count is up.
const GROUPS: &str = "INSERT INTO error_groups (group_id, fingerprint_version, source, title, error_type, \
     culprit, severity, frames, searched, count, first_seen, last_seen, created_at, updated_at) \
     SELECT value->>0, CAST(value->>1 AS BIGINT), value->>2, value->>3, value->>4, value->>5, value->>6, \
     value->>7, value->>8, CAST(value->>9 AS BIGINT), CAST(value->>10 AS BIGINT), \
     CAST(value->>11 AS BIGINT), $2, $2 FROM {rows} WHERE TRUE ORDER BY value->>0 \
     ON CONFLICT (group_id) DO UPDATE SET \
     count = error_groups.count + excluded.count, \
     first_seen = CASE WHEN excluded.first_seen < error_groups.first_seen \
         THEN excluded.first_seen ELSE error_groups.first_seen END, \
     last_seen = CASE WHEN excluded.last_seen > error_groups.last_seen \
         THEN excluded.last_seen ELSE error_groups.last_seen END, \
     severity = CASE WHEN excluded.last_seen >= error_groups.last_seen \
         THEN excluded.severity ELSE error_groups.severity END, \
     updated_at = $2, \
     regressed_at = CASE WHEN error_groups.state = 'resolved' \
         AND excluded.last_seen >= error_groups.resolved_at THEN $2 ELSE error_groups.regressed_at END, \
     regressions = error_groups.regressions + CASE WHEN error_groups.state = 'resolved' \
         AND excluded.last_seen >= error_groups.resolved_at THEN 1 ELSE 0 END, \
     state = CASE WHEN error_groups.state = 'resolved' \
             AND excluded.last_seen >= error_groups.resolved_at THEN 'open' \
         WHEN error_groups.state = 'ignored' AND (error_groups.ignored_until <= $2 \
             OR error_groups.ignored_until_count <= error_groups.count + excluded.count) THEN 'open' \
         ELSE error_groups.state END \
     RETURNING group_id, count, regressions";

const COUNTS: &str = "INSERT INTO error_group_counts (group_id, width, start, count) \
     SELECT value->>0, CAST(value->>1 AS BIGINT), CAST(value->>2 AS BIGINT), CAST(value->>3 AS BIGINT) \
     FROM {rows} WHERE TRUE \
     ON CONFLICT (group_id, width, start) DO UPDATE SET count = error_group_counts.count + excluded.count";

const SAMPLES: &str = "INSERT INTO error_group_samples (group_id, slot, number, index_name, document_id, \
     seen_at, agent_name, correlation_id, message) \
     SELECT value->>0, CAST(value->>1 AS BIGINT), CAST(value->>2 AS BIGINT), value->>3, value->>4, \
     CAST(value->>5 AS BIGINT), value->>6, value->>7, value->>8 FROM {rows} WHERE TRUE \
     ON CONFLICT (group_id, slot) DO UPDATE SET number = excluded.number, \
     index_name = excluded.index_name, document_id = excluded.document_id, seen_at = excluded.seen_at, \
     agent_name = excluded.agent_name, correlation_id = excluded.correlation_id, \
     message = excluded.message \
     WHERE excluded.slot > 0 OR excluded.seen_at < error_group_samples.seen_at";

pub async fn apply(
    session: &mut dyn Session,
    batch: &GroupBatch,
    now: Timestamp,
) -> Result<Applied, Broken> {
    check(batch)?;
    let Some(advance) = position::advance(session, batch, now).await? else {
        return Ok(Applied::Moved);
    };
    if batch.changes.is_empty() {
        return Ok(Applied::Done(NewGroups::default()));
    }
    let changes = batch.changes.iter();
    let tallies: Vec<Tally<'_>> = changes.map(|change| Tally::new(change, now)).collect();
    let before = before(session, &tallies).await?;
    let after = session
        .rows(
            GROUPS,
            vec![group_rows(&tallies), now.as_millisecond().into()],
        )
        .await?;
    let counts = after.iter().map(|row| (row.text(0), row.number(1)));
    let counts: BTreeMap<String, i64> = counts.collect();
    session.execute(COUNTS, vec![count_rows(&tallies)]).await?;
    names::count(session, &tallies, &counts).await?;
    session
        .execute(SAMPLES, vec![sample_rows(&tallies, &counts)])
        .await?;
    ids::remember(session, &tallies, &counts, &advance, now).await?;
    Ok(Applied::Done(news(&after, &before)))
}

fn check(batch: &GroupBatch) -> Result<(), Broken> {
    let mut ids = BTreeSet::new();
    for change in &batch.changes {
        if change.occurrences.is_empty() || !ids.insert(&change.identity.id) {
            return Err(invalid(
                "changes",
                format!(
                    "the group {:?} has no errors or is there twice",
                    change.identity.id
                ),
            ));
        }
    }
    Ok(())
}

/// How often each of the groups that there are has come back.
async fn before(
    session: &mut dyn Session,
    tallies: &[Tally<'_>],
) -> Result<BTreeMap<String, i64>, Broken> {
    let ids = tallies.iter().map(|tally| &tally.change.identity.id);
    let found = session
        .rows(GROUPS_BEFORE, vec![super::session::json_texts(ids)])
        .await?;
    Ok(found
        .iter()
        .map(|row| (row.text(0), row.number(1)))
        .collect())
}

fn news(after: &[Row], before: &BTreeMap<String, i64>) -> NewGroups {
    let mut news = NewGroups::default();
    for row in after {
        let id = row.text(0);
        match before.get(&id) {
            None => news.created.push(id),
            Some(regressions) if row.number(2) > *regressions => news.regressed.push(id),
            Some(_) => {}
        }
    }
    news.created.sort();
    news.regressed.sort();
    news
}

fn group_rows(tallies: &[Tally<'_>]) -> super::session::Cell {
    json_rows(tallies.iter().map(|tally| {
        let identity = &tally.change.identity;
        let [title, error_type, culprit] =
            [&identity.title, &identity.error_type, &identity.culprit].map(|text| storable(text));
        let searched = format!("{title}\n{error_type}\n{culprit}").to_lowercase();
        let frames = identity.frames.iter().take(MAX_GROUP_FRAMES);
        let frames = frames.map(|frame| GroupFrame {
            function: storable(&frame.function).into_owned(),
            file: storable(&frame.file).into_owned(),
            ..*frame
        });
        let frames: Vec<GroupFrame> = frames.collect();
        let newest = tally
            .change
            .occurrences
            .iter()
            .max_by_key(|one| one.timestamp);
        (
            &identity.id,
            identity.version,
            identity.source.as_str(),
            title,
            error_type,
            culprit,
            newest.map(|one| one.severity.as_str()),
            json(&frames),
            searched,
            tally.count,
            tally.first_seen,
            tally.last_seen,
        )
    }))
}

fn count_rows(tallies: &[Tally<'_>]) -> super::session::Cell {
    json_rows(tallies.iter().flat_map(|tally| {
        let id = &tally.change.identity.id;
        let counts = tally.counts.iter();
        counts.map(move |((width, start), count)| (id, *width, *start, *count))
    }))
}

fn sample_rows(tallies: &[Tally<'_>], counts: &BTreeMap<String, i64>) -> super::session::Cell {
    let mut rows = Vec::new();
    for tally in tallies {
        let id = &tally.change.identity.id;
        let count = counts.get(id).copied().unwrap_or(tally.count);
        let before = count - tally.count;
        let numbered = || (before + 1..).zip(&tally.change.occurrences);
        let mut places: BTreeMap<i64, (i64, &_)> = BTreeMap::new();
        if let Some(oldest) = numbered().min_by_key(|(_, one)| one.timestamp) {
            places.insert(samples::OLDEST, oldest);
        }
        for (number, occurrence) in numbered() {
            for place in samples::places(number.unsigned_abs(), count.unsigned_abs()) {
                places.insert(place, (number, occurrence));
            }
        }
        rows.extend(places.into_iter().map(|(place, (number, one))| {
            (
                id,
                place,
                number,
                storable(&one.index),
                storable(&one.id),
                one.timestamp.as_millisecond(),
                storable(&one.agent_name),
                one.correlation_id.as_deref().map(storable),
                storable(&one.message),
            )
        }));
    }
    json_rows(rows)
}
