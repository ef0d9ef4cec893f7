//! The order of buckets that compete for a place in the reply.

use std::cmp::Ordering;

use swarmscope_query::aggregate::{AggregationResults, Direction, TermsOrder, metric_within};
use swarmscope_query::store::StoreError;

use super::buckets::Buckets;
use super::{BucketBudget, Level};

/// A bucket that may come into the reply.
pub struct Candidate {
    pub number: u32,
    pub value: u32,
    pub count: u64,
    /// What is within, when the order asks for it.
    pub within: Option<AggregationResults>,
}

/// What they are ordered by. By key alone when it says nothing.
#[derive(Clone, Copy)]
pub struct Ranking<'a> {
    pub order: &'a [(TermsOrder, Direction)],
}

impl Ranking<'_> {
    /// The buckets with so many documents at least.
    ///
    /// # Errors
    /// When there are too many buckets within.
    pub fn candidates(
        self,
        found: &[(u32, u32)],
        buckets: &Buckets<u32>,
        least: u64,
        within: &mut Level,
    ) -> Result<Vec<Candidate>, StoreError> {
        let by_metric =
            |(order, _): &(TermsOrder, Direction)| matches!(order, TermsOrder::Metric(_));
        let needs_metrics = self.order.iter().any(by_metric);
        let mut candidates = Vec::with_capacity(found.len());
        for (number, value) in found {
            let count = buckets.count(*number);
            if count < least {
                continue;
            }
            candidates.push(Candidate {
                number: *number,
                value: *value,
                count,
                // The buckets of these are paid for when they are chosen.
                within: match needs_metrics {
                    true => Some(within.finish(*number, &mut BucketBudget::default())?),
                    false => None,
                },
            });
        }
        Ok(candidates)
    }

    /// Sorts them; ties fall to the key.
    pub fn sort(
        self,
        candidates: &mut [Candidate],
        by_key: impl Fn(&Candidate, &Candidate) -> Ordering,
    ) {
        candidates.sort_by(|a, b| {
            for (order, direction) in self.order {
                let ordering = match order {
                    TermsOrder::Count => turned(a.count.cmp(&b.count), *direction),
                    TermsOrder::Key => turned(by_key(a, b), *direction),
                    TermsOrder::Metric(name) => by_metric(name, a, b, *direction),
                };
                if ordering != Ordering::Equal {
                    return ordering;
                }
            }
            by_key(a, b)
        });
    }
}

fn turned(ordering: Ordering, direction: Direction) -> Ordering {
    match direction {
        Direction::Ascending => ordering,
        Direction::Descending => ordering.reverse(),
    }
}

/// By a metric within; buckets without a value come last either way.
fn by_metric(name: &str, a: &Candidate, b: &Candidate, direction: Direction) -> Ordering {
    let metric = |candidate: &Candidate| metric_within(candidate.within.as_ref()?, name);
    match (metric(a), metric(b)) {
        (Some(a), Some(b)) => turned(a.total_cmp(&b), direction),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}
