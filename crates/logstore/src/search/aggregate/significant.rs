//! `significant_terms`: the values of a field that are more frequent than in the background.
//!
//! How frequent they are there is in the request: who asks has searched the background before.

use swarmscope_query::aggregate::{
    AggregationResult, Background, ChosenTerms, Frequencies, SignificantBucket, SignificantTerms,
    TermsAggregation,
};
use swarmscope_query::store::StoreError;

use super::ranking::Candidate;
use super::terms::TermsCollector;
use super::{BucketBudget, Collector, Level, Selection, by_bucket};
use crate::search::error::SearchError;

/// Collects the values of a field, and how many documents there are.
pub struct SignificantCollector {
    request: SignificantTerms,
    terms: TermsCollector,
    /// Documents of the background by the number of their value; other values have larger numbers.
    background: Vec<u64>,
    /// Documents of each parent bucket.
    sizes: Vec<u64>,
}

impl SignificantCollector {
    pub(super) fn new(request: &SignificantTerms, within: Level) -> Self {
        let chosen = ChosenTerms {
            terms: TermsAggregation {
                field: request.field.clone(),
                size: request.size,
                min_doc_count: request.min_doc_count,
                order: Vec::new(),
                missing: None,
            },
            choice: request.choice.clone(),
            max_doc_count: None,
        };
        let mut terms = TermsCollector::chosen(&chosen, within);
        let Background { counts, .. } = request.known.as_ref();
        let mut background = vec![0; counts.len()];
        for (key, count) in counts {
            background[terms.number_of(key) as usize] = *count;
        }
        Self {
            request: request.clone(),
            terms,
            background,
            sizes: Vec::new(),
        }
    }

    fn background_of(&self, candidate: &Candidate) -> u64 {
        let known = self.background.get(candidate.value as usize);
        known.copied().unwrap_or(0)
    }

    fn score(&self, candidate: &Candidate, bucket_size: u64) -> f64 {
        self.request.heuristic.score(Frequencies {
            bucket: candidate.count,
            bucket_size,
            background: self.background_of(candidate),
            background_size: self.request.known.documents,
        })
    }
}

impl Collector for SignificantCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let sizes = by_bucket(&mut self.sizes, selection.buckets);
        selection.each(|_, bucket| sizes[bucket as usize] += 1);
        self.terms.collect(selection)
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        for (size, parent) in other.sizes.iter().zip(parents) {
            by_bucket(&mut self.sizes, parent + 1)[*parent as usize] += size;
        }
        self.terms.merge(other.terms, parents)
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let size = self.sizes.get(bucket as usize).copied().unwrap_or(0);
        let candidates = self.terms.candidates(bucket, self.request.min_doc_count)?;
        let mut scored: Vec<(f64, Candidate)> = candidates
            .into_iter()
            .map(|candidate| (self.score(&candidate, size), candidate))
            .filter(|(score, _)| *score > 0.0)
            .collect();
        scored.sort_by(|(a, one), (b, other)| {
            b.total_cmp(a).then_with(|| self.terms.by_key(one, other))
        });
        scored.truncate(self.request.size);
        budget.spend(scored.len())?;
        let mut buckets = Vec::with_capacity(scored.len());
        for (score, candidate) in scored {
            buckets.push(SignificantBucket {
                score,
                background: self.background_of(&candidate),
                bucket: self.terms.bucket(candidate, budget)?,
            });
        }
        Ok(AggregationResult::Significant {
            count: size,
            background: self.request.known.documents,
            buckets,
        })
    }
}
