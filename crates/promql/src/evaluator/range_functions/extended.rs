//! Ranges that reach beyond their samples: `anchored` takes the sample before the start as the value
//! there, `smoothed` interpolates at both bounds.

use super::extrapolated::Kind;
use crate::ast::Extension;
use crate::evaluator::selectors::Window;

/// The samples between which a range's bounds lie.
pub(super) struct Edges {
    /// The last sample at or before the start, or the first at all.
    pub first: usize,
    /// The first sample at or after the end in smoothed ranges, or the last at all.
    pub last: usize,
}

/// The edges among samples of these times. `None` when no sample tells about the range.
pub(super) fn edges(window: &Window<'_>, times: &[i64]) -> Option<Edges> {
    let mut last = times.len().checked_sub(1)?;
    let before = &times[..last];
    let first = before
        .partition_point(|time| *time <= window.bounds.start)
        .saturating_sub(1);
    if window.extension == Extension::Smoothed {
        last = before.partition_point(|time| *time < window.bounds.end);
    }
    (times[last] > window.bounds.start).then_some(Edges { first, last })
}

fn interpolated(window: &Window<'_>, from: usize, time: i64, is_counter: bool) -> f64 {
    let (mut before, after) = (window.floats[from], window.floats[from + 1]);
    if is_counter && after < before {
        // The counter began anew, from zero.
        before = 0.0;
    }
    let share = (time - window.times[from]) as f64;
    before + (after - before) * share / (window.times[from + 1] - window.times[from]) as f64
}

fn value_at_start(window: &Window<'_>, first: usize, is_counter: bool) -> f64 {
    let start = window.bounds.start;
    if window.extension == Extension::Smoothed && window.times[first] < start {
        return interpolated(window, first, start, is_counter);
    }
    window.floats[first]
}

fn value_at_end(window: &Window<'_>, last: usize, is_counter: bool) -> f64 {
    let end = window.bounds.end;
    if window.extension == Extension::Smoothed && last > 0 && window.times[last] > end {
        return interpolated(window, last - 1, end, is_counter);
    }
    window.floats[last]
}

/// The change between the bounds of an extended range.
pub(super) fn float_change(window: &Window<'_>, kind: Kind) -> Option<f64> {
    let Edges { first, last } = edges(window, window.times)?;
    if window.extension == Extension::Smoothed && window.times[first] > window.bounds.end {
        return None;
    }
    let left = value_at_start(window, first, kind.is_counter());
    let right = value_at_end(window, last, kind.is_counter());
    let mut result = right - left;
    if kind.is_counter() {
        // Resets beyond the bounds are in the interpolated values already.
        result += reset_correction(window, &Edges { first, last }, left, right);
    }
    if kind == Kind::Rate {
        result /= window.range as f64 / 1_000.0;
    }
    Some(result)
}

fn reset_correction(window: &Window<'_>, edges: &Edges, left: f64, right: f64) -> f64 {
    let mut previous = left;
    let mut correction = 0.0;
    for value in inside(window, edges)
        .iter()
        .map(|at| window.floats[*at])
        .chain([right])
    {
        if value < previous {
            correction += previous;
        }
        previous = value;
    }
    correction
}

/// The samples strictly between the bounds.
fn inside(window: &Window<'_>, edges: &Edges) -> Vec<usize> {
    (edges.first..=edges.last)
        .filter(|at| {
            let at_start = *at == edges.first && window.times[*at] <= window.bounds.start;
            let at_end = *at == edges.last && window.times[*at] >= window.bounds.end;
            !at_start && !at_end
        })
        .collect()
}

/// The samples of an extended range, with one at each bound.
pub(crate) fn extended_floats(window: &Window<'_>) -> Vec<(i64, f64)> {
    let Some(edges) = edges(window, window.times) else {
        return Vec::new();
    };
    let left = value_at_start(window, edges.first, false);
    let right = value_at_end(window, edges.last, false);
    let mut floats = vec![(window.bounds.start, left)];
    floats.extend(
        inside(window, &edges)
            .into_iter()
            .map(|at| (window.times[at], window.floats[at])),
    );
    floats.push((window.bounds.end, right));
    floats
}
