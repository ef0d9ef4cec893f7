//! `min`, `max`, `avg`, `sum` and `value_count`: one number a bucket.

use swarmscope_query::aggregate::AggregationResult;
use swarmscope_query::ast::Field;
use swarmscope_query::document::{ValueRef, is_time_field};
use swarmscope_query::store::StoreError;

use super::{BucketBudget, Collector, Selection};
use crate::block::column::Kind;
use crate::search::error::SearchError;
use crate::search::values::{FieldColumns, is_seen_whole};

/// Which number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    Min,
    Max,
    Avg,
    Sum,
    ValueCount,
}

/// What is known of a bucket's values.
#[derive(Debug, Clone, Copy)]
struct Summary {
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
    /// All values were points in time.
    of_dates: bool,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            count: 0,
            sum: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            of_dates: true,
        }
    }
}

impl Summary {
    fn add(&mut self, number: f64, of_dates: bool) {
        self.count += 1;
        self.sum += number;
        self.min = self.min.min(number);
        self.max = self.max.max(number);
        self.of_dates &= of_dates;
    }
}

/// Collects a field's numbers.
pub struct MetricCollector {
    kind: MetricKind,
    field: String,
    summaries: Vec<Summary>,
}

impl MetricCollector {
    pub(super) fn new(kind: MetricKind, field: &str) -> Self {
        Self {
            kind,
            field: field.to_owned(),
            summaries: Vec::new(),
        }
    }

    fn visit(
        &mut self,
        columns: &FieldColumns,
        selection: &Selection<'_>,
    ) -> Result<(), SearchError> {
        let counts_all = self.kind == MetricKind::ValueCount;
        columns.visit(selection.part, selection.within, &mut |page| {
            selection.deadline.check()?;
            page.visit_selected(selection.rows, |place, at| {
                let value = page.value(at);
                let number = match value {
                    ValueRef::Integer(number) => number as f64,
                    ValueRef::Float(number) => number,
                    ValueRef::Boolean(flag) => f64::from(u8::from(flag)),
                    ValueRef::Text(_) if counts_all && is_seen_whole(value) => 0.0,
                    ValueRef::Text(_) => return,
                };
                let bucket = selection.buckets[place] as usize;
                self.summaries[bucket].add(number, columns.of_dates);
            });
            Ok(())
        })
    }
}

impl Collector for MetricCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let needed = selection
            .buckets
            .iter()
            .max()
            .map_or(0, |max| *max as usize + 1);
        if self.summaries.len() < needed {
            self.summaries.resize(needed, Summary::default());
        }
        let mut columns = FieldColumns::new(selection.part, &self.field)?;
        if self.kind != MetricKind::ValueCount {
            columns.columns.retain(|column| column.kind != Kind::Text);
        }
        self.visit(&columns, selection)?;
        let (base, _) = Field::split_keyword(&self.field);
        if self.kind != MetricKind::ValueCount && !is_time_field(base) {
            let dates = FieldColumns::dates(selection.part, &self.field)?;
            self.visit(&dates, selection)?;
        }
        Ok(())
    }

    fn finish(
        &mut self,
        bucket: u32,
        _budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let summary = self
            .summaries
            .get(bucket as usize)
            .copied()
            .unwrap_or_default();
        if self.kind == MetricKind::ValueCount {
            return Ok(AggregationResult::Count(summary.count));
        }
        let some = summary.count > 0;
        let value = match self.kind {
            MetricKind::Min => some.then_some(summary.min),
            MetricKind::Max => some.then_some(summary.max),
            MetricKind::Avg => some.then(|| summary.sum / summary.count as f64),
            MetricKind::Sum | MetricKind::ValueCount => some.then_some(summary.sum),
        };
        Ok(AggregationResult::Metric {
            value,
            of_dates: some && summary.of_dates,
        })
    }
}
