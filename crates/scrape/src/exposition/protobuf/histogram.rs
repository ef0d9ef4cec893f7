//! Native histograms from their messages.

use swarmscope_model::metrics::{self as model, ResetHint};

use super::messages::{BucketSpan, Histogram};

/// Whether a histogram is meant to be native. One without observations says so by an empty span.
pub(super) fn is_native(histogram: &Histogram) -> bool {
    !histogram.positive_span.is_empty()
        || !histogram.negative_span.is_empty()
        || histogram.zero_threshold > 0.0
        || histogram.zero_count > 0
}

/// The model's histogram; empty buckets are left out.
pub(super) fn to_model(histogram: &Histogram, gauge: bool) -> model::Histogram {
    let float = histogram.sample_count_float > 0.0 || histogram.zero_count_float > 0.0;
    let buckets = |spans: &[BucketSpan], deltas: &[i64], counts: &[f64]| model::Buckets {
        spans: spans
            .iter()
            .map(|span| model::Span {
                offset: span.offset,
                length: span.length,
            })
            .collect(),
        counts: if float {
            counts.to_vec()
        } else {
            absolute(deltas)
        },
    };
    let or = |floats: f64, integer: u64| if float { floats } else { integer as f64 };
    let mut decoded = model::Histogram {
        reset_hint: if gauge {
            ResetHint::Gauge
        } else {
            ResetHint::Unknown
        },
        schema: histogram.schema,
        zero_threshold: histogram.zero_threshold,
        zero_count: or(histogram.zero_count_float, histogram.zero_count),
        count: or(histogram.sample_count_float, histogram.sample_count),
        sum: histogram.sample_sum,
        positive: buckets(
            &histogram.positive_span,
            &histogram.positive_delta,
            &histogram.positive_count,
        ),
        negative: buckets(
            &histogram.negative_span,
            &histogram.negative_delta,
            &histogram.negative_count,
        ),
        custom_bounds: Vec::new(),
    };
    // What is malformed stays as it is, for whoever takes it to say what is wrong.
    if decoded.validate().is_ok() {
        decoded.compact(0);
    }
    decoded
}

/// Each delta is the difference to the bucket before.
fn absolute(deltas: &[i64]) -> Vec<f64> {
    deltas
        .iter()
        .scan(0_i64, |count, delta| {
            *count = count.wrapping_add(*delta);
            Some(*count as f64)
        })
        .collect()
}
