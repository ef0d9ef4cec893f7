//! The change of native histograms within a window, counter resets made up for.

use std::sync::Arc;

use swarmscope_model::metrics::{Histogram, ResetHint};

use super::extended::{Edges, edges};
use super::extrapolated::{Kind, note_overlap};
use super::starts;
use crate::ast::Extension;
use crate::evaluator::annotations::Annotations;
use crate::evaluator::finding::{Finding, HistogramOperation};
use crate::evaluator::interpolation;
use crate::evaluator::selectors::Window;

/// The change between the first and the last of at least two histograms.
pub(super) fn change(
    window: &Window<'_>,
    is_counter: bool,
    notes: &mut Annotations,
) -> Option<Histogram> {
    let points = window.histograms;
    let (first, last) = (&points[0].1, &points[points.len() - 1].1);
    let is_gauge = |histogram: &Histogram| histogram.reset_hint == ResetHint::Gauge;
    let not_counter = Finding::NativeHistogramNotCounter {
        metric: window.metric(),
    };
    let start = Start::of(window, is_counter);
    let Some(schema) = start.common_schema(window, is_counter) else {
        // As Prometheus 3.14 does: what lies between the ends is told alone.
        let ends_differ = last.has_custom_bounds() != start.base.has_custom_bounds();
        if is_counter && ends_differ && (is_gauge(first) || is_gauge(last)) {
            notes.add(&not_counter, window.position);
        }
        return incompatible(window, notes);
    };
    if is_counter && points.iter().any(|(_, each)| is_gauge(each)) {
        notes.add(&not_counter, window.position);
    }
    let mut result = Histogram::clone(last);
    result.reduce_resolution(schema);
    if !subtract(&mut result, &start.base, window, notes) {
        return None;
    }
    if is_counter {
        let times: Vec<i64> = points.iter().map(|(time, _)| *time).collect();
        note_overlap(window, window.histogram_start_times, &times, notes);
        for at in (start.first + 1..points.len()).filter(|at| began_anew(window, *at)) {
            if !add(&mut result, &points[at - 1].1, window, notes) {
                return None;
            }
        }
    } else if !is_gauge(first) || !is_gauge(last) {
        let finding = Finding::NativeHistogramNotGauge {
            metric: window.metric(),
        };
        notes.add(&finding, window.position);
    }
    result.reset_hint = ResetHint::Gauge;
    result.compact(0);
    Some(result)
}

/// Whether the counter was reset between a histogram and the one before it.
fn began_anew(window: &Window<'_>, at: usize) -> bool {
    let (before, after) = (&window.histograms[at - 1], &window.histograms[at]);
    let starts = window
        .histogram_start_times
        .get(at - 1..=at)
        .unwrap_or_default();
    starts::began_between(starts, &[before.0, after.0], 1) || after.1.is_reset_since(&before.1)
}

/// Where a change is counted from.
struct Start {
    /// The first histogram that is looked at.
    first: usize,
    /// What is taken away from the last one.
    base: Histogram,
}

impl Start {
    /// A histogram that a reset follows at once is not looked at, whatever its buckets are: the counter
    /// begins from nothing, with the buckets of the next one.
    fn of(window: &Window<'_>, is_counter: bool) -> Self {
        let points = window.histograms;
        if !is_counter || !began_anew(window, 1) {
            return Self {
                first: 0,
                base: Histogram::clone(&points[0].1),
            };
        }
        let base = Histogram {
            schema: points[1].1.schema,
            custom_bounds: points[1].1.custom_bounds.clone(),
            ..Histogram::default()
        };
        Self { first: 1, base }
    }

    /// The coarsest schema of what is looked at. `None` when there are exponential and custom buckets.
    fn common_schema(&self, window: &Window<'_>, is_counter: bool) -> Option<i32> {
        let points = window.histograms;
        // Of gauges only the ends count.
        let from = if is_counter {
            self.first
        } else {
            points.len() - 1
        };
        let custom = self.base.has_custom_bounds();
        let looked_at = &points[from..];
        if looked_at
            .iter()
            .any(|(_, each)| each.has_custom_bounds() != custom)
        {
            return None;
        }
        looked_at
            .iter()
            .map(|(_, each)| each.schema)
            .chain([self.base.schema])
            .min()
    }
}

fn incompatible<T>(window: &Window<'_>, notes: &mut Annotations) -> Option<T> {
    let finding = Finding::MixedExponentialCustomHistograms {
        metric: window.metric(),
    };
    notes.add(&finding, window.position);
    None
}

/// Adds in place and says what there is to say. Whether the buckets are compatible.
pub(super) fn add(
    to: &mut Histogram,
    other: &Histogram,
    window: &Window<'_>,
    notes: &mut Annotations,
) -> bool {
    match to.add(other) {
        Err(_) => incompatible::<()>(window, notes).is_some(),
        Ok(done) => {
            if done.bounds_reconciled {
                let finding = Finding::MismatchedCustomBuckets(HistogramOperation::Addition);
                notes.add(&finding, window.position);
            }
            true
        }
    }
}

