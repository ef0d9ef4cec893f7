//! What labels and histograms have to be like to be stored.

use swarmscope_model::limits::{MAX_LABEL_BYTES, MAX_SERIES_LABELS};
use swarmscope_model::metrics::histogram::CUSTOM_BUCKETS_SCHEMA;
use swarmscope_model::metrics::{Buckets, Histogram, Labels, Refusal, is_stale};

use crate::chunk::histogram::MAX_HISTOGRAM_BUCKETS;

/// # Errors
/// When a series cannot have these labels.
pub fn check_labels(labels: &Labels) -> Result<(), Refusal> {
    let invalid = |reason: String| Err(Refusal::InvalidLabels { reason });
    if labels.metric_name().is_none() {
        return invalid("there is no __name__".to_owned());
    }
    let bytes = labels.packed().len();
    if bytes > MAX_LABEL_BYTES {
        return invalid(format!(
            "they take {bytes} bytes, {MAX_LABEL_BYTES} are allowed"
        ));
    }
    let count = labels.len();
    if count > MAX_SERIES_LABELS {
        return invalid(format!(
            "there are {count}, {MAX_SERIES_LABELS} are allowed"
        ));
    }
    if labels.iter().any(|(name, _)| name.is_empty()) {
        return invalid("a name is empty".to_owned());
    }
    Ok(())
}

/// # Errors
/// When the histogram's parts contradict each other.
pub fn check_histogram(histogram: &Histogram) -> Result<(), Refusal> {
    // A staleness marker has nothing but its sum.
    if is_stale(histogram.sum) {
        return Ok(());
    }
    contradiction(histogram).map_or(Ok(()), |reason| Err(Refusal::InvalidHistogram { reason }))
}

fn contradiction(histogram: &Histogram) -> Option<String> {
    let Histogram {
        schema,
        positive,
        negative,
        custom_bounds,
        ..
    } = histogram;
    if *schema == CUSTOM_BUCKETS_SCHEMA {
        if !negative.spans.is_empty() || !negative.counts.is_empty() {
            return Some("custom buckets have no negative side".to_owned());
        }
        if histogram.zero_count != 0.0 || histogram.zero_threshold != 0.0 {
            return Some("custom buckets have no zero bucket".to_owned());
        }
        if !custom_bounds.windows(2).all(|pair| pair[0] < pair[1])
            || custom_bounds
                .iter()
                .any(|bound| bound.is_nan() || *bound == f64::INFINITY)
        {
            return Some("custom bounds have to be finite and to ascend".to_owned());
        }
    } else if !(-4..=8).contains(schema) {
        return Some(format!("there is no schema {schema}"));
    } else if !custom_bounds.is_empty() {
        return Some("only custom buckets have bounds of their own".to_owned());
    }
    buckets_contradiction("positive", positive)
        .or_else(|| buckets_contradiction("negative", negative))
        .or_else(|| beyond_bounds(histogram))
        .or_else(|| counts_contradiction(histogram))
}

fn buckets_contradiction(side: &str, buckets: &Buckets) -> Option<String> {
    if buckets.counts.len() > MAX_HISTOGRAM_BUCKETS || buckets.spans.len() > MAX_HISTOGRAM_BUCKETS {
        return Some(format!("more than {MAX_HISTOGRAM_BUCKETS} {side} buckets"));
    }
    let length: u64 = buckets
        .spans
        .iter()
        .map(|span| u64::from(span.length))
        .sum();
    if length != buckets.counts.len() as u64 {
        return Some(format!(
            "{side} spans are {length} buckets long, there are {}",
            buckets.counts.len()
        ));
    }
    if buckets.spans.iter().skip(1).any(|span| span.offset < 0) {
        return Some(format!("a {side} span but the first has a negative offset"));
    }
    if buckets.counts.iter().any(|count| *count < 0.0) {
        return Some(format!("a {side} bucket has a negative count"));
    }
    None
}

/// Custom buckets are one more than their bounds.
fn beyond_bounds(histogram: &Histogram) -> Option<String> {
    if histogram.schema != CUSTOM_BUCKETS_SCHEMA {
        return None;
    }
    let spans = &histogram.positive.spans;
    if spans.first().is_some_and(|span| span.offset < 0) {
        return Some("a custom bucket has a negative index".to_owned());
    }
    let used: i64 = spans
        .iter()
        .map(|span| i64::from(span.offset) + i64::from(span.length))
        .sum();
    (used > histogram.custom_bounds.len() as i64 + 1).then(|| {
        format!(
            "{used} custom buckets have only {} bounds",
            histogram.custom_bounds.len()
        )
    })
}

fn counts_contradiction(histogram: &Histogram) -> Option<String> {
    if histogram.zero_count < 0.0 || histogram.count < 0.0 {
        return Some("a count is negative".to_owned());
    }
    let whole = |count: &f64| count.fract() == 0.0;
    let counts = || {
        let sides = [&histogram.positive, &histogram.negative];
        sides.into_iter().flat_map(|side| side.counts.iter())
    };
    let sum: f64 = counts().sum::<f64>() + histogram.zero_count;
    // Fractions do not add up exactly; observations that are NaN are in the count and in no bucket.
    let exact = counts().all(whole) && whole(&histogram.count) && whole(&histogram.zero_count);
    let wrong = if histogram.sum.is_nan() || !exact {
        exact && sum > histogram.count
    } else {
        sum != histogram.count
    };
    wrong.then(|| {
        format!(
            "its buckets hold {sum} observations, its count is {}",
            histogram.count
        )
    })
}
