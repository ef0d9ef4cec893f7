//! A native histogram as text: its count, its sum and the buckets that are not empty.

use swarmscope_model::metrics::histogram::CUSTOM_BUCKETS_SCHEMA;
use swarmscope_model::metrics::{Buckets, Histogram};

use super::super::show::shortest;

/// As Prometheus prints it.
pub fn histogram_text(histogram: &Histogram) -> String {
    let mut parts = vec![
        format!("count:{}", shortest(histogram.count)),
        format!("sum:{}", shortest(histogram.sum)),
    ];
    let mut negative: Vec<String> = counts(&histogram.negative)
        .map(|(index, count)| {
            let (near, far) = (bound(histogram, index - 1), bound(histogram, index));
            format!(
                "[{},{}):{}",
                shortest(-far),
                shortest(-near),
                shortest(count)
            )
        })
        .collect();
    negative.reverse();
    parts.extend(negative);
    if histogram.zero_count != 0.0 {
        let (low, high) = (-histogram.zero_threshold, histogram.zero_threshold);
        let count = shortest(histogram.zero_count);
        parts.push(format!("[{},{}]:{count}", shortest(low), shortest(high)));
    }
    parts.extend(counts(&histogram.positive).map(|(index, count)| {
        let (low, high) = (bound(histogram, index - 1), bound(histogram, index));
        let open = if histogram.schema == CUSTOM_BUCKETS_SCHEMA && index == 0 {
            '['
        } else {
            '('
        };
        format!(
            "{open}{},{}]:{}",
            shortest(low),
            shortest(high),
            shortest(count)
        )
    }));
    format!("{{{}}}", parts.join(", "))
}

/// Index and count of every bucket that is not empty.
fn counts(buckets: &Buckets) -> impl Iterator<Item = (i32, f64)> {
    let mut next = 0_i32;
    let indexes = buckets.spans.iter().flat_map(move |span| {
        let start = next.saturating_add(span.offset);
        next = start.saturating_add_unsigned(span.length);
        start..next
    });
    indexes
        .zip(buckets.counts.iter().copied())
        .filter(|(_, count)| *count != 0.0)
}

/// The upper bound of a positive bucket.
fn bound(histogram: &Histogram, index: i32) -> f64 {
    if histogram.schema != CUSTOM_BUCKETS_SCHEMA {
        return (f64::from(index) * f64::from(-histogram.schema).exp2()).exp2();
    }
    match usize::try_from(index) {
        Err(_) => f64::NEG_INFINITY,
        Ok(index) => histogram
            .custom_bounds
            .get(index)
            .copied()
            .unwrap_or(f64::INFINITY),
    }
}
