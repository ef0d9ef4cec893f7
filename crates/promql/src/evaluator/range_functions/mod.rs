//! Functions of range vectors: what each makes of the samples of one series in one window.

mod changes;
mod extended;
mod extrapolated;
mod histogram_rate;
mod instant_rate;
mod over_time;
mod over_time_histograms;
mod picks;
mod regression;
mod smoothing;
mod starts;
mod table;

use swarmscope_model::metrics::SeriesSamples;

use super::annotations::Annotations;
use super::context::{Evaluated, Evaluator};
use super::duplicates;
use super::error::EvalError;
use super::finding::Finding;
use super::frame::{Frame, RowBuffer, Sample, SeriesKey};
use super::grid::Grid;
use super::rows::{RowSource, Worker, collect};
use super::selectors::{SampleSource, Window, WindowTimes, Windows, windows_of};
use crate::ast::{Call, Expr, Extension, TextRange, ValueType};

pub(crate) use extended::extended_floats;

/// Functions that `anchored` ranges may be given to.
const ANCHORED: [&str; 5] = ["changes", "delta", "increase", "rate", "resets"];
/// Functions that `smoothed` ranges may be given to.
const SMOOTHED: [&str; 3] = ["delta", "increase", "rate"];

/// What a function computes of a window. `None` leaves the series out at that step.
pub(crate) type Compute =
    fn(&Window<'_>, &Arguments<'_>, &mut Annotations) -> Result<Option<Sample>, EvalError>;

/// A function and what it needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RangeFunction {
    pub name: &'static str,
    pub compute: Compute,
    /// Looks at where the counter was reset.
    pub uses_resets: bool,
    /// Looks at since when the counter counts.
    pub uses_start_times: bool,
    /// The result is still that metric.
    pub keeps_name: bool,
    /// Says so when the series does not look like a counter.
    pub expects_counter: bool,
}

/// The arguments beside the range vector.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arguments<'a> {
    /// The scalars at the step, in order.
    pub scalars: &'a [f64],
    /// Where the first argument stands in the query.
    pub first: TextRange,
}

/// Whether a function is computed of each series alone.
pub(crate) fn is_plain(name: &str) -> bool {
    name != "absent_over_time" && table::find(name).is_some()
}

/// Calls a function of a range vector.
pub(crate) fn call(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let source = prepare_plain(evaluator, call, grid)?;
    Ok(Evaluated::Vector(collect_unique(evaluator, &source, grid)?))
}

/// All rows of a call.
///
/// # Errors
/// When series have the same labels once their names are gone.
pub(crate) fn collect_unique(
    evaluator: &mut Evaluator<'_>,
    source: &RangeCall,
    grid: Grid,
) -> Result<Frame, EvalError> {
    let frame = collect(evaluator, source, grid.count)?;
    if source.may_collide() && duplicates::any(&frame) {
        return Err(EvalError::DuplicateLabels);
    }
    Ok(frame)
}

