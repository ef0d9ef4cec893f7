//! `global`: an aggregation of all documents, whatever the query of the search.
//!
//! The store aggregates what a query finds. A global aggregation is a second search that finds everything: all that
//! the names show by which the search was sent, an alias no more than its filter lets through.

use super::significant;
use crate::aggregate::{Aggregation, AggregationKind, AggregationResult, Slot};
use crate::ast::Query;
use crate::store::{LogStore, SearchReply, SearchRequest, StoreError};

/// Searches, with the results of global aggregations, which are about `everything`, in their places.
///
/// # Errors
/// As the store's search.
pub async fn search(
    logs: &dyn LogStore,
    mut request: SearchRequest,
    everything: &Query,
) -> Result<SearchReply, StoreError> {
    let is_global = |aggregation: &Aggregation| matches!(aggregation.kind, AggregationKind::Global);
    if !request.aggregations.iter().any(is_global) {
        return significant::search(logs, request, everything).await;
    }
    let all = std::mem::take(&mut request.aggregations);
    let own = all.iter().filter(|aggregation| !is_global(aggregation));
    request.aggregations = own.cloned().collect();
    let (indices, views) = (request.indices.clone(), request.views.clone());
    let (after_sequence, up_to_sequence) = (request.after_sequence, request.up_to_sequence);
    let mut reply = significant::search(logs, request, everything).await?;
    for (place, aggregation) in all.into_iter().enumerate() {
        if !is_global(&aggregation) {
            continue;
        }
        let whole = SearchRequest {
            after_sequence,
            // What the first search could not see, the second does not either.
            up_to_sequence: up_to_sequence.or(Some(reply.newest_sequence)),
            aggregations: aggregation.within,
            views: views.clone(),
            ..SearchRequest::new(indices.clone(), everything.clone())
        };
        let whole = significant::search(logs, whole, everything).await?;
        let slot = Slot {
            count: whole.total.map_or(0, |total| total.count),
            within: whole.aggregations,
        };
        let result = AggregationResult::Slots(vec![slot]);
        reply.aggregations.insert(place, (aggregation.name, result));
    }
    Ok(reply)
}
