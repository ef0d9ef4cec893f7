//! Documents that a query finds, written again in batches: what `_update_by_query` and `_reindex` have in common.
//! They are gone through in the order of writes; what comes meanwhile is none of theirs. Never more of them at once than
//! the queue of writes has room for beside others.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::{Value, json};
use swarmscope_model::limits::{
    REWRITE_BATCH_BYTES, REWRITE_TRIES, REWRITTEN_AT_FIRST, REWRITTEN_AT_ONCE,
};
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Effect, Hit, SearchRequest, SortKey, TrackTotal};

use super::ElasticState;
use super::bulk_ingest;
use super::bulk_reply::Done;
use super::bulk_request::Entry;
use super::bulk_write::{self, Origin};
use super::delete_by_query::unread;
use super::errors::ElasticError;
use super::strict;

/// How long to wait when the store is busy.
const PAUSE: Duration = Duration::from_millis(200);

/// What to write again, and how.
pub struct Rewriting {
    /// `None` when there is nothing to find.
    pub indices: Option<IndexExpression>,
    pub query: Query,
    /// At most so many documents, the oldest writes first.
    pub max_documents: Option<u64>,
    /// How many documents to take at once, at most.
    pub batch: usize,
    pub past_conflicts: bool,
    pub pipeline: Option<String>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Rewritten {
    total: u64,
    created: u64,
    updated: u64,
    batches: u64,
    conflicts: u64,
    noops: u64,
    retries: u64,
    failures: Vec<Value>,
}

impl Rewriting {
    /// Writes the documents; `entry` says what becomes of each.
    ///
    /// # Errors
    /// When the store refuses the search, or a batch as a whole. What was written before stays.
    pub async fn run(
        &self,
        state: &ElasticState,
        entry: impl Fn(&Hit) -> Result<Entry, ElasticError> + Send + Sync,
    ) -> Result<Rewritten, ElasticError> {
        let mut done = Rewritten::default();
        let Some(indices) = self.indices.clone() else {
            return Ok(done);
        };
        let most = self.max_documents.unwrap_or(u64::MAX);
        let mut search = SearchRequest {
            sort: vec![SortKey::Sequence(Direction::Ascending)],
            ..SearchRequest::new(indices, self.query.clone())
        };
        let mut left = most;
        let mut at_once = REWRITTEN_AT_FIRST;
        while left > 0 && done.failures.is_empty() {
            search.size = usize::try_from(left)
                .unwrap_or(usize::MAX)
                .min(self.batch.max(1))
                .min(at_once);
            let reply = state.logs.search(search.clone()).await?;
            if search.up_to_sequence.is_none() {
                done.total = reply.total.map_or(0, |total| total.count).min(most);
                done.failures = reply.left_out.into_iter().map(unread).collect();
                search.total = TrackTotal::No;
                search.up_to_sequence = Some(reply.newest_sequence);
            }
            let Some(last) = reply.hits.last() else {
                break;
            };
            search.after = Some(vec![Some(Scalar::Integer(last.sequence as i64))]);
            left -= reply.hits.len() as u64;
            done.batches += 1;
            for hits in cut(&reply.hits) {
                self.write(state, hits, &entry, &mut done).await?;
            }
            at_once = next_size(&reply.hits);
        }
        Ok(done)
    }

    async fn write(
        &self,
        state: &ElasticState,
        hits: &[Hit],
        entry: impl Fn(&Hit) -> Result<Entry, ElasticError>,
        done: &mut Rewritten,
    ) -> Result<(), ElasticError> {
        let mut tries = 0;
        let (entries, outcomes) = loop {
            let entries: Result<Vec<Entry>, _> = hits.iter().map(&entry).collect();
            let mut entries = entries?;
            bulk_ingest::run(state, &mut entries, self.pipeline.as_deref()).await?;
            strict::check(state, &mut entries).await?;
            match bulk_write::run(state, &mut entries, &HashSet::new(), Origin::Store).await {
                Err(error) if error.is_of_busy_store() && tries < REWRITE_TRIES => {
                    tries += 1;
                    done.retries += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                outcomes => break (entries, outcomes?),
            }
        };
        for (entry, outcome) in entries.iter().zip(outcomes) {
            match outcome {
                Ok(Done::Written { written, .. }) if written.effect == Effect::Created => {
                    done.created += 1;
                }
                Ok(Done::Written { .. }) => done.updated += 1,
                Ok(Done::Unchanged { .. } | Done::Dropped { .. }) => done.noops += 1,
                Err(error) => {
                    let is_conflict = error.status() == StatusCode::CONFLICT;
                    done.conflicts += u64::from(is_conflict);
                    if !(is_conflict && self.past_conflicts) {
                        done.failures.push(json!({
                            "index": *entry.index,
                            "id": entry.id,
                            "cause": error.to_value(),
                            "status": error.status().as_u16(),
                        }));
                    }
                }
            }
        }
        Ok(())
    }
}

fn length(hit: &Hit) -> usize {
    hit.source.get().len()
}

/// What is written at once: as many as are not too long together, and at least one.
fn cut(hits: &[Hit]) -> impl Iterator<Item = &[Hit]> {
    let mut rest = hits;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fit = rest.iter().take_while(|hit| {
            bytes += length(hit);
            bytes <= REWRITE_BATCH_BYTES
        });
        let fit = fit.count().max(1);
        let (now, later) = rest.split_at_checked(fit)?;
        rest = later;
        Some(now)
    })
}

/// How many documents to take the next time, when they are as long as these.
fn next_size(hits: &[Hit]) -> usize {
    let bytes: usize = hits.iter().map(length).sum();
    let average = bytes / hits.len().max(1);
    (REWRITE_BATCH_BYTES / average.max(1)).clamp(1, REWRITTEN_AT_ONCE)
}

impl Rewritten {
    /// The status of the reply: the highest of the failures.
    pub fn status(&self) -> StatusCode {
        let codes = self
            .failures
            .iter()
            .filter_map(|failure| failure["status"].as_u64());
        let highest = codes.max().and_then(|code| u16::try_from(code).ok());
        highest
            .and_then(|code| StatusCode::from_u16(code).ok())
            .unwrap_or(StatusCode::OK)
    }

    /// The reply about what began then; `makes` is whether documents may have been created.
    pub fn reply(self, started: Instant, makes: bool) -> Value {
        let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut reply = json!({
            "took": took,
            "timed_out": false,
            "total": self.total,
            "updated": self.updated,
        });
        if makes {
            reply["created"] = self.created.into();
        }
        let rest = json!({
            "deleted": 0,
            "batches": self.batches,
            "version_conflicts": self.conflicts,
            "noops": self.noops,
            "retries": { "bulk": self.retries, "search": 0 },
            "throttled_millis": 0,
            "requests_per_second": -1.0,
            "throttled_until_millis": 0,
            "failures": self.failures,
        });
        if let (Value::Object(reply), Value::Object(rest)) = (&mut reply, rest) {
            reply.extend(rest);
        }
        reply
    }
}
