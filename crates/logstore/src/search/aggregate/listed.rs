//! How the buckets of both histograms are listed: by their keys, or as the request orders them.

use std::cmp::Ordering;
use std::hash::Hash;

use swarmscope_query::aggregate::{
    AggregationResult, Bucket, BucketKey, Direction, TermsOrder, metric_within,
};
use swarmscope_query::store::StoreError;

use super::buckets::Buckets;
use super::{BucketBudget, Level};

/// The buckets of these keys, which come in order; those without a number are empty.
///
/// # Errors
/// When there are too many buckets within.
pub fn listed<V: Copy + Eq + Hash>(
    keys: impl Iterator<Item = (BucketKey, Option<u32>)>,
    counted: &Buckets<V>,
    within: &mut Level,
    wanted: &[(TermsOrder, Direction)],
    budget: &mut BucketBudget,
) -> Result<AggregationResult, StoreError> {
    let mut buckets = Vec::new();
    for (key, number) in keys {
        buckets.push(Bucket {
            key,
            count: number.map_or(0, |number| counted.count(number)),
            // A bucket without documents is one that no collector has heard of.
            within: within.finish(number.unwrap_or(u32::MAX), budget)?,
        });
    }
    order(wanted, &mut buckets);
    Ok(AggregationResult::Histogram { buckets })
}

/// Orders buckets that come in the order of their keys, in which ties stay.
fn order(wanted: &[(TermsOrder, Direction)], buckets: &mut [Bucket]) {
    if wanted.is_empty() {
        return;
    }
    buckets.sort_by(|a, b| {
        let mut orders = wanted
            .iter()
            .map(|(order, direction)| by(order, *direction, a, b));
        let decided = orders.find(|ordering| ordering.is_ne());
        decided.unwrap_or(Ordering::Equal)
    });
}

fn by(order: &TermsOrder, direction: Direction, a: &Bucket, b: &Bucket) -> Ordering {
    let metric = |bucket: &Bucket, path: &str| metric_within(&bucket.within, path);
    let ordering = match order {
        TermsOrder::Key => a.key.order(&b.key),
        TermsOrder::Count => a.count.cmp(&b.count),
        TermsOrder::Metric(path) => match (metric(a, path), metric(b, path)) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            // Without a number a bucket comes last either way.
            (Some(_), None) => return Ordering::Less,
            (None, Some(_)) => return Ordering::Greater,
            (None, None) => Ordering::Equal,
        },
    };
    match direction {
        Direction::Ascending => ordering,
        Direction::Descending => ordering.reverse(),
    }
}
