//! `auto_date_histogram`: counts over time in about as many buckets as were asked for, within each parent bucket.
//!
//! How wide the buckets of the reply are is known at the end only. Until then points in time are counted in finer
//! ones, whose unit grows with the time that the parent's points span: never in many more than the reply may get
//! at that unit. In the end what the finer ones have collected is merged. A document with several points in time
//! counts once for each of the finer buckets that it is in.

use swarmscope_query::aggregate::{
    AggregationResult, AutoDateHistogram, AutoUnit, Bucket, BucketKey, CalendarUnit, DateHistogram,
    Interval,
};
use swarmscope_query::ast::Scalar;
use swarmscope_query::store::StoreError;

use super::absent::Absent;
use super::buckets::Buckets;
use super::date_histogram::within as run_within;
use super::rounding::Rounding;
use super::selection::Picked;
use super::within::Within;
use super::{BucketBudget, Collector, Level, Selection, by_bucket, numbers};
use crate::block::column::Column;
use crate::search::error::SearchError;
use crate::search::values::FieldColumns;

/// Collects points in time.
pub struct AutoDateCollector {
    request: AutoDateHistogram,
    /// The point in time of rows without one.
    missing: Option<i64>,
    /// One for each unit.
    roundings: Vec<Rounding>,
    parents: Vec<Parent>,
    /// By their starts, those of one parent in one or more units.
    buckets: Buckets<i64>,
    level: Level,
    within: Within,
    /// What the reply is made of, once it was asked for.
    settled: Option<Settled>,
}

/// What is known of a parent bucket's points in time.
#[derive(Debug, Clone, Copy)]
struct Parent {
    unit: usize,
    first: i64,
    last: i64,
}

impl Default for Parent {
    fn default() -> Self {
        Self {
            unit: 0,
            first: i64::MAX,
            last: i64::MIN,
        }
    }
}

/// Buckets as wide as the reply's, with what was collected in them.
struct Settled {
    /// By parent: how wide they are as text, and their starts.
    widths: Vec<(String, Vec<i64>)>,
    buckets: Buckets<i64>,
    level: Level,
}

impl AutoDateCollector {
    /// `within` is collected in every bucket.
    ///
    /// # Errors
    /// When it cannot be collected.
    pub(super) fn new(
        request: &AutoDateHistogram,
        missing: Option<&Scalar>,
        within: Within,
    ) -> Result<Self, SearchError> {
        Ok(Self {
            missing: missing
                .and_then(numbers::number)
                .map(|number| number as i64),
            roundings: request
                .units()
                .map(|unit| rounding(request, unit))
                .collect(),
            request: request.clone(),
            parents: Vec::new(),
            buckets: Buckets::default(),
            level: within.level()?,
            within,
            settled: None,
        })
    }

