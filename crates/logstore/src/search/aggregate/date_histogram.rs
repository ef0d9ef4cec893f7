//! `date_histogram`: counts over time.

use std::cmp::Ordering;
use std::collections::HashMap;

use swarmscope_model::limits::MAX_BUCKETS;
use swarmscope_query::aggregate::{
    AggregationResult, Bucket, BucketKey, DateHistogram, Direction, TermsOrder,
};
use swarmscope_query::store::StoreError;

use super::buckets::{Buckets, Pairs};
use super::rounding::Rounding;
use super::{BucketBudget, Collector, Level, Selection, too_many};
use crate::block::column::Column;
use crate::search::error::SearchError;
use crate::search::values::FieldColumns;

/// Collects points in time.
pub struct HistogramCollector {
    request: DateHistogram,
    rounding: Rounding,
    /// Starts of buckets that may be in the reply, both inclusive.
    bounds: (i64, i64),
    /// The starts, numbered.
    starts: Vec<i64>,
    numbers: HashMap<i64, u32>,
    buckets: Buckets,
    within: Level,
}

impl HistogramCollector {
    pub(super) fn new(request: &DateHistogram, within: Level) -> Self {
        let mut rounding = Rounding::new(request);
        let bounds = request
            .hard_bounds
            .map_or((i64::MIN, i64::MAX), |(first, last)| {
                (rounding.start(first), rounding.start(last))
            });
        Self {
            request: request.clone(),
            rounding,
            bounds,
            starts: Vec::new(),
            numbers: HashMap::new(),
            buckets: Buckets::default(),
            within,
        }
    }

    fn page(
        &mut self,
        page: &Column,
        selection: &Selection<'_>,
        pairs: &mut Pairs,
    ) -> Result<(), StoreError> {
        let instants = page.integers();
        let keep_pairs = !self.within.is_empty();
        // The last start, parent and bucket: most rows are in the same as the one before.
        let mut last = (i64::MIN, u32::MAX, 0);
        let mut failure = None;
        page.visit_selected(selection.rows, |place, at| {
            let start = self.rounding.start(instants[at]);
            if failure.is_some() || start < self.bounds.0 || start > self.bounds.1 {
                return;
            }
            let (row, parent) = (selection.rows[place], selection.buckets[place]);
            if (last.0, last.1) != (start, parent) {
                match self.bucket(parent, start) {
                    Ok(bucket) => last = (start, parent, bucket),
                    Err(error) => {
                        failure = Some(error);
                        return;
                    }
                }
            }
            if self.buckets.count(last.2, row) && keep_pairs {
                pairs.push(row, last.2);
            }
        });
        failure.map_or(Ok(()), Err)
    }

    fn bucket(&mut self, parent: u32, start: i64) -> Result<u32, StoreError> {
        let next = self.starts.len() as u32;
        let number = *self.numbers.entry(start).or_insert(next);
        if number == next {
            self.starts.push(start);
        }
        self.buckets.number(parent, number)
    }

    /// The starts of the reply's buckets, those without documents included when they are wanted.
    fn starts(&mut self, found: &[(i64, u32)]) -> Result<Vec<(i64, Option<u32>)>, StoreError> {
        let mut starts: Vec<(i64, Option<u32>)> = found
            .iter()
            .filter(|(_, number)| {
                self.buckets.counts[*number as usize] >= self.request.min_doc_count
            })
            .map(|(start, number)| (*start, Some(*number)))
            .collect();
        if self.request.min_doc_count > 0 {
            return Ok(starts);
        }
        let mut ends: Vec<i64> = found.iter().map(|(start, _)| *start).collect();
        if let Some((first, last)) = self.request.extended_bounds {
            ends.push(self.rounding.start(first));
            ends.push(self.rounding.start(last));
        }
        let (Some(first), Some(last)) = (ends.iter().min(), ends.iter().max()) else {
            return Ok(starts);
        };
        let (first, last) = ((*first).max(self.bounds.0), (*last).min(self.bounds.1));
        if last.saturating_sub(first) / self.rounding.shortest() > MAX_BUCKETS as i64 {
            return Err(too_many());
        }
        let known: HashMap<i64, u32> = found.iter().copied().collect();
        starts.clear();
        let mut start = first;
        while start <= last {
            starts.push((start, known.get(&start).copied()));
            let next = self.rounding.next(start);
            if next <= start {
                break;
            }
            start = next;
        }
        Ok(starts)
    }

    fn order(&self, buckets: &mut [Bucket]) {
        let Some((order, direction)) = &self.request.order else {
            return;
        };
        let metric = |bucket: &Bucket, name: &str| {
            let within = bucket.within.iter().find(|(own, _)| own == name);
            match within.map(|(_, result)| result) {
                Some(AggregationResult::Metric { value, .. }) => value.unwrap_or(f64::NAN),
                Some(AggregationResult::Count(count)) => *count as f64,
                _ => f64::NAN,
            }
        };
        buckets.sort_by(|a, b| {
            let ordering = match order {
                // They come in the order of their keys.
                TermsOrder::Key => match (&a.key, &b.key) {
                    (BucketKey::Instant(a), BucketKey::Instant(b)) => a.cmp(b),
                    _ => Ordering::Equal,
                },
                TermsOrder::Count => a.count.cmp(&b.count),
                TermsOrder::Metric(name) => metric(a, name).total_cmp(&metric(b, name)),
            };
            match direction {
                Direction::Ascending => ordering,
                Direction::Descending => ordering.reverse(),
            }
        });
    }
}

impl Collector for HistogramCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        self.buckets.next_part();
        let columns = FieldColumns::dates(selection.part, &self.request.field)?;
        let mut pairs = Pairs::new();
        columns.visit(selection.part, selection.within, &mut |page| {
            selection.deadline.check()?;
            Ok(self.page(page, selection, &mut pairs)?)
        })?;
        if !self.within.is_empty() {
            pairs.sort();
            self.within.collect(&Selection {
                rows: &pairs.rows,
                buckets: &pairs.buckets,
                ..*selection
            })?;
        }
        Ok(())
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let mut found: Vec<(i64, u32)> = self
            .buckets
            .within(bucket)
            .into_iter()
            .map(|(number, value)| (self.starts[value as usize], number))
            .collect();
        found.sort_unstable();
        let starts = self.starts(&found)?;
        budget.spend(starts.len())?;
        let mut buckets = Vec::with_capacity(starts.len());
        for (start, number) in starts {
            buckets.push(Bucket {
                key: BucketKey::Instant(start),
                count: number.map_or(0, |number| self.buckets.counts[number as usize]),
                // A bucket without documents is one that no collector has heard of.
                within: self.within.finish(number.unwrap_or(u32::MAX), budget)?,
            });
        }
        self.order(&mut buckets);
        Ok(AggregationResult::DateHistogram { buckets })
    }
}
