//! Counting by the values of fields: what is asked of the store, and what its buckets mean.

use std::collections::BTreeMap;

use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, AggregationResults, Bucket, BucketKey,
    Direction, TermsAggregation, TermsOrder,
};

use super::logs::shown;
use crate::question::{Bound, Gap};

/// What the aggregations are called.
const NAME: &str = "by";

/// Counts by the values of the fields.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Counted {
    pub groups: BTreeMap<Vec<String>, u64>,
    /// Why there may be more than these.
    pub missing: Option<Gap>,
}

/// Counts by the values of one field within those of another; `within` is computed in the innermost. Nothing
/// but `within` for no field.
pub(super) fn terms(
    by: &[(String, String)],
    size: usize,
    within: Vec<Aggregation>,
) -> Vec<Aggregation> {
    let mut innermost = within;
    for (field, _) in by.iter().rev() {
        innermost = vec![Aggregation {
            name: NAME.to_owned(),
            kind: AggregationKind::Terms(TermsAggregation {
                field: field.clone(),
                size,
                min_doc_count: 1,
                order: vec![
                    (TermsOrder::Count, Direction::Descending),
                    (TermsOrder::Key, Direction::Ascending),
                ],
                missing: None,
            }),
            within: innermost,
        }];
    }
    innermost
}

/// The counts that a reply holds; without fields there is one, of everything.
pub(super) fn counted(
    by: &[(String, String)],
    total: u64,
    results: AggregationResults,
    bound: Bound,
) -> Counted {
    let mut counted = Counted::default();
    if by.is_empty() {
        counted.groups.insert(Vec::new(), total);
        return counted;
    }
    let missing = walk(
        by.len(),
        results,
        &mut Vec::new(),
        bound,
        &mut |values, bucket| {
            counted.groups.insert(values.to_vec(), bucket.count);
        },
    );
    counted.missing = missing;
    counted
}

/// Visits the innermost buckets. Says when values that did not find a place could be alerts.
pub(super) fn walk(
    depth: usize,
    results: AggregationResults,
    values: &mut Vec<String>,
    bound: Bound,
    visit: &mut impl FnMut(&[String], &Bucket),
) -> Option<Gap> {
    let mut missing = None;
    for (_, result) in results {
        let AggregationResult::Terms {
            buckets,
            other_count,
        } = result
        else {
            continue;
        };
        // The most frequent come first: what follows has no more than the last of them.
        let last = buckets.last().map_or(0, |bucket| bucket.count);
        if other_count > 0 && !matches!(bound, Bound::Above(bound) if last <= bound) {
            missing = Some(Gap::Values {
                counted: buckets.len(),
            });
        }
        for bucket in buckets {
            values.push(text(&bucket.key));
            if depth == 1 {
                visit(values, &bucket);
            } else {
                let deeper = walk(depth - 1, bucket.within, values, bound, visit);
                missing = missing.or(deeper);
            }
            values.pop();
        }
    }
    missing
}

fn text(key: &BucketKey) -> String {
    match key {
        BucketKey::Text(text) => text.clone(),
        BucketKey::Integer(number) => number.to_string(),
        BucketKey::Float(number) => number.to_string(),
        BucketKey::Boolean(value) => value.to_string(),
        BucketKey::Instant(instant) => shown(*instant),
    }
}