/// The call as rows that can be computed one by one, for whoever needs no more than one at a time.
pub(crate) fn prepare_plain(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<RangeCall, EvalError> {
    let function = table::find(call.function.name).ok_or(EvalError::UnexpectedType {
        what: "an unknown function of a range vector",
    })?;
    prepare(evaluator, function, call, grid)
}

fn prepare(
    evaluator: &mut Evaluator<'_>,
    function: &'static RangeFunction,
    call: &Call,
    grid: Grid,
) -> Result<RangeCall, EvalError> {
    let arguments: Vec<&Expr> = call
        .arguments
        .iter()
        .map(super::expression::unwrapped)
        .collect();
    let Some(argument) = arguments
        .iter()
        .find(|argument| argument.value_type() == ValueType::Matrix)
    else {
        return Err(EvalError::UnexpectedType {
            what: "a call without a range vector",
        });
    };
    let (mut source, times) = windows_of(evaluator, argument, grid)?;
    if is_overlooked(call, argument) {
        source = SampleSource::none();
    }
    check_extension(function.name, times.extension)?;
    let mut columns = Vec::new();
    for argument in &arguments {
        if argument.value_type() == ValueType::Scalar {
            columns.push(evaluator.scalar(argument, grid)?);
        }
    }
    // By step, so that a window has its scalars in one slice.
    let per_step = columns.len();
    let columns = &columns;
    let scalars = (0..grid.count).flat_map(|step| columns.iter().map(move |all| all[step]));
    let scalars = scalars.collect();
    let options = evaluator.options();
    let keys = keys_of(&source, function, options.delayed_name_removal);
    Ok(RangeCall {
        function,
        may_collide: !options.delayed_name_removal && names_differ(&source),
        source,
        keys,
        times,
        scalars,
        per_step,
        first: match arguments[0] {
            // Prometheus has no place for those.
            Expr::Subquery(_) => TextRange::default(),
            argument => argument.range(),
        },
        start_times: options.start_timestamps && function.uses_start_times,
        counters_by_type: options.type_and_unit_labels,
    })
}

/// Whether Prometheus 3.14 finds no samples in a subquery. When it is pinned by `@` and the call as a whole
/// has another value at every step, its engine does not recognize the subquery as a range vector.
fn is_overlooked(call: &Call, argument: &Expr) -> bool {
    let is_pinned = matches!(argument, Expr::Subquery(subquery) if subquery.modifiers.at.is_some());
    is_pinned && !super::invariance::call_is_invariant(call)
}

fn keys_of(source: &SampleSource, function: &RangeFunction, keeps_names: bool) -> Vec<SeriesKey> {
    (0..source.len())
        .map(|index| {
            let drop_name = !function.keeps_name || source.drops_name(index);
            let labels = source.labels(index);
            let labels = if drop_name && !keeps_names {
                duplicates::without_metadata(labels)
            } else {
                labels.clone()
            };
            SeriesKey { labels, drop_name }
        })
        .collect()
}

/// Whether series may come to have the same labels without their names, types and units.
fn names_differ(source: &SampleSource) -> bool {
    let metadata = |index: usize| {
        let labels = source.labels(index);
        [
            labels.metric_name(),
            labels.get("__type__"),
            labels.get("__unit__"),
        ]
    };
    (1..source.len()).any(|index| metadata(index) != metadata(0))
}

fn check_extension(function: &'static str, extension: Extension) -> Result<(), EvalError> {
    let (allowed, functions): (&[&str], _) = match extension {
        Extension::None => return Ok(()),
        Extension::Anchored => (&ANCHORED, "changes, delta, increase, rate, resets"),
        Extension::Smoothed => (&SMOOTHED, "delta, increase, rate"),
    };
    if allowed.contains(&function) {
        return Ok(());
    }
    let modifier = super::selectors::modifier(extension);
    Err(EvalError::ModifierNotAllowed {
        modifier,
        functions,
        function,
    })
}

/// A call whose series are computed one by one.
pub(crate) struct RangeCall {
    function: &'static RangeFunction,
    source: SampleSource,
    keys: Vec<SeriesKey>,
    times: WindowTimes,
    scalars: Vec<f64>,
    per_step: usize,
    first: TextRange,
    start_times: bool,
    counters_by_type: bool,
    may_collide: bool,
}

impl RowSource for RangeCall {
    fn len(&self) -> usize {
        self.source.len()
    }

    fn key(&self, index: usize) -> SeriesKey {
        self.keys[index].clone()
    }

    fn fill(
        &self,
        index: usize,
        worker: &mut Worker<'_>,
        row: &mut RowBuffer,
    ) -> Result<(), EvalError> {
        self.source.load(index, &mut worker.samples)?;
        let samples = &mut worker.samples;
        worker.shared.hold_briefly(samples.len())?;
        if !self.start_times {
            samples.start_times.clear();
            samples.histogram_start_times.clear();
        }
        let resets = if self.function.uses_resets {
            resets(samples)
        } else {
            Vec::new()
        };
        let windows = Windows::new(&self.times, samples, self.source.labels(index), &resets);
        let (mut looked_at, mut has_floats) = (0, false);
        for (step, window) in windows.enumerate() {
            let seen = window.floats.len() + window.histograms.len();
            if seen == 0 {
                continue;
            }
            looked_at += seen;
            let scalars = &self.scalars[step * self.per_step..(step + 1) * self.per_step];
            let arguments = Arguments {
                scalars,
                first: self.first,
            };
            let compute = self.function.compute;
            if let Some(sample) = compute(&window, &arguments, &mut worker.annotations)? {
                has_floats |= matches!(sample, Sample::Float(_));
                row.set(step, sample);
            }
        }
        worker.shared.count_looked_at(looked_at);
        if self.function.expects_counter && has_floats {
            self.check_counter(index, &mut worker.annotations);
        }
        Ok(())
    }
}

impl RangeCall {
    /// Whether series may have the same labels, now that their names are gone.
    pub fn may_collide(&self) -> bool {
        self.may_collide
    }

    fn check_counter(&self, index: usize, annotations: &mut Annotations) {
        let labels = self.source.labels(index);
        let Some(metric) = labels.metric_name() else {
            return;
        };
        if self.counters_by_type {
            let kind = labels.get("__type__").unwrap_or_default();
            if !["counter", "histogram"].contains(&kind) {
                let finding = Finding::PossibleNonCounterType { metric, kind };
                annotations.add(&finding, self.first);
            }
        } else if !["_total", "_sum", "_count", "_bucket"]
            .iter()
            .any(|suffix| metric.ends_with(suffix))
        {
            annotations.add(&Finding::PossibleNonCounter { metric }, self.first);
        }
    }
}

/// Where the counter fell or began anew.
fn resets(samples: &SeriesSamples) -> Vec<usize> {
    let starts = &samples.start_times;
    (1..samples.floats.len())
        .filter(|&index| {
            samples.floats[index] < samples.floats[index - 1]
                || starts::began_between(starts, &samples.times, index)
        })
        .collect()
}

/// 1 wherever no series has a sample: `absent_over_time`.
pub(crate) fn absent_over_time(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let source = prepare_plain(evaluator, call, grid)?;
    let mut row = RowBuffer {
        floats: vec![1.0; grid.count],
        ..RowBuffer::default()
    };
    let shared = evaluator.shared;
    let held = shared.held();
    super::rows::each_block(evaluator, &source, grid.count, |_, block| {
        for found in block.rows() {
            for (step, _) in found.iter() {
                row.floats[step] = super::frame::ABSENT;
            }
        }
        shared.release_to(held);
        Ok(())
    })?;
    let labels = super::functions::absent_labels(&call.arguments[0]);
    let mut frame = Frame::new(grid.count);
    frame.push(
        SeriesKey {
            labels,
            drop_name: true,
        },
        &mut row,
    );
    Ok(Evaluated::Vector(frame))
}
