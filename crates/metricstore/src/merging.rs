//! Samples of one series from several places, put in one order.

use std::sync::Arc;
use swarmscope_model::metrics::{Histogram, ResetHint, SampleValue, SeriesSamples};

/// Appends the samples of all sources to what is in `into`, by time. Of samples with the same time the
/// one of the first source counts: it was written first.
pub fn merge(sources: &[SeriesSamples], into: &mut SeriesSamples) {
    let mut filled = sources.iter().filter(|source| !source.is_empty());
    if let (Some(only), None) = (filled.next(), filled.next()) {
        into.times.extend_from_slice(&only.times);
        into.floats.extend_from_slice(&only.floats);
        into.histograms.extend_from_slice(&only.histograms);
        return;
    }
    if follow_each_other(sources) {
        for source in sources {
            into.times.extend_from_slice(&source.times);
            into.floats.extend_from_slice(&source.floats);
        }
        return;
    }
    let mut rows = Vec::with_capacity(sources.iter().map(SeriesSamples::len).sum());
    for source in sources {
        let floats = source.times.iter().zip(&source.floats);
        rows.extend(floats.map(|(time, value)| (*time, SampleValue::Float(*value))));
        let histograms = source.histograms.iter();
        rows.extend(
            histograms.map(|(time, value)| (*time, SampleValue::Histogram(Arc::clone(value)))),
        );
    }
    // A stable sort keeps the order of the sources among equal times.
    rows.sort_by_key(|(time, _)| *time);
    rows.dedup_by_key(|(time, _)| *time);
    for (time, value) in rows {
        match value {
            SampleValue::Float(value) => into.push(time, value),
            SampleValue::Histogram(value) => into.histograms.push((time, without_hint(value))),
        }
    }
}

/// Whether the sources are floats alone, each behind the one before: blocks and memory mostly are.
fn follow_each_other(sources: &[SeriesSamples]) -> bool {
    let mut end = None;
    sources.iter().all(|source| {
        let follows = source.times.first().is_none_or(|first| Some(*first) > end);
        end = source.times.last().copied().or(end);
        follows && source.histograms.is_empty()
    })
}

/// What was known about a reset was known about another predecessor.
fn without_hint(mut histogram: Arc<Histogram>) -> Arc<Histogram> {
    if !matches!(histogram.reset_hint, ResetHint::Unknown | ResetHint::Gauge) {
        Arc::make_mut(&mut histogram).reset_hint = ResetHint::Unknown;
    }
    histogram
}

/// Whether two values are the same, bit by bit where they are numbers.
pub fn is_same(one: &SampleValue, other: &SampleValue) -> bool {
    match (one, other) {
        (SampleValue::Float(one), SampleValue::Float(other)) => one.to_bits() == other.to_bits(),
        (SampleValue::Histogram(one), SampleValue::Histogram(other)) => {
            Arc::ptr_eq(one, other) || is_same_histogram(one, other)
        }
        _ => false,
    }
}

fn is_same_histogram(one: &Histogram, other: &Histogram) -> bool {
    // The sum is NaN in a staleness marker, which equals itself here.
    one.sum.to_bits() == other.sum.to_bits()
        && Histogram {
            sum: 0.0,
            ..one.clone()
        } == Histogram {
            sum: 0.0,
            ..other.clone()
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_source_counts_and_hints_of_others_are_forgotten() {
        let mut early = SeriesSamples::default();
        early.push(10, 1.0);
        early.push(30, 3.0);
        let histogram = Arc::new(Histogram {
            reset_hint: ResetHint::NotReset,
            ..Histogram::default()
        });
        let mut late = SeriesSamples::default();
        late.push(10, 9.0);
        late.histograms = vec![(20, Arc::clone(&histogram)), (30, histogram)];
        let mut merged = SeriesSamples::default();
        merge(&[early, late], &mut merged);
        assert_eq!(
            (merged.times, merged.floats),
            (vec![10, 30], vec![1.0, 3.0])
        );
        assert_eq!(merged.histograms, [(20, Arc::new(Histogram::default()))]);
    }
}
