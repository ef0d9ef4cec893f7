//! Searches that take several: what some aggregations need to know of documents that the query does not find.
//!
//! A store computes an aggregation of the documents that a query finds, in one go. `global` is about other documents,
//! and `significant_terms` compares with others; both become further searches through the same door.

mod global;
mod significant;

use crate::ast::Query;
use crate::store::{LogStore, SearchReply, SearchRequest, StoreError};

/// Searches. `everything` is what the names show by which the search was sent: an alias no more than its filter lets
/// through.
///
/// # Errors
/// As the store's search.
pub async fn search(
    logs: &dyn LogStore,
    request: SearchRequest,
    everything: &Query,
) -> Result<SearchReply, StoreError> {
    global::search(logs, request, everything).await
}
