//! `avg_bucket` and its kin: one result from the numbers of all buckets of an aggregation.

use super::property::key;
use super::row::{Row, rows};
use super::view;
use super::{Path, Pipeline, PipelineError, PipelineKind, Run, Statistic};
use crate::aggregate::{AggregationResult, AggregationResults, PipelineResult, Statistics};
use crate::elastic::{Reported, Shape, Shapes};

/// An aggregation with many buckets, and the way from each of them.
type Buckets<'a, 'p> = (&'a AggregationResult, &'a Shape, Vec<&'p str>);

impl Run {
    /// Adds the result of a pipeline that looks at another of the level.
    pub(super) fn beside(
        &mut self,
        results: &mut AggregationResults,
        shapes: &Shapes,
        pipeline: &Pipeline,
    ) -> Result<(), PipelineError> {
        let PipelineKind::Statistic {
            path,
            gaps,
            statistic,
        } = &pipeline.kind
        else {
            return Ok(());
        };
        let mut numbers = Vec::new();
        if let Some((result, shape, rest)) = self.buckets(results, shapes, path)? {
            for row in rows(result, shape) {
                let number = self.number_of(&row, &rest, *gaps)?;
                if let Some(number) = number.filter(|number| !number.is_nan()) {
                    numbers.push((row, number));
                }
            }
        }
        let found = told(&numbers, statistic);
        results.push((pipeline.name.clone(), AggregationResult::Pipeline(found)));
        Ok(())
    }

    /// The first aggregation on the way that has many buckets, and the rest of the way.
    fn buckets<'a, 'p>(
        &mut self,
        results: &'a AggregationResults,
        shapes: &'a Shapes,
        path: &'p Path,
    ) -> Result<Option<Buckets<'a, 'p>>, PipelineError> {
        let steps = path.steps();
        let (mut results, mut shapes, mut at) = (results, shapes, 0);
        loop {
            self.take(1 + results.len())?;
            let Some(name) = steps.get(at) else {
                return Ok(None);
            };
            let found = results.iter().find(|(own, _)| own == name);
            let shape = shapes.aggregations.iter().find(|shape| shape.name == *name);
            let (Some((_, result)), Some(shape)) = (found, shape) else {
                return Ok(None);
            };
            at += 1;
            let bucket = match steps.get(at).and_then(|step| key(step)) {
                Some(key) => {
                    at += 1;
                    self.with_key(result, shape, key)?
                }
                None if matches!(shape.reported, Reported::Single { .. }) => {
                    view::bucket(result, 0)
                }
                None => return Ok(Some((result, shape, steps[at..].to_vec()))),
            };
            let Some(bucket) = bucket else {
                return Ok(None);
            };
            (results, shapes) = (bucket.within, &shape.within);
        }
    }
}

fn told(numbers: &[(Row<'_>, f64)], statistic: &Statistic) -> PipelineResult {
    let own = || numbers.iter().map(|(_, number)| *number);
    match statistic {
        Statistic::Average => PipelineResult::Simple(own().sum::<f64>() / numbers.len() as f64),
        // The sum of nothing has a sign in Rust.
        Statistic::Sum => PipelineResult::Simple(own().fold(0.0, |sum, number| sum + number)),
        Statistic::Min => extreme(numbers, own().fold(f64::INFINITY, f64::min)),
        Statistic::Max => extreme(numbers, own().fold(f64::NEG_INFINITY, f64::max)),
        Statistic::Stats | Statistic::ExtendedStats { .. } => {
            let mut statistics = Statistics::default();
            own().for_each(|number| statistics.add(number, false));
            statistics.of_dates = false;
            PipelineResult::Stats(statistics)
        }
        Statistic::Percentiles { percents, .. } => {
            let mut sorted: Vec<f64> = own().collect();
            sorted.sort_by(f64::total_cmp);
            let values = percents.iter().map(|percent| {
                let last = sorted.len().saturating_sub(1) as f64;
                let place = (percent / 100.0 * last + 0.5).floor() as usize;
                (*percent, sorted.get(place).copied())
            });
            PipelineResult::Percentiles(values.collect())
        }
    }
}

/// A number with the keys of the buckets that have it.
fn extreme(numbers: &[(Row<'_>, f64)], value: f64) -> PipelineResult {
    let having = numbers.iter().filter(|(_, number)| *number == value);
    let keys = having.map(|(row, _)| row.view.label(&row.shape.reported));
    PipelineResult::Extreme {
        value,
        keys: keys.collect(),
    }
}
