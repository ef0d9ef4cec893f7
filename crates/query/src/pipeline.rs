//! Aggregations over the results of others: derivatives, running sums, formulas, choices, statistics.
//!
//! They see a reduced tree and its shapes, never a document, and give the same tree with more results in it,
//! or with fewer buckets. What they do is bounded by [`Steps`], whatever the request says.

mod bucket_sort;
mod distinct;
mod formula;
mod gaps;
mod over_buckets;
mod path;
mod property;
mod rate;
mod row;
mod statistics;
mod view;

#[cfg(test)]
mod tests;

use crate::aggregate::{AggregationResult, AggregationResults, Direction};
use crate::elastic::{Shape, Shapes, ValueFormat};
use crate::script::{Script, ScriptError, Steps};

pub use gaps::GapPolicy;
pub use path::{BadPath, Path};

/// A pipeline aggregation of a level.
#[derive(Debug, Clone)]
pub struct Pipeline {
    pub name: String,
    pub kind: PipelineKind,
    /// How its numbers are shown as text.
    pub format: Option<ValueFormat>,
    /// Given back as it came.
    pub meta: Option<serde_json::Value>,
}

/// What a pipeline aggregation does.
#[derive(Debug, Clone)]
pub enum PipelineKind {
    /// The difference from the bucket before; with a unit, also per so many units of the key.
    Derivative {
        path: Path,
        gaps: GapPolicy,
        unit: Option<f64>,
    },
    CumulativeSum {
        path: Path,
    },
    /// How many distinct values this bucket and those before it have together.
    CumulativeCardinality {
        path: Path,
    },
    /// The difference from so many buckets before.
    SerialDifference {
        path: Path,
        gaps: GapPolicy,
        lag: usize,
    },
    /// A number from those of the buckets around.
    MovingFunction {
        path: Path,
        gaps: GapPolicy,
        window: usize,
        /// How far the window lies behind the buckets before this one.
        shift: i64,
        script: Script,
    },
    /// A number from several of the bucket.
    Formula {
        paths: Vec<(String, Path)>,
        gaps: GapPolicy,
        script: Script,
    },
    /// Keeps the buckets for which the script holds.
    Selector {
        paths: Vec<(String, Path)>,
        gaps: GapPolicy,
        script: Script,
    },
    /// Orders buckets and keeps some of them.
    Sort {
        keys: Vec<(Path, Direction)>,
        gaps: GapPolicy,
        from: usize,
        size: Option<usize>,
    },
    /// One result from all buckets of an aggregation beside it.
    Statistic {
        path: Path,
        gaps: GapPolicy,
        statistic: Statistic,
    },
}

/// What is told of the numbers of all buckets.
#[derive(Debug, Clone, PartialEq)]
pub enum Statistic {
    Average,
    Sum,
    /// With the keys of the buckets that have it.
    Min,
    Max,
    Stats,
    /// With standard deviations around the mean.
    ExtendedStats {
        sigma: f64,
    },
    Percentiles {
        percents: Vec<f64>,
        keyed: bool,
    },
}

/// Why a pipeline aggregation has no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PipelineError {
    #[error(
        "buckets_path must reference either a number value or a single value numeric metric aggregation, got: \
         [{found}] at aggregation [{at}]"
    )]
    NoNumber { found: &'static str, at: String },
    #[error("the pipeline aggregations take too many steps; use fewer buckets")]
    TooManySteps,
    #[error(transparent)]
    Script(#[from] ScriptError),
}

/// Adds the results of pipeline aggregations to a whole tree, the innermost first.
///
/// # Errors
/// When a path leads to no number, a script fails, or it takes too long.
pub fn apply(results: &mut AggregationResults, shapes: &Shapes) -> Result<(), PipelineError> {
    rate::apply(results, shapes);
    if !shapes.have_pipelines() {
        return Ok(());
    }
    Run {
        steps: Steps::default(),
    }
    .level(results, shapes)
}

/// One application, with the steps that it has left.
struct Run {
    steps: Steps,
}

impl Run {
    fn take(&mut self, steps: usize) -> Result<(), PipelineError> {
        match self.steps.take(steps) {
            true => Ok(()),
            false => Err(PipelineError::TooManySteps),
        }
    }

    /// Everything within a level, and those of the level that look at its other results.
    fn level(
        &mut self,
        results: &mut AggregationResults,
        shapes: &Shapes,
    ) -> Result<(), PipelineError> {
        for ((_, result), shape) in results.iter_mut().zip(&shapes.aggregations) {
            self.aggregation(result, shape)?;
        }
        for pipeline in &shapes.pipelines {
            self.beside(results, shapes, pipeline)?;
        }
        Ok(())
    }

    /// Everything within an aggregation's buckets, in the order in which one needs the other.
    fn aggregation(
        &mut self,
        result: &mut AggregationResult,
        shape: &Shape,
    ) -> Result<(), PipelineError> {
        if !shape.within.have_pipelines() {
            return Ok(());
        }
        for place in 0..view::count(result) {
            self.take(1)?;
            let within = view::within_mut(result, place);
            for ((_, inner), shape) in within.iter_mut().zip(&shape.within.aggregations) {
                self.aggregation(inner, shape)?;
            }
        }
        for pipeline in &shape.within.pipelines {
            if pipeline.is_beside() {
                for place in 0..view::count(result) {
                    let within = view::within_mut(result, place);
                    self.beside(within, &shape.within, pipeline)?;
                }
            } else {
                self.over(result, shape, pipeline)?;
            }
        }
        Ok(())
    }
}

impl Pipeline {
    /// Whether it gives one result beside the aggregation that it looks at, instead of one in each bucket.
    pub fn is_beside(&self) -> bool {
        matches!(self.kind, PipelineKind::Statistic { .. })
    }
}
