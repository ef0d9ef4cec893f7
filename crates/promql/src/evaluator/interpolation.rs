//! Histograms between two samples.

use std::sync::Arc;

use swarmscope_model::metrics::Histogram;
use swarmscope_model::metrics::histogram::IncompatibleHistograms;

use super::finding::HistogramOperation;

/// The histogram at a time between two, which are in order of time. `reconciled` is told when custom
/// bounds differ.
///
/// # Errors
/// When one has exponential and the other custom buckets.
pub(crate) fn between(
    [before, after]: [&(i64, Arc<Histogram>); 2],
    time: i64,
    is_counter: bool,
    mut reconciled: impl FnMut(HistogramOperation),
) -> Result<Histogram, IncompatibleHistograms> {
    if time == before.0 {
        return Ok(Histogram::clone(&before.1));
    }
    let mut result = Histogram::clone(&after.1);
    if time == after.0 {
        return Ok(result);
    }
    let share = (time - before.0) as f64 / (after.0 - before.0) as f64;
    if is_counter && after.1.is_reset_since(&before.1) {
        // The counter began anew, from zero.
        result.scale(share);
        return Ok(result);
    }
    if result.subtract(&before.1)?.bounds_reconciled {
        reconciled(HistogramOperation::Subtraction);
    }
    result.scale(share);
    if result.add(&before.1)?.bounds_reconciled {
        reconciled(HistogramOperation::Addition);
    }
    Ok(result)
}