    /// The finer bucket of points in time that begin with one; gives also where the next begins.
    fn bucket(&mut self, parent: u32, instant: i64) -> Result<(u32, i64, i64), StoreError> {
        let own = &mut self.parents[parent as usize];
        own.first = own.first.min(instant);
        own.last = own.last.max(instant);
        while own.unit + 1 < self.roundings.len()
            && self.request.spans_many(own.unit, own.first, own.last)
        {
            own.unit += 1;
        }
        let (start, next) = self.roundings[own.unit].bucket(instant);
        Ok((self.buckets.number(parent, start)?, start, next))
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
        let keep_rows = !self.level.is_empty();
        let once = once && page.is_dense();
        let mut failure = None;
        selection.spans(page, |parent, span| {
            let mut at = span.start;
            while at < span.end && failure.is_none() {
                let (bucket, start, next) = match self.bucket(parent, instants[at]) {
                    Ok(found) => found,
                    Err(error) => {
                        failure = Some(error);
                        return;
                    }
                };
                let length = run_within(&instants[at..span.end], start, next);
                let run = &instants[at..at + length];
                let own = &mut self.parents[parent as usize];
                own.first = run.iter().copied().fold(own.first, i64::min);
                own.last = run.iter().copied().fold(own.last, i64::max);
                let places = at..at + length;
                at += length;
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
        let keep_rows = !self.level.is_empty();
        let mut failure = None;
        absent.each(selection, |row, parent| {
            match self.bucket(parent, missing) {
                Ok((bucket, ..)) => {
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

    /// Merges the finer buckets into those of the reply.
    fn settle(&mut self) -> Result<Settled, StoreError> {
        let widths: Vec<(String, Vec<i64>)> = self
            .parents
            .iter()
            .map(|parent| match parent.first <= parent.last {
                true => {
                    let width = self.request.width(parent.first, parent.last);
                    (width.text(), width.starts)
                }
                false => (format!("1{}", self.request.least.letter()), Vec::new()),
            })
            .collect();
        let mut settled = Settled {
            widths,
            buckets: Buckets::default(),
            level: self.within.level().map_err(SearchError::into_store_error)?,
        };
        let finer = std::mem::take(&mut self.buckets);
        let mut numbers = Vec::with_capacity(finer.len() as usize);
        for (parent, start, count) in finer.all() {
            let starts = &settled.widths[parent as usize].1;
            let place = starts.partition_point(|own| *own <= start).max(1) - 1;
            let number = settled.buckets.number(parent, starts[place])?;
            settled.buckets.add(number, count);
            numbers.push(number);
        }
        let level = std::mem::take(&mut self.level);
        settled.level.merge(level, &numbers)?;
        Ok(settled)
    }
}

fn rounding(request: &AutoDateHistogram, unit: AutoUnit) -> Rounding {
    let interval = match unit {
        AutoUnit::Second => Interval::Fixed(1_000),
        AutoUnit::Minute => Interval::Calendar(CalendarUnit::Minute),
        AutoUnit::Hour => Interval::Calendar(CalendarUnit::Hour),
        AutoUnit::Day => Interval::Calendar(CalendarUnit::Day),
        AutoUnit::Month => Interval::Calendar(CalendarUnit::Month),
        AutoUnit::Year => Interval::Calendar(CalendarUnit::Year),
    };
    Rounding::new(&DateHistogram {
        field: request.field.clone(),
        interval,
        offset_ms: 0,
        time_zone: request.time_zone.clone(),
        min_doc_count: 0,
        extended_bounds: None,
        hard_bounds: None,
        order: Vec::new(),
    })
}

impl Collector for AutoDateCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        by_bucket(&mut self.parents, selection.buckets);
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
        self.level
            .collect_within(selection, &mut picked, self.buckets.len())
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        for (found, parent) in other.parents.iter().zip(parents) {
            let own = &mut by_bucket(&mut self.parents, parent + 1)[*parent as usize];
            own.unit = own.unit.max(found.unit);
            own.first = own.first.min(found.first);
            own.last = own.last.max(found.last);
        }
        let numbers = self.buckets.merge(other.buckets, parents, |start| start)?;
        self.level.merge(other.level, &numbers)
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        if self.settled.is_none() {
            self.settled = Some(self.settle()?);
        }
        let settled = self.settled.as_mut();
        let found = settled.and_then(|settled| {
            let width = settled.widths.get(bucket as usize).cloned()?;
            Some((settled, width))
        });
        let Some((settled, (interval, starts))) = found else {
            return Ok(AggregationResult::AutoHistogram {
                buckets: Vec::new(),
                interval: format!("1{}", self.request.least.letter()),
            });
        };
        // The last is the end of the last bucket.
        let starts = starts.split_last().map_or(&[][..], |(_, starts)| starts);
        budget.spend(starts.len())?;
        let counted: std::collections::HashMap<i64, u32> = settled
            .buckets
            .within(bucket)
            .into_iter()
            .map(|(number, start)| (start, number))
            .collect();
        let mut buckets = Vec::with_capacity(starts.len());
        for start in starts {
            let number = counted.get(start).copied();
            buckets.push(Bucket {
                key: BucketKey::Instant(*start),
                count: number.map_or(0, |number| settled.buckets.count(number)),
                // A bucket without documents is one that no collector has heard of.
                within: settled.level.finish(number.unwrap_or(u32::MAX), budget)?,
            });
        }
        Ok(AggregationResult::AutoHistogram { buckets, interval })
    }
}
