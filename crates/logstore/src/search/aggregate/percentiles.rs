//! `percentiles` and `percentile_ranks`: where a field's numbers lie.

use swarmscope_query::aggregate::{AggregationResult, Boxplot};
use swarmscope_query::store::StoreError;

use super::distribution::Distribution;
use super::{BucketBudget, Collector, Selection, by_bucket, numbers, too_many};
use crate::search::error::SearchError;

/// Memory of all buckets together.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Cells of a bucket that are worth having.
const FEWEST_CELLS: usize = 32;

/// What is asked of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The value at these percents.
    Percentiles,
    /// The percents below these values.
    Ranks,
    /// How far they lie from their median.
    Deviation,
    /// Their quartiles, extremes and whiskers.
    Boxplot,
}

/// Collects a field's numbers.
pub struct PercentilesCollector {
    field: String,
    question: Question,
    asked: Vec<f64>,
    missing: Option<f64>,
    buckets: Vec<Distribution>,
    /// All numbers so far were points in time.
    of_dates: Vec<bool>,
}

impl PercentilesCollector {
    pub(super) fn new(
        field: &str,
        question: Question,
        asked: &[f64],
        missing: Option<f64>,
    ) -> Self {
        Self {
            field: field.to_owned(),
            question,
            asked: asked.to_vec(),
            missing,
            buckets: Vec::new(),
            of_dates: Vec::new(),
        }
    }

    /// When the buckets take too much memory, all become less precise.
    fn keep_within_budget(&mut self) -> Result<(), StoreError> {
        let bytes =
            |buckets: &[Distribution]| -> usize { buckets.iter().map(Distribution::bytes).sum() };
        if bytes(&self.buckets) <= MAX_BYTES {
            return Ok(());
        }
        let each = MAX_BYTES / 2 / self.buckets.len();
        let cells = (each / 16).max(FEWEST_CELLS);
        for bucket in &mut self.buckets {
            if bucket.bytes() > each {
                bucket.shrink(cells);
            }
        }
        if bytes(&self.buckets) <= MAX_BYTES {
            Ok(())
        } else {
            Err(too_many())
        }
    }
}

/// `None` without numbers.
fn boxplot(found: &Distribution, of_dates: bool) -> Option<Boxplot> {
    let (min, max) = (found.quantile(0.0)?, found.quantile(1.0)?);
    let (q1, q2, q3) = (
        found.quantile(0.25)?,
        found.quantile(0.5)?,
        found.quantile(0.75)?,
    );
    let reach = 1.5 * (q3 - q1);
    let (lower, upper) = found
        .outermost_within(q1 - reach, q3 + reach)
        .unwrap_or((min, max));
    Some(Boxplot {
        min,
        max,
        q1,
        q2,
        q3,
        lower,
        upper,
        of_dates,
    })
}

impl Collector for PercentilesCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let buckets = by_bucket(&mut self.buckets, selection.buckets);
        if self.of_dates.len() < buckets.len() {
            self.of_dates.resize(buckets.len(), true);
        }
        let all_dates = &mut self.of_dates;
        numbers::visit(
            selection,
            &self.field,
            self.missing,
            |bucket, number, of_dates| {
                buckets[bucket as usize].add(number);
                if !of_dates {
                    all_dates[bucket as usize] = false;
                }
            },
        )?;
        Ok(self.keep_within_budget()?)
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        for ((distribution, of_dates), parent) in
            other.buckets.into_iter().zip(other.of_dates).zip(parents)
        {
            let place = *parent as usize;
            by_bucket(&mut self.buckets, parent + 1)[place].merge(distribution);
            if self.of_dates.len() <= place {
                self.of_dates.resize(place + 1, true);
            }
            self.of_dates[place] &= of_dates;
        }
        self.keep_within_budget()
    }

    fn finish(
        &mut self,
        bucket: u32,
        _budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let mut none = Distribution::default();
        let place = bucket as usize;
        let found = self.buckets.get_mut(place).unwrap_or(&mut none);
        found.settle();
        let of_dates = self.of_dates.get(place).copied().unwrap_or(false);
        let answer = |asked: f64| match self.question {
            Question::Ranks => found.rank(asked).map(|part| part * 100.0),
            _ => found.quantile(asked / 100.0),
        };
        match self.question {
            Question::Deviation => {
                return Ok(AggregationResult::Metric {
                    value: found.deviation(),
                    of_dates: false,
                });
            }
            Question::Boxplot => return Ok(AggregationResult::Boxplot(boxplot(found, of_dates))),
            Question::Percentiles | Question::Ranks => {}
        }
        let values: Vec<_> = self
            .asked
            .iter()
            .map(|asked| (*asked, answer(*asked)))
            .collect();
        let some = values.iter().any(|(_, value)| value.is_some());
        Ok(AggregationResult::Percentiles {
            values,
            of_dates: some && of_dates && self.question == Question::Percentiles,
        })
    }
}
