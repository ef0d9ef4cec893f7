//! `significant_terms`: which values are frequent elsewhere is known after two searches ahead.
//!
//! The first finds the values that the search itself may meet often enough, the second counts these in the
//! background, and the search compares.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use swarmscope_model::limits::{MAX_BUCKETS, MAX_SIGNIFICANT_CANDIDATES, MAX_SIGNIFICANT_TERMS};

use crate::aggregate::{
    Aggregation, AggregationKind, AggregationResult, Background, BucketKey, Choice, Chosen,
    ChosenTerms, Direction, SignificantTerms, TermsAggregation, TermsOrder,
};
use crate::ast::{BoolQuery, Query};
use crate::store::{LogStore, SearchReply, SearchRequest, StoreError, TrackTotal};

/// Searches, with the backgrounds of significant terms, which are about `everything`.
///
/// # Errors
/// As the store's search, and when there are more of them than a request may have.
pub async fn search(
    logs: &dyn LogStore,
    mut request: SearchRequest,
    everything: &Query,
) -> Result<SearchReply, StoreError> {
    let mut asked = Vec::new();
    find(&mut request.aggregations, &mut asked);
    if asked.is_empty() {
        return logs.search(request).await;
    }
    if asked.len() > MAX_SIGNIFICANT_TERMS {
        return Err(StoreError::InvalidRequest {
            reason: format!(
                "the request has {} significant_terms aggregations, the limit is {MAX_SIGNIFICANT_TERMS}; divide it \
                 into several",
                asked.len()
            ),
        });
    }
    let most = (MAX_BUCKETS / asked.len()).min(MAX_SIGNIFICANT_CANDIDATES);
    let candidates = asked
        .iter()
        .map(|own| frequent(own, own.choice.clone(), own.min_doc_count, most));
    let found = SearchRequest {
        aggregations: candidates.collect(),
        from: 0,
        size: 0,
        after: None,
        sort: Vec::new(),
        total: TrackTotal::No,
        ..request.clone()
    };
    let found = logs.search(found).await?;
    // What the first search could not see, the others do not either.
    let newest = request.up_to_sequence.or(Some(found.newest_sequence));
    let mut backgrounds = Vec::with_capacity(found.aggregations.len());
    let mut asked = Vec::new();
    find(&mut request.aggregations, &mut asked);
    for (own, (_, candidates)) in asked.iter().zip(found.aggregations) {
        let candidates: Vec<BucketKey> = keys(candidates).map(|(key, _)| key).collect();
        let texts: HashSet<String> = candidates.iter().map(text_of).collect();
        let choice = Choice {
            include: Some(Chosen::Texts(texts)),
            exclude: None,
        };
        let background = SearchRequest {
            aggregations: vec![frequent(own, choice, 1, MAX_BUCKETS)],
            after_sequence: request.after_sequence,
            up_to_sequence: newest,
            views: request.views.clone(),
            ..SearchRequest::new(request.indices.clone(), of_background(own, everything))
        };
        let background = logs.search(background).await?;
        let counted = background.aggregations.into_iter();
        backgrounds.push(Arc::new(Background {
            documents: background.total.map_or(0, |total| total.count),
            counts: looked_up(candidates, counted.flat_map(|(_, result)| keys(result))),
        }));
    }
    for (own, known) in asked.into_iter().zip(backgrounds) {
        own.known = known;
    }
    request.up_to_sequence = newest;
    logs.search(request).await
}

/// The significant terms among aggregations, those within included.
fn find<'a>(aggregations: &'a mut [Aggregation], found: &mut Vec<&'a mut SignificantTerms>) {
    for aggregation in aggregations {
        if let AggregationKind::SignificantTerms(own) = &mut aggregation.kind {
            found.push(own);
        }
        find(&mut aggregation.within, found);
    }
}

/// The most frequent of some values that have so many documents.
fn frequent(
    own: &SignificantTerms,
    choice: Choice,
    min_doc_count: u64,
    size: usize,
) -> Aggregation {
    Aggregation {
        name: String::new(),
        kind: AggregationKind::ChosenTerms(ChosenTerms {
            terms: TermsAggregation {
                field: own.field.clone(),
                size,
                min_doc_count,
                order: vec![(TermsOrder::Count, Direction::Descending)],
                missing: None,
            },
            choice,
            max_doc_count: None,
        }),
        within: Vec::new(),
    }
}

fn of_background(own: &SignificantTerms, everything: &Query) -> Query {
    let Some(background) = &own.background else {
        return everything.clone();
    };
    Query::Bool(BoolQuery {
        filter: vec![everything.clone(), background.clone()],
        ..BoolQuery::default()
    })
}

/// The candidates with their counts in the background, 0 where it lacks them.
fn looked_up(
    candidates: Vec<BucketKey>,
    found: impl Iterator<Item = (BucketKey, u64)>,
) -> Vec<(BucketKey, u64)> {
    // A text that reads like a number is another value than the number.
    let place = |key: &BucketKey| (std::mem::discriminant(key), text_of(key));
    let found: HashMap<_, u64> = found.map(|(key, count)| (place(&key), count)).collect();
    let count = |key: &BucketKey| found.get(&place(key)).copied().unwrap_or(0);
    candidates
        .into_iter()
        .map(|key| {
            let count = count(&key);
            (key, count)
        })
        .collect()
}

/// The values of buckets with their counts.
fn keys(result: AggregationResult) -> impl Iterator<Item = (BucketKey, u64)> {
    let buckets = match result {
        AggregationResult::Terms { buckets, .. } => buckets,
        _ => Vec::new(),
    };
    buckets.into_iter().map(|bucket| (bucket.key, bucket.count))
}

/// A value as a choice of texts knows it.
fn text_of(key: &BucketKey) -> String {
    match key {
        BucketKey::Text(text) => text.clone(),
        BucketKey::Integer(number) | BucketKey::Instant(number) => number.to_string(),
        BucketKey::Float(number) => number.to_string(),
        BucketKey::Boolean(flag) => flag.to_string(),
    }
}