fn subtract(
    from: &mut Histogram,
    other: &Histogram,
    window: &Window<'_>,
    notes: &mut Annotations,
) -> bool {
    match from.subtract(other) {
        Err(_) => incompatible::<()>(window, notes).is_some(),
        Ok(done) => {
            if done.bounds_reconciled {
                let finding = Finding::MismatchedCustomBuckets(HistogramOperation::Subtraction);
                notes.add(&finding, window.position);
            }
            true
        }
    }
}

/// The change between the bounds of an extended range.
pub(super) fn extended_change(
    window: &Window<'_>,
    kind: Kind,
    notes: &mut Annotations,
) -> Option<Histogram> {
    let points = window.histograms;
    let times: Vec<i64> = points.iter().map(|(time, _)| *time).collect();
    let edges = edges(window, &times)?;
    let smoothed = window.extension == Extension::Smoothed;
    if smoothed && times[edges.first] > window.bounds.end {
        return None;
    }
    if !is_uniform(window, &points[edges.first..=edges.last], kind, notes) {
        return None;
    }
    let left = if smoothed && times[edges.first] < window.bounds.start {
        interpolated(window, edges.first, window.bounds.start, kind, notes)?
    } else {
        Histogram::clone(&points[edges.first].1)
    };
    let right = if smoothed && edges.last > 0 && times[edges.last] > window.bounds.end {
        interpolated(window, edges.last - 1, window.bounds.end, kind, notes)?
    } else {
        Histogram::clone(&points[edges.last].1)
    };
    let are_gauges = [&left, &right]
        .iter()
        .all(|each| each.reset_hint == ResetHint::Gauge);
    if !kind.is_counter() && !are_gauges {
        let finding = Finding::NativeHistogramNotGauge {
            metric: window.metric(),
        };
        notes.add(&finding, window.position);
    }
    let mut result = right.clone();
    if !subtract(&mut result, &left, window, notes) {
        return None;
    }
    if kind.is_counter() {
        let correction = correction(window, &edges, &left, &right, notes)?;
        if correction.is_some_and(|correction| !add(&mut result, &correction, window, notes)) {
            return None;
        }
    }
    if kind == Kind::Rate {
        result.divide(window.range as f64 / 1_000.0);
    }
    result.reset_hint = ResetHint::Gauge;
    result.compact(0);
    Some(result)
}

/// Whether all histograms have buckets of one kind; gauges among counters are noted.
fn is_uniform(
    window: &Window<'_>,
    points: &[(i64, Arc<Histogram>)],
    kind: Kind,
    notes: &mut Annotations,
) -> bool {
    let custom = points[0].1.has_custom_bounds();
    for (_, histogram) in points {
        if histogram.has_custom_bounds() != custom {
            return incompatible::<()>(window, notes).is_some();
        }
        if kind.is_counter() && histogram.reset_hint == ResetHint::Gauge {
            let finding = Finding::NativeHistogramNotCounter {
                metric: window.metric(),
            };
            notes.add(&finding, window.position);
        }
    }
    true
}

fn interpolated(
    window: &Window<'_>,
    from: usize,
    time: i64,
    kind: Kind,
    notes: &mut Annotations,
) -> Option<Histogram> {
    let pair = [&window.histograms[from], &window.histograms[from + 1]];
    let result = interpolation::between(pair, time, kind.is_counter(), |operation| {
        notes.add(
            &Finding::MismatchedCustomBuckets(operation),
            window.position,
        );
    });
    match result {
        Ok(histogram) => Some(histogram),
        Err(_) => incompatible(window, notes),
    }
}

/// What resets between the bounds took from the counter. The outer `None` means incompatible buckets.
fn correction(
    window: &Window<'_>,
    edges: &Edges,
    left: &Histogram,
    right: &Histogram,
    notes: &mut Annotations,
) -> Option<Option<Histogram>> {
    let points = window.histograms;
    let mut previous = left;
    let mut next = edges.first + 1;
    let interpolated = window.extension == Extension::Smoothed
        && points[edges.first].0 < window.bounds.start
        && points[edges.first + 1]
            .1
            .is_reset_since(&points[edges.first].1);
    if interpolated {
        // The interpolation at the start went across that reset already.
        previous = &points[edges.first + 1].1;
        next += 1;
    }
    if next > edges.last {
        return Some(None);
    }
    let mut correction: Option<Histogram> = None;
    let inner = points[next..edges.last]
        .iter()
        .map(|(_, histogram)| &**histogram);
    for histogram in inner.chain([right]) {
        if histogram.is_reset_since(previous) {
            match &mut correction {
                None => correction = Some(previous.clone()),
                Some(sum) => {
                    if !add(sum, previous, window, notes) {
                        return None;
                    }
                }
            }
        }
        previous = histogram;
    }
    Some(correction)
}
