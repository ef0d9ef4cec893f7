//! Removes what a query finds, and then the bytes of it.
//!
//! Documents are found and deleted in batches, each delete bound to the write that was found.
//! Then the memtable is flushed, which lets go of the log's files that hold them, and the segments
//! that held them are written anew. A deletion that was interrupted is completed by the next one.

use std::time::Duration;

use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::Scalar;
use swarmscope_query::store::{
    Action, DeleteRequest, Deletion, Effect, Hit, LogStore, Refused, SearchRequest, SortKey,
    StoreError, TrackTotal, WriteOperation, Written,
};

use crate::background::flush::BackgroundError;
use crate::background::purge;
use crate::search::left_out::Missing;
use crate::search::run;
use crate::store::EmbeddedLogs;

/// Documents found at once: the search runs again for every batch, so few large ones.
const FOUND_AT_ONCE: usize = 10_000;
/// Documents deleted at once: other writes wait meanwhile, so small ones.
const DELETED_AT_ONCE: usize = 1_000;
/// How often a batch is sent again while the store is busy, and how long after.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Runs a deletion.
///
/// # Errors
/// When the query cannot be used, an index does not exist, or the store cannot read or write. What
/// was deleted until then stays deleted.
pub async fn delete_by_query(
    logs: &EmbeddedLogs,
    request: DeleteRequest,
) -> Result<Deletion, StoreError> {
    let mut run = Run {
        logs,
        request: &request,
        deletion: Deletion::default(),
        last_sequence: 0,
    };
    run.delete().await?;
    let Run {
        mut deletion,
        last_sequence,
        ..
    } = run;
    let erased = erase(logs, &request, last_sequence).await?;
    deletion.left_out = left_out(logs, &request)?;
    deletion.erased = erased;
    Ok(deletion)
}

struct Run<'a> {
    logs: &'a EmbeddedLogs,
    request: &'a DeleteRequest,
    deletion: Deletion,
    /// Of the last delete.
    last_sequence: u64,
}

impl Run<'_> {
    async fn delete(&mut self) -> Result<(), StoreError> {
        let mut search = SearchRequest {
            time: self.request.time,
            sort: vec![SortKey::Sequence(Direction::Ascending)],
            ..SearchRequest::new(self.request.indices.clone(), self.request.query.clone())
        };
        let mut newest = None;
        loop {
            search.size = self.wanted();
            let reply = self.logs.search(search.clone()).await?;
            if newest.is_none() {
                let matched = reply.total.map_or(0, |total| total.count);
                let most = self.request.max_documents.unwrap_or(u64::MAX);
                self.deletion.matched = matched.min(most);
                search.total = TrackTotal::No;
            }
            // What comes while we delete is none of ours.
            let newest = *newest.get_or_insert(reply.newest_sequence);
            let full = reply.hits.len() == search.size;
            let hits: Vec<Hit> = reply
                .hits
                .into_iter()
                .take_while(|hit| hit.sequence <= newest)
                .collect();
            let Some(last) = hits.last() else {
                return Ok(());
            };
            search.after = Some(vec![Some(Scalar::Integer(last.sequence as i64))]);
            for batch in hits.chunks(DELETED_AT_ONCE) {
                self.batch(batch).await?;
                if !self.deletion.failures.is_empty() {
                    return Ok(());
                }
            }
            if !full || self.wanted() == 0 {
                return Ok(());
            }
        }
    }

    /// How many documents to find next.
    fn wanted(&self) -> usize {
        let most = self.request.max_documents.unwrap_or(u64::MAX);
        let done = self.deletion.deleted + self.deletion.conflicts;
        let rest = usize::try_from(most.saturating_sub(done)).unwrap_or(usize::MAX);
        rest.min(FOUND_AT_ONCE)
    }

    async fn batch(&mut self, hits: &[Hit]) -> Result<(), StoreError> {
        let results = self.write(hits).await?;
        self.deletion.batches += 1;
        for (hit, result) in hits.iter().zip(results) {
            match result {
                Ok(written) => {
                    self.deletion.deleted += u64::from(written.effect == Effect::Deleted);
                    self.last_sequence = self.last_sequence.max(written.sequence);
                }
                Err(refused) => {
                    self.deletion.conflicts += 1;
                    if !self.request.past_conflicts {
                        self.deletion.failures.push((hit.index.clone(), refused));
                    }
                }
            }
        }
        Ok(())
    }

    async fn write(&mut self, hits: &[Hit]) -> Result<Vec<Result<Written, Refused>>, StoreError> {
        let mut tries = 0;
        loop {
            let operations = hits.iter().map(|hit| WriteOperation {
                index: hit.index.as_str().into(),
                action: Action::DeleteWritten(hit.sequence),
                id: Some(hit.id.clone()),
                source: bytes::Bytes::new(),
            });
            match self.logs.write(operations.collect()).await {
                Err(StoreError::Overloaded { .. }) if tries < TRIES => {
                    tries += 1;
                    self.deletion.retries += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                other => return other,
            }
        }
    }
}

/// Lets go of every file that holds deleted documents; gives whether all are gone.
async fn erase(
    logs: &EmbeddedLogs,
    request: &DeleteRequest,
    last_sequence: u64,
) -> Result<bool, StoreError> {
    logs.flush_soon().await?;
    let indices = request.indices.clone();
    logs.blocking(move |shared| {
        purge::purge(shared, &indices).map_err(rewriting)?;
        let gone = purge::is_complete(shared, last_sequence);
        gone.map_err(|source| StoreError::Io {
            context: "looking at the files of the log".to_owned(),
            source,
        })
    })
    .await
}

fn left_out(
    logs: &EmbeddedLogs,
    request: &DeleteRequest,
) -> Result<Vec<swarmscope_query::store::LeftOut>, StoreError> {
    let state = logs.shared().state();
    let mut missing = Missing::default();
    for index in run::chosen(&state, &request.indices)? {
        missing.note_index(index);
    }
    Ok(missing.told())
}

fn rewriting(error: BackgroundError) -> StoreError {
    StoreError::Io {
        context: "the documents are deleted, but their bytes are still on disk: delete again to \
                  remove them"
            .to_owned(),
        source: std::io::Error::other(error),
    }
}
