//! Combinations of values and first documents, counted one document after the other.

use std::cmp::Ordering;

use serde_json::value::RawValue;
use swarmscope_query::aggregate::{
    Aggregation, AggregationResult, BucketKey, ChosenTerms, CompositeAggregation, Direction,
    MissingTuple, MultiTermsAggregation, SourceValue, TopHits, TopHitsAggregation, TupleBucket,
    TupleSource,
};
use swarmscope_query::ast::Scalar;
use swarmscope_query::document::ValueRef;
use swarmscope_query::evaluate::order::compare;
use swarmscope_query::store::Hit;

use super::numbers::own_numbers;
use super::{INDEX, Stored, aggregate, by_keys, key_of, scalar_of, sort_value, terms_of, values};

type Key = Vec<Option<BucketKey>>;

fn keys_of(stored: &Stored, source: &TupleSource) -> Vec<Option<BucketKey>> {
    let mut keys: Vec<Option<BucketKey>> = Vec::new();
    let found: Vec<BucketKey> = match &source.value {
        SourceValue::Term { field } => values(stored, field)
            .into_iter()
            .map(|(value, of_dates)| key_of(value, of_dates))
            .collect(),
        SourceValue::Numbers(histogram) => own_numbers(stored, &histogram.field)
            .into_iter()
            .map(|(number, _)| BucketKey::Float(histogram.start(number) + 0.0))
            .collect(),
        SourceValue::Instants(_) => Vec::new(),
    };
    for key in found.into_iter().map(Some) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        match &source.missing {
            None => {}
            Some(MissingTuple::Nothing { .. }) => keys.push(None),
            Some(MissingTuple::Value(value)) => keys.push(Some(key_of(value.clone(), false))),
        }
    }
    keys
}

fn groups<'a>(matching: &[&'a Stored], sources: &[TupleSource]) -> Vec<(Key, Vec<&'a Stored>)> {
    let mut groups: Vec<(Key, Vec<&Stored>)> = Vec::new();
    for stored in matching {
        let mut tuples: Vec<Key> = vec![Vec::new()];
        for source in sources {
            let keys = keys_of(stored, source);
            let longer = |tuple: &Key| -> Vec<Key> {
                let with = |key: &Option<BucketKey>| {
                    let mut tuple = tuple.clone();
                    tuple.push(key.clone());
                    tuple
                };
                keys.iter().map(with).collect()
            };
            tuples = tuples.iter().flat_map(longer).collect();
        }
        for tuple in tuples {
            match groups.iter_mut().find(|(known, _)| *known == tuple) {
                Some((_, group)) => group.push(stored),
                None => groups.push((tuple, vec![stored])),
            }
        }
    }
    groups
}

fn order(sources: &[TupleSource], a: &Key, b: &Key) -> Ordering {
    for ((source, a), b) in sources.iter().zip(a).zip(b) {
        let first = source.missing == Some(MissingTuple::Nothing { first: true });
        let ordering = match (a, b) {
            (Some(a), Some(b)) => {
                let (a, b) = (scalar_of(a), scalar_of(b));
                let ordering = compare(ValueRef::of(&a), ValueRef::of(&b));
                match source.direction {
                    Direction::Ascending => ordering,
                    Direction::Descending => ordering.reverse(),
                }
            }
            (None, None) => Ordering::Equal,
            (None, Some(_)) => {
                if first {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (Some(_), None) => {
                if first {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

fn buckets(groups: Vec<(Key, Vec<&Stored>)>, within: &[Aggregation]) -> Vec<TupleBucket> {
    let bucket = |(key, group): (Key, Vec<&Stored>)| TupleBucket {
        key,
        count: group.len() as u64,
        within: aggregate(&group, within),
    };
    groups.into_iter().map(bucket).collect()
}

pub fn composite_of(
    matching: &[&Stored],
    request: &CompositeAggregation,
    within: &[Aggregation],
) -> AggregationResult {
    let sources = &request.sources;
    let mut groups = groups(matching, sources);
    if let Some(after) = &request.after {
        groups.retain(|(key, _)| order(sources, key, after) == Ordering::Greater);
    }
    groups.sort_by(|a, b| order(sources, &a.0, &b.0));
    let rest = groups.split_off(request.size.min(groups.len()));
    AggregationResult::Tuples {
        after: groups.last().map(|(key, _)| key.clone()),
        other_count: rest.iter().map(|(_, group)| group.len() as u64).sum(),
        buckets: buckets(groups, within),
    }
}

/// The most frequent first, which is the only order that is tried.
pub fn multi_terms_of(
    matching: &[&Stored],
    request: &MultiTermsAggregation,
    within: &[Aggregation],
) -> AggregationResult {
    let mut groups = groups(matching, &request.sources);
    groups.retain(|(_, group)| group.len() as u64 >= request.min_doc_count);
    groups.sort_by(|a, b| {
        let by_count = b.1.len().cmp(&a.1.len());
        by_count.then_with(|| order(&request.sources, &a.0, &b.0))
    });
    let rest = groups.split_off(request.size.min(groups.len()));
    AggregationResult::Tuples {
        after: groups.last().map(|(key, _)| key.clone()),
        other_count: rest.iter().map(|(_, group)| group.len() as u64).sum(),
        buckets: buckets(groups, within),
    }
}

/// All terms, of which those that are not wanted are taken away.
pub fn chosen_of(
    matching: &[&Stored],
    request: &ChosenTerms,
    within: &[Aggregation],
) -> AggregationResult {
    let mut terms = request.terms.clone();
    terms.size = usize::MAX;
    let AggregationResult::Terms { mut buckets, .. } = terms_of(matching, &terms, within) else {
        unreachable!("terms give terms");
    };
    buckets.retain(|bucket| {
        let value: Scalar = scalar_of(&bucket.key);
        request.choice.takes(ValueRef::of(&value))
            && request
                .max_doc_count
                .is_none_or(|most| bucket.count <= most)
    });
    let rest = buckets.split_off(request.terms.size.min(buckets.len()));
    AggregationResult::Terms {
        buckets,
        other_count: rest.iter().map(|bucket| bucket.count).sum(),
    }
}

pub fn top_of(matching: &[&Stored], request: &TopHitsAggregation) -> AggregationResult {
    let keys = |stored: &Stored| -> Vec<_> {
        request
            .sort
            .iter()
            .map(|key| sort_value(stored, key, 1.0))
            .collect()
    };
    let mut ranked: Vec<&Stored> = matching.to_vec();
    ranked.sort_by(|a, b| {
        by_keys(&request.sort, &keys(a), &keys(b))
            .then_with(|| b.time.cmp(&a.time))
            .then_with(|| a.sequence.cmp(&b.sequence))
    });
    let hits = ranked.iter().skip(request.from).take(request.size);
    AggregationResult::Hits(TopHits {
        total: matching.len() as u64,
        hits: hits
            .map(|stored| Hit {
                index: INDEX.to_owned(),
                id: stored.id.clone(),
                sequence: stored.sequence,
                version: stored.version,
                time: stored.time,
                score: 1.0,
                sort: keys(stored),
                source: RawValue::from_string(stored.source.clone()).expect("JSON"),
            })
            .collect(),
    })
}
