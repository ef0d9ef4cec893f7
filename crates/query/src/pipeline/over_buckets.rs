//! Pipelines that go over the buckets of the aggregation around them, one after the other.

use super::row::rows;
use super::view;
use super::{GapPolicy, Path, Pipeline, PipelineError, PipelineKind, Run};
use crate::aggregate::{AggregationResult, BucketKey, PipelineResult};
use crate::elastic::Shape;
use crate::script::{Scope, Script};

/// A result for each bucket that gets one.
pub(super) type PerBucket = Vec<Option<PipelineResult>>;

impl Run {
    /// Applies a pipeline to the buckets of the aggregation around it.
    pub(super) fn over(
        &mut self,
        result: &mut AggregationResult,
        shape: &Shape,
        pipeline: &Pipeline,
    ) -> Result<(), PipelineError> {
        let found = match &pipeline.kind {
            PipelineKind::Derivative { path, gaps, unit } => {
                self.derivative(result, shape, path, *gaps, *unit)?
            }
            PipelineKind::CumulativeSum { path } => self.cumulative_sum(result, shape, path)?,
            PipelineKind::CumulativeCardinality { path } => {
                self.cumulative_cardinality(result, path)?
            }
            PipelineKind::SerialDifference { path, gaps, lag } => {
                self.serial_difference(result, shape, path, *gaps, *lag)?
            }
            PipelineKind::MovingFunction {
                path,
                gaps,
                window,
                shift,
                script,
            } => {
                let numbers = self.numbers(result, shape, path, *gaps)?;
                self.moving(&numbers, *window, *shift, script)?
            }
            PipelineKind::Formula {
                paths,
                gaps,
                script,
            } => self.formula(result, shape, paths, *gaps, script)?,
            PipelineKind::Selector {
                paths,
                gaps,
                script,
            } => {
                let places = self.selected(result, shape, paths, *gaps, script)?;
                view::keep(result, &places);
                return Ok(());
            }
            PipelineKind::Sort {
                keys,
                gaps,
                from,
                size,
            } => {
                let mut places = self.sorted(result, shape, keys, *gaps)?;
                places.drain(..(*from).min(places.len()));
                places.truncate(size.unwrap_or(usize::MAX));
                view::keep(result, &places);
                return Ok(());
            }
            PipelineKind::Statistic { .. } => return Ok(()),
        };
        for (place, found) in found.into_iter().enumerate() {
            if let Some(found) = found {
                let within = view::within_mut(result, place);
                within.push((pipeline.name.clone(), AggregationResult::Pipeline(found)));
            }
        }
        Ok(())
    }

    /// The numbers that a path leads to, one of each bucket.
    fn numbers(
        &mut self,
        result: &AggregationResult,
        shape: &Shape,
        path: &Path,
        gaps: GapPolicy,
    ) -> Result<Vec<Option<f64>>, PipelineError> {
        let steps = path.steps();
        rows(result, shape)
            .map(|row| self.number_of(&row, &steps, gaps))
            .collect()
    }

    fn derivative(
        &mut self,
        result: &AggregationResult,
        shape: &Shape,
        path: &Path,
        gaps: GapPolicy,
        unit: Option<f64>,
    ) -> Result<PerBucket, PipelineError> {
        let numbers = self.numbers(result, shape, path, gaps)?;
        let keys: Vec<f64> = rows(result, shape)
            .map(|row| row.view.key.map_or(f64::NAN, place_of))
            .collect();
        let mut found = vec![None; numbers.len()];
        for (place, pair) in numbers.windows(2).enumerate() {
            if let [Some(last), Some(this)] = pair {
                let value = this - last;
                let width = keys[place + 1] - keys[place];
                found[place + 1] = Some(PipelineResult::Derivative {
                    value,
                    normalized: unit.map(|unit| value / (width / unit)),
                });
            }
        }
        Ok(found)
    }

    fn cumulative_sum(
        &mut self,
        result: &AggregationResult,
        shape: &Shape,
        path: &Path,
    ) -> Result<PerBucket, PipelineError> {
        let numbers = self.numbers(result, shape, path, GapPolicy::InsertZeros)?;
        let mut sum = 0.0;
        let sums = numbers.into_iter().map(|number| {
            sum += number.filter(|number| number.is_finite()).unwrap_or(0.0);
            Some(PipelineResult::Simple(sum))
        });
        Ok(sums.collect())
    }

    fn serial_difference(
        &mut self,
        result: &AggregationResult,
        shape: &Shape,
        path: &Path,
        gaps: GapPolicy,
        lag: usize,
    ) -> Result<PerBucket, PipelineError> {
        let numbers = self.numbers(result, shape, path, gaps)?;
        let known = |place: usize| numbers[place].filter(|number| !number.is_nan());
        let differences = (0..numbers.len()).map(|place| {
            let before = known(place.checked_sub(lag)?)?;
            Some(PipelineResult::Simple(known(place)? - before))
        });
        Ok(differences.collect())
    }

    /// The window goes over the buckets that have a number; others get no result.
    fn moving(
        &mut self,
        numbers: &[Option<f64>],
        window: usize,
        shift: i64,
        script: &Script,
    ) -> Result<PerBucket, PipelineError> {
        let is_known = |number: &Option<f64>| number.is_some_and(|number| !number.is_nan());
        let known: Vec<f64> = numbers.iter().copied().filter(is_known).flatten().collect();
        let clamped = |place: i64| place.clamp(0, known.len() as i64) as usize;
        let mut index = 0;
        let mut found = Vec::with_capacity(numbers.len());
        for number in numbers {
            if !is_known(number) {
                found.push(None);
                continue;
            }
            let end = (index as i64).saturating_add(shift);
            let start = end.saturating_sub(window as i64);
            let scope = Scope {
                variables: &[],
                values: &known[clamped(start)..clamped(end)],
            };
            let value = script.number(&scope, &mut self.steps)?;
            found.push(Some(PipelineResult::Simple(value.unwrap_or(f64::NAN))));
            index += 1;
        }
        Ok(found)
    }
}

/// A key as a place on a line.
fn place_of(key: &BucketKey) -> f64 {
    match key {
        BucketKey::Instant(number) | BucketKey::Integer(number) => *number as f64,
        BucketKey::Float(number) => *number,
        _ => f64::NAN,
    }
}
