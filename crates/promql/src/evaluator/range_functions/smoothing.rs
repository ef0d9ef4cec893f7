//! `double_exponential_smoothing`: recent samples count more, and so does the trend among them.

use super::Arguments;
use crate::evaluator::annotations::Annotations;
use crate::evaluator::error::EvalError;
use crate::evaluator::finding::Finding;
use crate::evaluator::frame::Sample;
use crate::evaluator::selectors::Window;

pub(super) fn double_exponential_smoothing(
    window: &Window<'_>,
    arguments: &Arguments<'_>,
    notes: &mut Annotations,
) -> Result<Option<Sample>, EvalError> {
    let (smoothing, trend) = (arguments.scalars[0], arguments.scalars[1]);
    check(smoothing, "smoothing", "sf")?;
    check(trend, "trend", "tf")?;
    if window.is_mixed() {
        let finding = Finding::HistogramIgnoredInMixedRange {
            metric: window.metric(),
        };
        notes.add(&finding, arguments.first);
    }
    let [first, second, ..] = window.floats else {
        return Ok(None);
    };
    let (mut before, mut smoothed, mut slope) = (0.0, *first, second - first);
    for (index, value) in window.floats[1..].iter().enumerate() {
        if index > 0 {
            slope = trend * (smoothed - before) + (1.0 - trend) * slope;
        }
        before = smoothed;
        smoothed = smoothing * value + (1.0 - smoothing) * (smoothed + slope);
    }
    Ok(Some(Sample::Float(smoothed)))
}

fn check(factor: f64, what: &'static str, symbol: &'static str) -> Result<(), EvalError> {
    if factor <= 0.0 || factor >= 1.0 {
        return Err(EvalError::InvalidFactor {
            what,
            symbol,
            got: factor,
        });
    }
    Ok(())
}
