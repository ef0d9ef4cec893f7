//! Reading errors out of the log store in the order of writes, a bounded page at a time.

use swarmscope_model::limits::{ERROR_BATCH_BYTES, ERRORS_READ_AT_ONCE};
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{Field, Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Hit, LogStore, SearchRequest, SortKey, StoreError, TrackTotal};

/// Errors in the order of their writes.
pub struct Page {
    pub hits: Vec<Hit>,
    /// Everything up to this write was read.
    pub cursor: u64,
    /// The newest write of the store.
    pub newest: u64,
}

/// The newest write of the store.
///
/// # Errors
/// When the store does not answer.
pub async fn newest(logs: &dyn LogStore) -> Result<u64, StoreError> {
    let mut request = SearchRequest::new(IndexExpression::all(), Query::Nothing);
    request.total = TrackTotal::No;
    Ok(logs.search(request).await?.newest_sequence)
}

/// Reads pages: few documents at a time, so that no reply is larger than memory allows, whatever size they are of.
pub struct Reader {
    /// Documents to ask for.
    at_once: usize,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            at_once: ERRORS_READ_AT_ONCE,
        }
    }
}

impl Reader {
    /// The next errors behind this write: so many at most, and none more once they have [`ERROR_BATCH_BYTES`].
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn page(
        &mut self,
        logs: &dyn LogStore,
        after: u64,
        most: usize,
    ) -> Result<Page, StoreError> {
        let mut page = Page {
            hits: Vec::new(),
            cursor: after,
            newest: 0,
        };
        let mut bytes = 0;
        while page.hits.len() < most && bytes < ERROR_BATCH_BYTES {
            let size = self.at_once.min(most - page.hits.len());
            let reply = logs.search(request(page.cursor, size)).await?;
            page.newest = reply.newest_sequence;
            let read = bytes_of(&reply.hits);
            bytes += read;
            self.at_once = next_size(self.at_once, read);
            let is_full = reply.hits.len() == size;
            page.cursor = match reply.hits.last() {
                Some(last) if is_full => last.sequence,
                _ => page.newest.max(page.cursor),
            };
            page.hits.extend(reply.hits);
            if !is_full {
                break;
            }
        }
        Ok(page)
    }
}

fn bytes_of(hits: &[Hit]) -> usize {
    hits.iter().map(|hit| hit.source.get().len()).sum()
}

/// How many documents to ask for, after so many had these bytes: large ones come few at a time.
fn next_size(size: usize, bytes: usize) -> usize {
    if bytes > ERROR_BATCH_BYTES {
        (size / 2).max(1)
    } else if bytes < ERROR_BATCH_BYTES / 4 {
        (size * 2).min(ERRORS_READ_AT_ONCE)
    } else {
        size
    }
}

/// The field's words are compared in lower case, so every spelling is found.
fn request(after: u64, size: usize) -> SearchRequest {
    let severities = ["error", "critical"].map(|word| Scalar::Text(word.to_owned()));
    let query = Query::Terms {
        field: Field::Named("severity".to_owned()),
        values: severities.to_vec(),
    };
    let mut request = SearchRequest::new(IndexExpression::all(), query);
    request.after_sequence = Some(after);
    request.sort = vec![SortKey::Sequence(Direction::Ascending)];
    request.size = size;
    request.total = TrackTotal::No;
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_shrink_with_large_documents_and_grow_again() {
        assert_eq!(next_size(60, 3 * ERROR_BATCH_BYTES), 30);
        assert_eq!(next_size(1, 2 * ERROR_BATCH_BYTES), 1);
        assert_eq!(next_size(20, ERROR_BATCH_BYTES / 2), 20);
        assert_eq!(next_size(20, 1_000), 40);
        assert_eq!(next_size(ERRORS_READ_AT_ONCE, 0), ERRORS_READ_AT_ONCE);
    }
}
