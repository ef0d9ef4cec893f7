//! Native histograms between message and model. The model's counts are absolute floats.

use swarmscope_model::metrics as model;

use crate::types::{BucketSpan, Count, Histogram, ResetHint, ZeroCount};

/// The model's histogram of a message. What makes no sense is for the store to refuse.
pub fn from_message(message: &Histogram) -> model::Histogram {
    let integer = matches!(message.count, Some(Count::Integer(_)));
    let buckets = |spans: &[BucketSpan], deltas: &[i64], counts: &[f64]| model::Buckets {
        spans: spans
            .iter()
            .map(|span| model::Span {
                offset: span.offset,
                length: span.length,
            })
            .collect(),
        counts: if integer {
            absolute(deltas)
        } else {
            counts.to_vec()
        },
    };
    model::Histogram {
        reset_hint: match message.reset_hint() {
            ResetHint::Unknown => model::ResetHint::Unknown,
            ResetHint::Yes => model::ResetHint::Reset,
            ResetHint::No => model::ResetHint::NotReset,
            ResetHint::Gauge => model::ResetHint::Gauge,
        },
        schema: message.schema,
        zero_threshold: message.zero_threshold,
        zero_count: match message.zero_count {
            Some(ZeroCount::Integer(count)) => count as f64,
            Some(ZeroCount::Float(count)) => count,
            None => 0.0,
        },
        count: match message.count {
            Some(Count::Integer(count)) => count as f64,
            Some(Count::Float(count)) => count,
            None => 0.0,
        },
        sum: message.sum,
        positive: buckets(
            &message.positive_spans,
            &message.positive_deltas,
            &message.positive_counts,
        ),
        negative: buckets(
            &message.negative_spans,
            &message.negative_deltas,
            &message.negative_counts,
        ),
        custom_bounds: message.custom_values.clone(),
    }
}

/// The message of a histogram, with float counts.
pub fn to_message(histogram: &model::Histogram, timestamp: i64) -> Histogram {
    let spans = |buckets: &model::Buckets| {
        let spans = buckets.spans.iter();
        spans
            .map(|span| BucketSpan {
                offset: span.offset,
                length: span.length,
            })
            .collect()
    };
    let hint = match histogram.reset_hint {
        model::ResetHint::Unknown => ResetHint::Unknown,
        model::ResetHint::Reset => ResetHint::Yes,
        model::ResetHint::NotReset => ResetHint::No,
        model::ResetHint::Gauge => ResetHint::Gauge,
    };
    Histogram {
        count: Some(Count::Float(histogram.count)),
        sum: histogram.sum,
        schema: histogram.schema,
        zero_threshold: histogram.zero_threshold,
        zero_count: Some(ZeroCount::Float(histogram.zero_count)),
        negative_spans: spans(&histogram.negative),
        negative_deltas: Vec::new(),
        negative_counts: histogram.negative.counts.clone(),
        positive_spans: spans(&histogram.positive),
        positive_deltas: Vec::new(),
        positive_counts: histogram.positive.counts.clone(),
        reset_hint: hint as i32,
        timestamp,
        custom_values: histogram.custom_bounds.clone(),
        start_timestamp: 0,
    }
}

fn absolute(deltas: &[i64]) -> Vec<f64> {
    let mut count = 0_i64;
    deltas
        .iter()
        .map(|delta| {
            count = count.wrapping_add(*delta);
            count as f64
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_histogram_survives_and_deltas_become_counts() {
        let histogram = model::Histogram {
            schema: 3,
            count: 9.0,
            sum: 4.5,
            zero_count: 1.0,
            zero_threshold: 0.01,
            positive: model::Buckets {
                spans: vec![model::Span {
                    offset: -2,
                    length: 3,
                }],
                counts: vec![1.0, 4.0, 3.0],
            },
            ..model::Histogram::default()
        };
        assert_eq!(from_message(&to_message(&histogram, 7)), histogram);
        let mut message = to_message(&histogram, 7);
        message.count = Some(Count::Integer(9));
        message.zero_count = Some(ZeroCount::Integer(1));
        message.positive_counts.clear();
        message.positive_deltas = vec![1, 3, -1];
        assert_eq!(from_message(&message), histogram);
    }
}
