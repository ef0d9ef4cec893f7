//! The number that a path leads to from a bucket.

use super::row::Row;
use super::view::{self, View};
use super::{GapPolicy, Path, PipelineError, Run};
use crate::aggregate::{AggregationResult, BucketKey, PipelineResult};
use crate::elastic::{Reported, Shape, Shapes};

/// What is at the end of a path.
enum Property {
    Number(f64),
    /// Something that is no number, by Elasticsearch's name for it.
    Other(&'static str),
    /// The bucket has no such thing.
    Nothing,
}

impl Run {
    /// The number of a bucket with gaps filled; `None` when the bucket has none that could be one.
    pub(super) fn number(
        &mut self,
        bucket: &Row<'_>,
        path: &Path,
        gaps: GapPolicy,
    ) -> Result<Option<f64>, PipelineError> {
        self.number_of(bucket, &path.steps(), gaps)
    }

    pub(super) fn number_of(
        &mut self,
        bucket: &Row<'_>,
        steps: &[&str],
        gaps: GapPolicy,
    ) -> Result<Option<f64>, PipelineError> {
        self.take(1 + bucket.view.within.len())?;
        let number = match self.of_bucket(bucket.view, &bucket.shape.within, steps)? {
            Property::Number(number) => number,
            Property::Nothing => return Ok(None),
            Property::Other(found) => {
                let at = steps.last().copied().unwrap_or(bucket.shape.name.as_str());
                return Err(PipelineError::NoNumber {
                    found,
                    at: at.to_owned(),
                });
            }
        };
        let is_gap = bucket.view.count == 0 && steps != ["_count"];
        Ok(Some(if number.is_finite() && !is_gap {
            number
        } else {
            gaps.fill(number)
        }))
    }

    fn of_bucket(
        &mut self,
        bucket: View<'_>,
        shapes: &Shapes,
        steps: &[&str],
    ) -> Result<Property, PipelineError> {
        let Some((first, rest)) = steps.split_first() else {
            return Ok(Property::Other("Bucket"));
        };
        match *first {
            "_count" => return Ok(Property::Number(bucket.count as f64)),
            "_key" => {
                return Ok(match bucket.key {
                    Some(BucketKey::Integer(number)) => Property::Number(*number as f64),
                    Some(BucketKey::Float(number)) => Property::Number(*number),
                    Some(BucketKey::Instant(_)) => Property::Other("ZonedDateTime"),
                    _ => Property::Other("String"),
                });
            }
            _ => {}
        }
        let Some((_, result)) = bucket.within.iter().find(|(name, _)| name == first) else {
            return Ok(Property::Nothing);
        };
        let shape = shapes
            .aggregations
            .iter()
            .find(|shape| shape.name == *first);
        self.of_result(result, shape, rest)
    }

    fn of_result(
        &mut self,
        result: &AggregationResult,
        shape: Option<&Shape>,
        steps: &[&str],
    ) -> Result<Property, PipelineError> {
        if let AggregationResult::Pipeline(found) = result {
            return Ok(of_pipeline(found, steps));
        }
        let Some(shape) = shape else {
            return Ok(Property::Nothing);
        };
        Ok(match (result, steps) {
            (
                AggregationResult::Metric { .. }
                | AggregationResult::Count(_)
                | AggregationResult::Distinct(_),
                [] | ["value"],
            ) => {
                // Of nothing, the sum is 0; the others have no value.
                let is_sum = matches!(shape.reported, Reported::Metric { kind: "sum", .. });
                let nothing = if is_sum { 0.0 } else { f64::NAN };
                Property::Number(result.number(None).unwrap_or(nothing))
            }
            (
                AggregationResult::Stats(_)
                | AggregationResult::Boxplot(_)
                | AggregationResult::StringStats(_),
                [name],
            ) => Property::Number(result.number(Some(name)).unwrap_or(f64::NAN)),
            (AggregationResult::Percentiles { .. }, [percent]) => {
                Property::Number(result.number(Some(percent)).unwrap_or(f64::NAN))
            }
            (AggregationResult::Stats(_), []) => Property::Other("InternalStats"),
            (AggregationResult::Boxplot(_), []) => Property::Other("InternalBoxplot"),
            (AggregationResult::StringStats(_), []) => Property::Other("InternalStringStats"),
            (AggregationResult::Percentiles { .. }, []) => {
                Property::Other("InternalTDigestPercentiles")
            }
            (_, []) if matches!(shape.reported, Reported::Single { .. }) => {
                Property::Other("InternalSingleBucketAggregation")
            }
            (_, []) => Property::Other("InternalMultiBucketAggregation"),
            (_, steps) if matches!(shape.reported, Reported::Single { .. }) => {
                match view::bucket(result, 0) {
                    Some(only) => self.of_bucket(only, &shape.within, steps)?,
                    None => Property::Nothing,
                }
            }
            (_, ["_bucket_count"]) => Property::Number(view::count(result) as f64),
            (_, [first, rest @ ..]) => match key(first) {
                Some(key) => match self.with_key(result, shape, key)? {
                    Some(bucket) => self.of_bucket(bucket, &shape.within, rest)?,
                    None => Property::Nothing,
                },
                None if view::count(result) == 0 && !result.has_buckets() => Property::Nothing,
                None => Property::Other("Object[]"),
            },
        })
    }

    /// The bucket whose key is shown so.
    pub(super) fn with_key<'a>(
        &mut self,
        result: &'a AggregationResult,
        shape: &Shape,
        key: &str,
    ) -> Result<Option<View<'a>>, PipelineError> {
        self.take(view::count(result))?;
        let mut buckets = (0..view::count(result)).filter_map(|place| view::bucket(result, place));
        Ok(buckets.find(|bucket| bucket.label(&shape.reported) == key))
    }
}

/// A key without its quotes.
pub(super) fn key(step: &str) -> Option<&str> {
    step.strip_prefix('\'')?.strip_suffix('\'')
}

fn of_pipeline(found: &PipelineResult, steps: &[&str]) -> Property {
    let number = match (found, steps) {
        (PipelineResult::Derivative { normalized, .. }, ["normalized_value"]) => *normalized,
        (PipelineResult::Stats(statistics), [name]) => {
            AggregationResult::Stats(*statistics).number(Some(name))
        }
        (PipelineResult::Percentiles(values), [percent]) => {
            let asked = percent.parse::<f64>().ok();
            let value = values.iter().find(|(own, _)| Some(*own) == asked);
            value.and_then(|(_, value)| *value)
        }
        (PipelineResult::Simple(value), [] | ["value"])
        | (PipelineResult::Derivative { value, .. }, [] | ["value"])
        | (PipelineResult::Extreme { value, .. }, [] | ["value"]) => Some(*value),
        (PipelineResult::Count(value), [] | ["value"]) => Some(*value as f64),
        (PipelineResult::Stats(_), []) => return Property::Other("InternalStatsBucket"),
        (PipelineResult::Percentiles(_), []) => {
            return Property::Other("InternalPercentilesBucket");
        }
        _ => return Property::Nothing,
    };
    Property::Number(number.unwrap_or(f64::NAN))
}
