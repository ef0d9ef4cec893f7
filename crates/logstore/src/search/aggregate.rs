//! Aggregations, one construct a file, over the selected rows of one part after the other.
//!
//! A collector is told rows with the bucket each is in, and finds its own buckets within; buckets
//! are numbered over all parts that one collector sees. What several have seen is merged at the end.

mod absent;
mod auto_date;
mod buckets;
mod cardinality;
mod date_histogram;
mod dictionary;
mod distribution;
mod filter;
mod hashes;
mod histogram;
mod keys;
mod listed;
mod metrics;
mod missing;
mod nested;
mod numbers;
mod patterns;
mod percentiles;
mod ranges;
mod ranking;
mod rounding;
mod selection;
mod significant;
mod slots;
mod source;
mod string_stats;
mod terms;
mod top_hits;
mod tuples;
mod value_count;
mod weighted;
mod within;

use std::any::Any;

use swarmscope_model::limits::{MAX_AGGREGATION_DEPTH, MAX_BUCKETS};
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, AggregationResults,
};
use swarmscope_query::ast::Scalar;
use swarmscope_query::store::StoreError;

use super::error::SearchError;

pub use selection::{Picked, Selection};

/// Collects one aggregation.
trait Collector: Send + Sized + 'static {
    /// Takes rows of one part.
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError>;
    /// Takes what another has collected of other parts. `parents` are our bucket numbers for its.
    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError>;
    /// What was found in one bucket.
    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError>;
}

/// A collector of any type.
trait AnyCollector: Send + Any {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError>;
    fn merge(&mut self, other: Box<dyn Any>, parents: &[u32]) -> Result<(), StoreError>;
    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError>;
}

impl<C: Collector> AnyCollector for C {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        Collector::collect(self, selection)
    }

    fn merge(&mut self, other: Box<dyn Any>, parents: &[u32]) -> Result<(), StoreError> {
        let other = other.downcast::<C>();
        let other = other.expect("levels that are merged are made from the same request");
        Collector::merge(self, *other, parents)
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        Collector::finish(self, bucket, budget)
    }
}

/// The entries of every bucket below `buckets`.
fn by_bucket<T: Default>(entries: &mut Vec<T>, buckets: u32) -> &mut [T] {
    if entries.len() < buckets as usize {
        entries.resize_with(buckets as usize, T::default);
    }
    entries
}

/// Aggregations of one level, with their names.
#[derive(Default)]
pub struct Level {
    collectors: Vec<(String, Box<dyn AnyCollector>)>,
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
        let collectors = aggregations.iter().map(|aggregation| {
            let collector = collector(aggregation, depth)?;
            Ok((aggregation.name.clone(), collector))
        });
        Ok(Self {
            collectors: collectors.collect::<Result<_, SearchError>>()?,
        })
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

    /// Takes those rows of a selection that were picked, in their new buckets.
    fn collect_within(
        &mut self,
        selection: &Selection<'_>,
        picked: &mut Picked,
        buckets: u32,
    ) -> Result<(), SearchError> {
        if self.is_empty() {
            return Ok(());
        }
        self.collect(&Selection {
            chosen: picked.chosen(),
            buckets,
            ..*selection
        })
    }

