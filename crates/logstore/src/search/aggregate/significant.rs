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
    /// Documents of the background by the number of their value. Values that nobody looked up there have none.
    background: Vec<Option<u64>>,
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
        let mut background = vec![None; counts.len()];
        for (key, count) in counts {
            background[terms.number_of(key) as usize] = Some(*count);
        }
        Self {
            request: request.clone(),
            terms,
            background,
            sizes: Vec::new(),
        }
    }

    /// How a candidate compares with the background; `None` when it was not looked up there, as nothing can be said
    /// of it then.
    fn compared(&self, candidate: Candidate, bucket_size: u64) -> Option<Compared> {
        let background = (*self.background.get(candidate.value as usize)?)?;
        let score = self.request.heuristic.score(Frequencies {
            bucket: candidate.count,
            bucket_size,
            background,
            background_size: self.request.known.documents,
        });
        Some(Compared {
            score,
            background,
            candidate,
        })
    }
}

/// A candidate and the background.
struct Compared {
    score: f64,
    background: u64,
    candidate: Candidate,
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
        let mut scored: Vec<Compared> = candidates
            .into_iter()
            .filter_map(|candidate| self.compared(candidate, size))
            .filter(|compared| compared.score > 0.0)
            .collect();
        scored.sort_by(|a, b| {
            let by_score = b.score.total_cmp(&a.score);
            by_score.then_with(|| self.terms.by_key(&a.candidate, &b.candidate))
        });
        scored.truncate(self.request.size);
        budget.spend(scored.len())?;
        let mut buckets = Vec::with_capacity(scored.len());
        for compared in scored {
            buckets.push(SignificantBucket {
                score: compared.score,
                background: compared.background,
                bucket: self.terms.bucket(compared.candidate, budget)?,
            });
        }
        Ok(AggregationResult::Significant {
            count: size,
            background: self.request.known.documents,
            buckets,
        })
    }
}
