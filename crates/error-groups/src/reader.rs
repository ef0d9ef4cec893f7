//! Reading errors out of the log store in the order of writes, a bounded page at a time.

use swarmscope_model::limits::{ERROR_BATCH, ERROR_BATCH_BYTES};
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

/// The next errors behind this write, so many at most.
///
/// # Errors
/// When the store does not answer.
pub async fn read(logs: &dyn LogStore, after: u64, size: usize) -> Result<Page, StoreError> {
    let reply = logs.search(request(after, size)).await?;
    let newest = reply.newest_sequence;
    let cursor = match reply.hits.last() {
        Some(last) if reply.hits.len() == size => last.sequence,
        _ => newest.max(after),
    };
    Ok(Page {
        hits: reply.hits,
        cursor,
        newest,
    })
}

/// How many errors to ask for, after a page of so many: large documents come few at a time.
pub fn next_size(size: usize, hits: &[Hit]) -> usize {
    let bytes: usize = hits.iter().map(|hit| hit.source.get().len()).sum();
    if bytes > ERROR_BATCH_BYTES {
        (size / 2).max(1)
    } else if bytes < ERROR_BATCH_BYTES / 4 {
        (size * 2).min(ERROR_BATCH)
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
    use serde_json::value::RawValue;

    use super::*;

    #[test]
    fn pages_shrink_with_large_documents_and_grow_again() {
        let page = |hits: usize, bytes: usize| -> Vec<Hit> {
            let source = format!("{{\"a\":\"{}\"}}", "x".repeat(bytes));
            let hit = Hit {
                index: String::new(),
                id: String::new(),
                sequence: 1,
                version: 1,
                time: 0,
                score: 1.0,
                sort: Vec::new(),
                source: RawValue::from_string(source).unwrap(),
            };
            vec![hit; hits]
        };
        assert_eq!(next_size(100, &page(3, ERROR_BATCH_BYTES / 2)), 50);
        assert_eq!(next_size(1, &page(1, 2 * ERROR_BATCH_BYTES)), 1);
        assert_eq!(next_size(100, &page(100, ERROR_BATCH_BYTES / 200)), 100);
        assert_eq!(next_size(100, &page(100, 10)), 200);
        assert_eq!(next_size(ERROR_BATCH, &[]), ERROR_BATCH);
    }
}