    /// Takes what another, made from the same request, has collected of other parts. `parents` are our
    /// bucket numbers for its.
    ///
    /// # Errors
    /// When there are too many buckets.
    pub fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        for ((_, own), (_, other)) in self.collectors.iter_mut().zip(other.collectors) {
            own.merge(other, parents)?;
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

/// The collector of an aggregation at a depth.
fn collector(
    aggregation: &Aggregation,
    depth: usize,
) -> Result<Box<dyn AnyCollector>, SearchError> {
    let mut within = || Level::at_depth(&aggregation.within, depth + 1);
    let (kind, missing) = match &aggregation.kind {
        AggregationKind::Substituted { missing, kind } => (kind.as_ref(), Some(missing)),
        kind => (kind, None),
    };
    if let Some(metric) = metric(kind, missing) {
        return Ok(metric);
    }
    Ok(match kind {
        AggregationKind::Terms(terms) => Box::new(terms::TermsCollector::new(terms, within()?)),
        AggregationKind::ChosenTerms(chosen) => {
            Box::new(terms::TermsCollector::chosen(chosen, within()?))
        }
        AggregationKind::SignificantTerms(significant) => Box::new(
            significant::SignificantCollector::new(significant, within()?),
        ),
        AggregationKind::AutoDateHistogram(histogram) => {
            let within = within::Within::new(&aggregation.within, depth + 1);
            Box::new(auto_date::AutoDateCollector::new(
                histogram, missing, within,
            )?)
        }
        AggregationKind::Composite(composite) => {
            Box::new(tuples::TuplesCollector::composite(composite, within()?))
        }
        AggregationKind::MultiTerms(terms) => {
            Box::new(tuples::TuplesCollector::multi_terms(terms, within()?))
        }
        AggregationKind::Nested { path } => Box::new(nested::NestedCollector::new(path, within()?)),
        AggregationKind::ReverseNested { path } => {
            Box::new(nested::ReverseCollector::new(path.as_deref(), within()?))
        }
        AggregationKind::TopHits(top) => Box::new(top_hits::TopHitsCollector::new(top)),
        AggregationKind::DateHistogram(histogram) => Box::new(
            date_histogram::DateHistogramCollector::new(histogram, missing, within()?),
        ),
        AggregationKind::Histogram(histogram) => Box::new(histogram::HistogramCollector::new(
            histogram,
            missing,
            within()?,
        )),
        AggregationKind::Filter(_)
        | AggregationKind::Filters { .. }
        | AggregationKind::Missing { .. }
        | AggregationKind::Range { .. }
        | AggregationKind::DateRange { .. } => slots(kind, missing, &mut within)?,
        AggregationKind::Patterns(patterns) => {
            let within = within::Within::new(&aggregation.within, depth + 1);
            Box::new(patterns::PatternsCollector::new(patterns, within)?)
        }
        _ => return Err(refused(&aggregation.name)),
    })
}

fn refused(name: &str) -> SearchError {
    SearchError::Store(StoreError::InvalidRequest {
        reason: format!("the aggregation [{name}] is not computed here"),
    })
}

/// The collector of an aggregation that gives numbers; `None` when it is none.
fn metric(kind: &AggregationKind, missing: Option<&Scalar>) -> Option<Box<dyn AnyCollector>> {
    use metrics::{MetricCollector, MetricKind};
    use percentiles::{PercentilesCollector, Question};
    let number = missing.and_then(numbers::number);
    let metric = |kind, field: &String| Box::new(MetricCollector::new(kind, field, number));
    Some(match kind {
        AggregationKind::Min { field } => metric(MetricKind::Min, field),
        AggregationKind::Max { field } => metric(MetricKind::Max, field),
        AggregationKind::Avg { field } => metric(MetricKind::Avg, field),
        AggregationKind::Sum { field } => metric(MetricKind::Sum, field),
        AggregationKind::Stats { field } => metric(MetricKind::Stats, field),
        AggregationKind::ValueCount { field } => Box::new(value_count::ValueCountCollector::new(
            field,
            missing.is_some(),
        )),
        AggregationKind::Cardinality { field } => Box::new(cardinality::CardinalityCollector::new(
            field,
            missing.cloned(),
        )),
        AggregationKind::DistinctValues { field } => Box::new(
            cardinality::CardinalityCollector::new(field, missing.cloned()).telling_values(),
        ),
        AggregationKind::WeightedAvg(average) => {
            Box::new(weighted::WeightedCollector::new(average))
        }
        AggregationKind::StringStats { field } => Box::new(
            string_stats::StringStatsCollector::new(field, missing.cloned()),
        ),
        AggregationKind::MedianDeviation { field } => {
            let question = Question::Deviation;
            Box::new(PercentilesCollector::new(field, question, &[], number))
        }
        AggregationKind::Boxplot { field } => {
            let question = Question::Boxplot;
            Box::new(PercentilesCollector::new(field, question, &[], number))
        }
        AggregationKind::Percentiles { field, percents } => {
            let question = Question::Percentiles;
            Box::new(PercentilesCollector::new(field, question, percents, number))
        }
        AggregationKind::PercentileRanks { field, values } => {
            let question = Question::Ranks;
            Box::new(PercentilesCollector::new(field, question, values, number))
        }
        _ => return None,
    })
}

/// The collector of an aggregation whose buckets the request names.
fn slots(
    kind: &AggregationKind,
    missing: Option<&Scalar>,
    within: &mut impl FnMut() -> Result<Level, SearchError>,
) -> Result<Box<dyn AnyCollector>, SearchError> {
    use slots::SlotsCollector;
    let number = missing.and_then(numbers::number);
    Ok(match kind {
        AggregationKind::Filter(query) => {
            let chooser = filter::Filters::new(std::slice::from_ref(query), false)?;
            Box::new(SlotsCollector::new(chooser, within)?)
        }
        AggregationKind::Filters { queries, others } => {
            let chooser = filter::Filters::new(queries, *others)?;
            Box::new(SlotsCollector::new(chooser, within)?)
        }
        AggregationKind::Range { field, ranges } => {
            let chooser = ranges::Numbers {
                field: field.clone(),
                ranges: ranges.clone(),
                missing: number,
            };
            Box::new(SlotsCollector::new(chooser, within)?)
        }
        AggregationKind::DateRange { field, ranges } => {
            let chooser = ranges::Instants {
                field: field.clone(),
                ranges: ranges.clone(),
                missing: number.map(|number| number as i64),
            };
            Box::new(SlotsCollector::new(chooser, within)?)
        }
        AggregationKind::Missing { field } => {
            let field = field.clone();
            Box::new(SlotsCollector::new(missing::Missing { field }, within)?)
        }
        _ => return Err(refused("of slots")),
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
