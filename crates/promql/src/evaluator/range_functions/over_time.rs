//! Functions that sum up a window: `sum_over_time`, `quantile_over_time` and their kin.

use super::Arguments;
use super::over_time_histograms as histograms;
use super::picks::note_ignored_histograms;
use crate::evaluator::aggregate::quantile;
use crate::evaluator::annotations::Annotations;
use crate::evaluator::error::EvalError;
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::Sample;
use crate::evaluator::kahan::{KahanMean, KahanSum};
use crate::evaluator::selectors::Window;

type Computed = Result<Option<Sample>, EvalError>;

pub(super) fn sum(window: &Window<'_>, _: &Arguments<'_>, notes: &mut Annotations) -> Computed {
    if is_mixed(window, notes) {
        return Ok(None);
    }
    if window.floats.is_empty() {
        return Ok(histograms::sum(window, notes));
    }
    let mut sum = KahanSum::default();
    for value in window.floats {
        sum.add(*value);
    }
    let total = if sum.sum.is_infinite() {
        sum.sum
    } else {
        sum.total()
    };
    Ok(Some(Sample::Float(total)))
}

pub(super) fn avg(window: &Window<'_>, _: &Arguments<'_>, notes: &mut Annotations) -> Computed {
    if is_mixed(window, notes) {
        return Ok(None);
    }
    let Some((first, others)) = window.floats.split_first() else {
        return Ok(histograms::avg(window, notes));
    };
    let mut mean = KahanMean::new(*first);
    for value in others {
        mean.add(*value);
    }
    Ok(Some(Sample::Float(mean.mean())))
}

fn is_mixed(window: &Window<'_>, notes: &mut Annotations) -> bool {
    if window.is_mixed() {
        let finding = Finding::MixedFloatsHistograms {
            metric: window.metric(),
        };
        notes.add(&finding, window.position);
        return true;
    }
    false
}

pub(super) fn count(window: &Window<'_>, _: &Arguments<'_>, _: &mut Annotations) -> Computed {
    let count = window.floats.len() + window.histograms.len();
    Ok(Some(Sample::Float(count as f64)))
}

pub(super) fn present(_: &Window<'_>, _: &Arguments<'_>, _: &mut Annotations) -> Computed {
    Ok(Some(Sample::Float(1.0)))
}

pub(super) fn stdvar(
    window: &Window<'_>,
    all: &Arguments<'_>,
    notes: &mut Annotations,
) -> Computed {
    note_ignored_histograms(window, all, notes);
    Ok(variance(window.floats).map(Sample::Float))
}

pub(super) fn stddev(
    window: &Window<'_>,
    all: &Arguments<'_>,
    notes: &mut Annotations,
) -> Computed {
    note_ignored_histograms(window, all, notes);
    Ok(variance(window.floats).map(|variance| Sample::Float(variance.sqrt())))
}

fn variance(values: &[f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let (mut mean, mut squares) = (KahanSum::default(), KahanSum::default());
    let mut count = 0.0;
    for value in values {
        count += 1.0;
        let delta = value - mean.total();
        mean.add(delta / count);
        squares.add(delta * (value - mean.total()));
    }
    Some(squares.total() / count)
}

pub(super) fn quantile_over_time(
    window: &Window<'_>,
    all: &Arguments<'_>,
    notes: &mut Annotations,
) -> Computed {
    if window.floats.is_empty() {
        return Ok(None);
    }
    let wanted = all.scalars[0];
    if !(0.0..=1.0).contains(&wanted) {
        notes.add(&Finding::InvalidQuantile { got: wanted }, all.first);
    }
    note_ignored_histograms(window, all, notes);
    Ok(Some(Sample::Float(quantile(
        wanted,
        &mut window.floats.to_vec(),
    ))))
}

/// The median of the distances from the median.
pub(super) fn mad(window: &Window<'_>, all: &Arguments<'_>, notes: &mut Annotations) -> Computed {
    if window.floats.is_empty() {
        return Ok(None);
    }
    note_ignored_histograms(window, all, notes);
    if window.floats.iter().any(|value| value.is_nan()) {
        return Ok(Some(Sample::Float(f64::NAN)));
    }
    let mut values = window.floats.to_vec();
    let median = quantile(0.5, &mut values);
    for value in &mut values {
        *value = (*value - median).abs();
    }
    Ok(Some(Sample::Float(quantile(0.5, &mut values))))
}
