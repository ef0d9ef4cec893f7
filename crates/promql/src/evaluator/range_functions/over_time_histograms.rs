//! `sum_over_time` and `avg_over_time` of native histograms.

use std::sync::Arc;

use swarmscope_model::metrics::histogram::{HistogramMean, HistogramSum};

use crate::evaluator::aggregate::ResetHints;
use crate::evaluator::annotations::Annotations;
use crate::evaluator::finding::{Finding, HistogramOperation};
use crate::evaluator::frame::Sample;
use crate::evaluator::selectors::Window;

pub(super) fn sum(window: &Window<'_>, notes: &mut Annotations) -> Option<Sample> {
    let ((_, first), others) = window.histograms.split_first()?;
    let mut sum = HistogramSum::new(first);
    let mut reconciled = false;
    for (_, histogram) in others {
        match sum.add(histogram) {
            Ok(done) => reconciled |= done.bounds_reconciled,
            Err(_) => return incompatible(window, notes),
        }
    }
    tell(window, reconciled, notes);
    Some(Sample::Histogram(Arc::new(sum.finish())))
}

pub(super) fn avg(window: &Window<'_>, notes: &mut Annotations) -> Option<Sample> {
    let ((_, first), others) = window.histograms.split_first()?;
    let mut mean = HistogramMean::new(first);
    let mut reconciled = false;
    for (_, histogram) in others {
        match mean.add(histogram) {
            Ok(done) => reconciled |= done.bounds_reconciled,
            Err(_) => return incompatible(window, notes),
        }
    }
    tell(window, reconciled, notes);
    Some(Sample::Histogram(Arc::new(mean.finish())))
}

fn incompatible(window: &Window<'_>, notes: &mut Annotations) -> Option<Sample> {
    let finding = Finding::MixedExponentialCustomHistograms {
        metric: window.metric(),
    };
    notes.add(&finding, window.position);
    None
}

fn tell(window: &Window<'_>, reconciled: bool, notes: &mut Annotations) {
    let mut hints = ResetHints::default();
    for (_, histogram) in window.histograms {
        hints.note(histogram);
    }
    let operation = HistogramOperation::Aggregation;
    if hints.collide() {
        notes.add(
            &Finding::HistogramCounterResetCollision(operation),
            window.position,
        );
    }
    if reconciled {
        notes.add(
            &Finding::MismatchedCustomBuckets(operation),
            window.position,
        );
    }
}
