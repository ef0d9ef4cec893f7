//! `rate`, `increase` and `delta`: the change within a window, extrapolated to its bounds.

use std::sync::Arc;

use swarmscope_model::metrics::Histogram;

use super::{Arguments, extended, histogram_rate, starts};
use crate::ast::Extension;
use crate::evaluator::annotations::Annotations;
use crate::evaluator::error::EvalError;
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::Sample;
use crate::evaluator::selectors::Window;

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of a gauge.
    Delta,
    /// Of a counter.
    Increase,
    /// Of a counter, per second.
    Rate,
}

impl Kind {
    pub fn is_counter(self) -> bool {
        self != Self::Delta
    }
}

type Computed = Result<Option<Sample>, EvalError>;

pub(super) fn rate(window: &Window<'_>, _: &Arguments<'_>, notes: &mut Annotations) -> Computed {
    Ok(change(window, Kind::Rate, notes))
}

pub(super) fn increase(
    window: &Window<'_>,
    _: &Arguments<'_>,
    notes: &mut Annotations,
) -> Computed {
    Ok(change(window, Kind::Increase, notes))
}

pub(super) fn delta(window: &Window<'_>, _: &Arguments<'_>, notes: &mut Annotations) -> Computed {
    Ok(change(window, Kind::Delta, notes))
}

fn change(window: &Window<'_>, kind: Kind, notes: &mut Annotations) -> Option<Sample> {
    if window.is_mixed() {
        let finding = Finding::MixedFloatsHistograms {
            metric: window.metric(),
        };
        notes.add(&finding, window.position);
        return None;
    }
    match (window.extension, window.histograms.is_empty()) {
        (Extension::None, true) => float_change(window, kind, notes).map(Sample::Float),
        (Extension::None, false) => histogram_change(window, kind, notes)
            .map(|histogram| Sample::Histogram(Arc::new(histogram))),
        (_, true) => extended::float_change(window, kind).map(Sample::Float),
        (_, false) => histogram_rate::extended_change(window, kind, notes)
            .map(|histogram| Sample::Histogram(Arc::new(histogram))),
    }
}

fn float_change(window: &Window<'_>, kind: Kind, notes: &mut Annotations) -> Option<f64> {
    let (first, last) = (*window.floats.first()?, *window.floats.last()?);
    let mut result = last - first;
    if kind.is_counter() {
        note_overlap(window, window.start_times, window.times, notes);
        for reset in window.resets {
            result += window.floats[reset - window.first - 1];
        }
    }
    let span = Span {
        first: window.times[0],
        last: window.times[window.times.len() - 1],
        intervals: window.times.len() - 1,
        began: began_within(window, window.start_times, window.times[0], kind),
    };
    if span.began.is_some() {
        result += first;
    } else if span.intervals == 0 {
        return None;
    }
    let zero_share = (kind.is_counter() && result > 0.0 && first >= 0.0).then(|| first / result);
    Some(result * span.factor(window, kind, zero_share))
}

fn histogram_change(window: &Window<'_>, kind: Kind, notes: &mut Annotations) -> Option<Histogram> {
    let points = window.histograms;
    let first = &points[0].1;
    let mut result = None;
    if points.len() > 1 {
        result = Some(histogram_rate::change(window, kind.is_counter(), notes)?);
    }
    let span = Span {
        first: points[0].0,
        last: points[points.len() - 1].0,
        intervals: points.len() - 1,
        began: began_within(window, window.histogram_start_times, points[0].0, kind),
    };
    let mut result = match (result, span.began) {
        (Some(mut result), Some(_)) => {
            histogram_rate::add(&mut result, first, window, notes).then_some(result)?
        }
        (None, Some(_)) => (**first).clone(),
        (Some(result), None) => result,
        (None, None) => return None,
    };
    let zero_share = (kind.is_counter() && result.count > 0.0 && first.count >= 0.0)
        .then(|| first.count / result.count);
    result.scale(span.factor(window, kind, zero_share));
    Some(result)
}

/// When the counter began, if that is known and within the window.
fn began_within(window: &Window<'_>, starts: &[i64], first: i64, kind: Kind) -> Option<i64> {
    let start = *starts.first().filter(|_| kind.is_counter())?;
    (start != 0 && start > window.bounds.start && start < first).then_some(start)
}

pub(super) fn note_overlap(
    window: &Window<'_>,
    starts: &[i64],
    times: &[i64],
    notes: &mut Annotations,
) {
    let overlap = (1..starts.len())
        .any(|index| starts::overlaps(starts[index - 1], times[index - 1], starts[index]));
    if overlap {
        notes.add(
            &Finding::StartTimeOverlap {
                metric: window.metric(),
            },
            window.position,
        );
    }
}

/// What the samples of a window cover.
struct Span {
    first: i64,
    last: i64,
    /// One less than samples.
    intervals: usize,
    /// When the counter began within the window.
    began: Option<i64>,
}

impl Span {
    /// What to multiply the change between the first and last sample with. `zero_share` is the first
    /// sample as a share of the change: it tells when the counter would have been zero.
    fn factor(&self, window: &Window<'_>, kind: Kind, zero_share: Option<f64>) -> f64 {
        let seconds = |from: i64, to: i64| (to - from) as f64 / 1_000.0;
        let mut sampled = seconds(self.first, self.last);
        let average = if self.intervals > 0 {
            sampled / self.intervals as f64
        } else {
            0.0
        };
        // A sample that is missing where one would be expected means that the series ends there.
        let threshold = average * 1.1;
        let mut to_start = seconds(window.bounds.start, self.first);
        if let Some(began) = self.began {
            to_start = 0.0;
            sampled = seconds(began, self.last);
        } else {
            if to_start >= threshold {
                to_start = average / 2.0;
            }
            if let Some(share) = zero_share {
                // A counter is never negative.
                to_start = to_start.min(sampled * share);
            }
        }
        let mut to_end = seconds(self.last, window.bounds.end);
        if to_end >= threshold {
            to_end = average / 2.0;
        }
        let mut factor = 1.0;
        if sampled != 0.0 {
            factor = (sampled + to_start + to_end) / sampled;
        }
        if kind == Kind::Rate {
            factor /= window.range as f64 / 1_000.0;
        }
        factor
    }
}
