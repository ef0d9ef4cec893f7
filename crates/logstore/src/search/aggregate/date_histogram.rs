//! `date_histogram`: counts over time.

use std::collections::HashMap;

use swarmscope_model::limits::MAX_BUCKETS;
use swarmscope_query::aggregate::{AggregationResult, BucketKey, DateHistogram};
use swarmscope_query::ast::Scalar;
use swarmscope_query::store::StoreError;

use super::absent::Absent;
use super::buckets::Buckets;
use super::listed::listed;
use super::rounding::Rounding;
use super::selection::Picked;
use super::{BucketBudget, Collector, Level, Selection, numbers, too_many};
use crate::block::column::Column;
use crate::search::error::SearchError;
use crate::search::values::FieldColumns;

/// Collects points in time.
pub struct DateHistogramCollector {
    request: DateHistogram,
    /// The point in time of rows without one.
    missing: Option<i64>,
    rounding: Rounding,
    /// Starts of buckets that may be in the reply, both inclusive.
    bounds: (i64, i64),
    /// By their starts.
    buckets: Buckets<i64>,
    within: Level,
}

impl DateHistogramCollector {
    pub(super) fn new(request: &DateHistogram, missing: Option<&Scalar>, within: Level) -> Self {
        let mut rounding = Rounding::new(request);
        let bounds = request
            .hard_bounds
            .map_or((i64::MIN, i64::MAX), |(first, last)| {
                (rounding.start(first), rounding.start(last))
            });
        Self {
            missing: missing
                .and_then(numbers::number)
                .map(|number| number as i64),
            request: request.clone(),
            rounding,
            bounds,
            buckets: Buckets::default(),
            within,
        }
    }

    /// Counts a page. `once` when no row can have come with another column.
    fn page(
        &mut self,
        page: &Column,
        once: bool,
        selection: &Selection<'_>,
        picked: &mut Picked,
    ) -> Result<(), StoreError> {
        let instants = page.integers();
        let keep_rows = !self.within.is_empty();
        let once = once && page.is_dense();
        let mut failure = None;
        selection.spans(page, |parent, span| {
            let mut at = span.start;
            while at < span.end && failure.is_none() {
                let (start, next) = self.rounding.bucket(instants[at]);
                let length = within(&instants[at..span.end], start, next);
                let places = at..at + length;
                at += length;
                if start < self.bounds.0 || start > self.bounds.1 {
                    continue;
                }
                let bucket = match self.buckets.number(parent, start) {
                    Ok(bucket) => bucket,
                    Err(error) => {
                        failure = Some(error);
                        return;
                    }
                };
                if once {
                    self.buckets.add(bucket, length as u64);
                    if keep_rows {
                        let first = page.row(places.start);
                        picked.push(first..first + length as u32, bucket);
                    }
                    continue;
                }
                for at in places {
                    let row = page.row(at);
                    if self.buckets.add_once(bucket, row) && keep_rows {
                        picked.push_row(row, bucket);
                    }
                }
            }
        });
        failure.map_or(Ok(()), Err)
    }

    /// Counts rows without a point in time.
    fn absent(
        &mut self,
        absent: &Absent,
        selection: &Selection<'_>,
        picked: &mut Picked,
    ) -> Result<(), StoreError> {
        let Some(missing) = self.missing else {
            return Ok(());
        };
        let start = self.rounding.start(missing);
        if start < self.bounds.0 || start > self.bounds.1 {
            return Ok(());
        }
        let keep_rows = !self.within.is_empty();
        let mut failure = None;
        absent.each(selection, |row, parent| {
            match self.buckets.number(parent, start) {
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
    fn starts(&mut self, found: &[(i64, u32)]) -> Result<Vec<(i64, Option<u32>)>, StoreError> {
        let mut starts: Vec<(i64, Option<u32>)> = found
            .iter()
            .filter(|(_, number)| self.buckets.count(*number) >= self.request.min_doc_count)
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
}

/// How many instants from the first on lie in `start..next`; the first counts in any case. Times mostly
/// come in order: longer and longer stretches are looked at without a way out of the loop.
pub(super) fn within(instants: &[i64], start: i64, next: i64) -> usize {
    const LONGEST: usize = 256;
    let is_within = |instant: &i64| (start..next).contains(instant);
    let (mut length, mut stretch) = (1, 4);
    while length < instants.len() {
        let rest = &instants[length..];
        let rest = &rest[..stretch.min(rest.len())];
        let inside = rest.iter().filter(|instant| is_within(instant)).count();
        if inside < rest.len() {
            return length + rest.iter().take_while(|instant| is_within(instant)).count();
        }
        length += rest.len();
        stretch = (stretch * 2).min(LONGEST);
    }
    length
}

impl Collector for DateHistogramCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let columns = FieldColumns::dates(selection.part, &self.request.field)?;
        let once = columns.is_one();
        self.buckets.next_part(once);
        let mut picked = Picked::default();
        let mut absent = Absent::new(selection, self.missing.is_some());
        columns.visit(selection.part, selection.within, &mut |page| {
            selection.deadline.check()?;
            absent.note(page);
            Ok(self.page(page, once, selection, &mut picked)?)
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
        let mut found: Vec<(i64, u32)> = self
            .buckets
            .within(bucket)
            .into_iter()
            .map(|(number, start)| (start, number))
            .collect();
        found.sort_unstable();
        let starts = self.starts(&found)?;
        budget.spend(starts.len())?;
        let keys = starts.into_iter();
        let keys = keys.map(|(start, number)| (BucketKey::Instant(start), number));
        let order = self.request.order.as_slice();
        listed(keys, &self.buckets, &mut self.within, order, budget)
    }
}
