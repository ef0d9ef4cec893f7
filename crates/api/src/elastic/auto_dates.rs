//! `auto_date_histogram`: how wide its buckets are is known after the first and last point in time.
//!
//! A first search finds these, the search itself then counts in buckets that are named by their starts.

use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, AutoDateHistogram, AutoWidth, Bucket,
    BucketKey, HalfOpen,
};
use swarmscope_query::ast::Query;
use swarmscope_query::store::{LogStore, SearchReply, SearchRequest, StoreError};

use super::global;

/// Searches, with buckets of chosen widths; global aggregations are about `everything`.
///
/// # Errors
/// As the store's search.
pub async fn search(
    logs: &dyn LogStore,
    mut request: SearchRequest,
    everything: &Query,
) -> Result<SearchReply, StoreError> {
    let is_auto = |own: &Aggregation| matches!(own.kind, AggregationKind::AutoDateHistogram(_));
    if !request.aggregations.iter().any(is_auto) {
        return global::search(logs, request, everything).await;
    }
    let mut ends = Vec::new();
    for (place, own) in request.aggregations.iter().enumerate() {
        if let AggregationKind::AutoDateHistogram(auto) = &own.kind {
            ends.push(end(
                format!("{place}<"),
                AggregationKind::Min {
                    field: auto.field.clone(),
                },
            ));
            ends.push(end(
                format!("{place}>"),
                AggregationKind::Max {
                    field: auto.field.clone(),
                },
            ));
        }
    }
    let found = logs
        .search(SearchRequest {
            aggregations: ends,
            size: 0,
            from: 0,
            after: None,
            sort: Vec::new(),
            ..request.clone()
        })
        .await?;
    // What the first search could not see, the second does not either.
    request.up_to_sequence = request.up_to_sequence.or(Some(found.newest_sequence));
    let mut ends = found
        .aggregations
        .into_iter()
        .map(|(_, result)| result.number(None));
    let mut widths: Vec<(usize, AutoWidth)> = Vec::new();
    for (place, own) in request.aggregations.iter_mut().enumerate() {
        if let AggregationKind::AutoDateHistogram(auto) = &own.kind {
            let width = width(auto, ends.next().flatten(), ends.next().flatten());
            own.kind = ranges(&auto.field, &width);
            widths.push((place, width));
        }
    }
    let mut reply = global::search(logs, request, everything).await?;
    for (place, width) in widths {
        if let Some((_, result)) = reply.aggregations.get_mut(place) {
            named(result, width);
        }
    }
    Ok(reply)
}

fn end(name: String, kind: AggregationKind) -> Aggregation {
    Aggregation {
        name,
        kind,
        within: Vec::new(),
    }
}

/// The width between the ends; without points in time, no buckets.
fn width(auto: &AutoDateHistogram, first: Option<f64>, last: Option<f64>) -> AutoWidth {
    match (first, last) {
        (Some(first), Some(last)) => auto.width(first as i64, last as i64),
        _ => AutoWidth {
            unit: auto.least,
            count: 1,
            starts: Vec::new(),
        },
    }
}

fn ranges(field: &str, width: &AutoWidth) -> AggregationKind {
    let ranges = width.starts.windows(2).map(|pair| HalfOpen {
        from: Some(pair[0]),
        to: Some(pair[1]),
    });
    AggregationKind::DateRange {
        field: field.to_owned(),
        ranges: ranges.collect(),
    }
}

/// The buckets with their starts as keys.
fn named(result: &mut AggregationResult, width: AutoWidth) {
    let AggregationResult::Slots(slots) = std::mem::replace(result, AggregationResult::Count(0))
    else {
        return;
    };
    let buckets = slots
        .into_iter()
        .zip(&width.starts)
        .map(|(slot, start)| Bucket {
            key: BucketKey::Instant(*start),
            count: slot.count,
            within: slot.within,
        });
    *result = AggregationResult::AutoHistogram {
        buckets: buckets.collect(),
        interval: format!("{}{}", width.count, width.unit.letter()),
    };
}
