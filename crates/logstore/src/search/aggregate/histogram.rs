//! `histogram`: counts over numbers.

use std::collections::HashMap;

use swarmscope_model::limits::MAX_BUCKETS;
use swarmscope_query::aggregate::{AggregationResult, BucketKey, Histogram};
use swarmscope_query::ast::Scalar;
use swarmscope_query::store::StoreError;

use super::absent::Absent;
use super::buckets::Buckets;
use super::listed::listed;
use super::selection::Picked;
use super::{BucketBudget, Collector, Level, Selection, numbers, too_many};
use crate::block::column::{Column, Values};
use crate::search::error::SearchError;
use crate::search::values::FieldColumns;

/// Collects a field's numbers.
pub struct HistogramCollector {
    request: Histogram,
    /// The number of rows without one.
    missing: Option<f64>,
    /// By the bits of their starts.
    buckets: Buckets<u64>,
    within: Level,
}

impl HistogramCollector {
    pub(super) fn new(request: &Histogram, missing: Option<&Scalar>, within: Level) -> Self {
        Self {
            missing: missing.and_then(numbers::number),
            request: request.clone(),
            buckets: Buckets::default(),
            within,
        }
    }

    fn page(
        &mut self,
        page: &Column,
        selection: &Selection<'_>,
        picked: &mut Picked,
    ) -> Result<(), StoreError> {
        let (low, high) = self
            .request
            .hard_bounds
            .unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        let keep_rows = !self.within.is_empty();
        let mut failure = None;
        selection.spans(page, |parent, span| {
            for at in span {
                let number = match &page.values {
                    Values::Integer(values) => values[at] as f64,
                    Values::Float(values) => values[at],
                    Values::Boolean(values) => f64::from(u8::from(values[at])),
                    Values::Text(_) | Values::Coded { .. } => return,
                };
                // Zero has one sign.
                let start = self.request.start(number) + 0.0;
                // Bounds are of buckets without their offset.
                let bounded = start - self.request.offset;
                if failure.is_some() || !start.is_finite() || bounded < low || bounded > high {
                    continue;
                }
                match self.buckets.number(parent, start.to_bits()) {
                    Ok(bucket) => {
                        let row = page.row(at);
                        if self.buckets.add_once(bucket, row) && keep_rows {
                            picked.push_row(row, bucket);
                        }
                    }
                    Err(error) => failure = Some(error),
                }
            }
        });
        failure.map_or(Ok(()), Err)
    }

    /// Counts rows without a number.
    fn absent(
        &mut self,
        absent: &Absent,
        selection: &Selection<'_>,
        picked: &mut Picked,
    ) -> Result<(), StoreError> {
        let Some(missing) = self.missing else {
            return Ok(());
        };
        let start = self.request.start(missing) + 0.0;
        let keep_rows = !self.within.is_empty();
        let mut failure = None;
        absent.each(selection, |row, parent| {
            match self.buckets.number(parent, start.to_bits()) {
                Ok(bucket) => {
                    self.buckets.add(bucket, 1);
                    if keep_rows {
                        picked.push_row(row, bucket);
                    }
                }
                Err(error) => failure = Some(error),
            }
        });
        failure.map_or(Ok(()), Err)
    }

    /// The starts of the reply's buckets, those without documents included when they are wanted.
    fn starts(&self, found: &[(f64, u32)]) -> Result<Vec<(f64, Option<u32>)>, StoreError> {
        let request = &self.request;
        if request.min_doc_count > 0 {
            let enough = found
                .iter()
                .filter(|(_, number)| self.buckets.count(*number) >= request.min_doc_count);
            return Ok(enough
                .map(|(start, number)| (*start, Some(*number)))
                .collect());
        }
        let mut ends: Vec<f64> = found.iter().map(|(start, _)| *start).collect();
        if let Some((first, last)) = request.extended_bounds {
            ends.extend([request.start(first), request.start(last)]);
        }
        ends.sort_by(f64::total_cmp);
        let (Some(first), Some(last)) = (ends.first(), ends.last()) else {
            return Ok(Vec::new());
        };
        let steps = ((last - first) / request.interval).round();
        if steps > MAX_BUCKETS as f64 {
            return Err(too_many());
        }
        let known: HashMap<u64, u32> = found
            .iter()
            .map(|(start, number)| (start.to_bits(), *number))
            .collect();
        let starts = (0..=steps as u64).map(|step| {
            // Of the middle, so that no rounding reaches the bucket before.
            let middle = first + (step as f64 + 0.5) * request.interval;
            let start = request.start(middle) + 0.0;
            (start, known.get(&start.to_bits()).copied())
        });
        Ok(starts.collect())
    }
}

impl Collector for HistogramCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let columns = FieldColumns::new(selection.part, &self.request.field)?.of_numbers();
        let mut picked = Picked::default();
        let mut absent = Absent::new(selection, self.missing.is_some());
        self.buckets.next_part(columns.is_one());
        columns.visit(selection.part, selection.within, &mut |page| {
            selection.deadline.check()?;
            absent.note(page);
            Ok(self.page(page, selection, &mut picked)?)
        })?;
        self.absent(&absent, selection, &mut picked)?;
        self.within
            .collect_within(selection, &mut picked, self.buckets.len())
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        let numbers = self.buckets.merge(other.buckets, parents, |start| start)?;
        self.within.merge(other.within, &numbers)
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let mut found: Vec<(f64, u32)> = self
            .buckets
            .within(bucket)
            .into_iter()
            .map(|(number, start)| (f64::from_bits(start), number))
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        let starts = self.starts(&found)?;
        budget.spend(starts.len())?;
        let keys = starts.into_iter();
        let keys = keys.map(|(start, number)| (BucketKey::Float(start), number));
        let order = self.request.order.as_slice();
        listed(keys, &self.buckets, &mut self.within, order, budget)
    }
}
