//! Aggregations, one construct a file, over the selected rows of one part after the other.
//!
//! A collector is told rows with the bucket each is in, and finds its own buckets within; buckets
//! are numbered over all parts, so that parts need no merging afterwards.

mod buckets;
mod cardinality;
mod date_histogram;
mod filter;
mod hyperloglog;
mod keys;
mod metrics;
mod rounding;
mod terms;

use swarmscope_model::limits::{MAX_AGGREGATION_DEPTH, MAX_BUCKETS};
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, AggregationResults,
};
use swarmscope_query::store::StoreError;

use super::budget::Deadline;
use super::error::SearchError;
use super::part::Part;
use crate::rows::RowSet;

/// Rows of a part, each in a bucket; a row that is in several buckets comes several times.
pub struct Selection<'a> {
    pub part: &'a Part,
    /// All rows that come.
    pub within: &'a RowSet,
    /// Never falls.
    pub rows: &'a [u32],
    pub buckets: &'a [u32],
    pub deadline: Deadline,
}

/// Collects one aggregation.
trait Collector: Send {
    /// Takes rows of one part.
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError>;
    /// What was found in one bucket.
    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError>;
}

/// Aggregations of one level, with their names.
pub struct Level {
    collectors: Vec<(String, Box<dyn Collector>)>,
}

impl Level {
    /// Prepares collectors.
    ///
    /// # Errors
    /// When a filter's query cannot be used or there are too many levels.
    pub fn new(aggregations: &[Aggregation]) -> Result<Self, SearchError> {
        Self::at_depth(aggregations, 1)
    }

    fn at_depth(aggregations: &[Aggregation], depth: usize) -> Result<Self, SearchError> {
        if depth > MAX_AGGREGATION_DEPTH {
            return Err(SearchError::Store(StoreError::InvalidRequest {
                reason: format!(
                    "aggregations are nested deeper than {MAX_AGGREGATION_DEPTH} levels"
                ),
            }));
        }
        let mut collectors = Vec::with_capacity(aggregations.len());
        for aggregation in aggregations {
            let within = Level::at_depth(&aggregation.within, depth + 1)?;
            collectors.push((
                aggregation.name.clone(),
                collector(&aggregation.kind, within)?,
            ));
        }
        Ok(Self { collectors })
    }

    /// Whether there is nothing to collect.
    pub fn is_empty(&self) -> bool {
        self.collectors.is_empty()
    }

    /// Takes rows of one part.
    ///
    /// # Errors
    /// When the time is over, there are too many buckets, or the part cannot be read.
    pub fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        for (_, collector) in &mut self.collectors {
            selection.deadline.check()?;
            collector.collect(selection)?;
        }
        Ok(())
    }

    /// What was found in one bucket; the outermost is bucket 0.
    ///
    /// # Errors
    /// When there are too many buckets.
    pub fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResults, StoreError> {
        self.collectors
            .iter_mut()
            .map(|(name, collector)| Ok((name.clone(), collector.finish(bucket, budget)?)))
            .collect()
    }
}

fn collector(kind: &AggregationKind, within: Level) -> Result<Box<dyn Collector>, SearchError> {
    use metrics::{MetricCollector, MetricKind};
    let metric = |kind, field: &String| Box::new(MetricCollector::new(kind, field));
    Ok(match kind {
        AggregationKind::Terms(terms) => Box::new(terms::TermsCollector::new(terms, within)),
        AggregationKind::DateHistogram(histogram) => {
            Box::new(date_histogram::HistogramCollector::new(histogram, within))
        }
        AggregationKind::Min { field } => metric(MetricKind::Min, field),
        AggregationKind::Max { field } => metric(MetricKind::Max, field),
        AggregationKind::Avg { field } => metric(MetricKind::Avg, field),
        AggregationKind::Sum { field } => metric(MetricKind::Sum, field),
        AggregationKind::ValueCount { field } => metric(MetricKind::ValueCount, field),
        AggregationKind::Cardinality { field } => {
            Box::new(cardinality::CardinalityCollector::new(field))
        }
        AggregationKind::Filter(query) => Box::new(filter::FilterCollector::new(query, within)?),
    })
}

/// How many buckets a reply may still get.
#[derive(Debug)]
pub struct BucketBudget {
    left: usize,
}

impl Default for BucketBudget {
    fn default() -> Self {
        Self { left: MAX_BUCKETS }
    }
}

impl BucketBudget {
    /// # Errors
    /// When the reply would get more than the limit.
    fn spend(&mut self, buckets: usize) -> Result<(), StoreError> {
        match self.left.checked_sub(buckets) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(too_many()),
        }
    }
}

fn too_many() -> StoreError {
    StoreError::TooManyBuckets { limit: MAX_BUCKETS }
}
