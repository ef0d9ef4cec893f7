//! What a histogram must be before it is stored or calculated with.

use super::bounds::EXPONENTIAL_SCHEMAS;
use super::{Buckets, CUSTOM_BUCKETS_SCHEMA, Histogram, Span};

/// A histogram that contradicts itself, in the words of Prometheus.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidHistogram {
    #[error(
        "histogram has an invalid schema, which must be between -4 and 8 for exponential buckets, or -53 for custom buckets, got schema {0}"
    )]
    Schema(i32),
    #[error("observation count is  {0}: histogram's observation count is negative")]
    Count(f64),
    #[error(
        "zero bucket has observation count of {0}: histogram has a bucket whose observation count is negative"
    )]
    ZeroCount(f64),
    #[error(
        "{side}: bucket number {number} has observation count of {count}: histogram has a bucket whose observation count is negative"
    )]
    BucketCount {
        side: &'static str,
        number: usize,
        count: f64,
    },
    #[error(
        "{side}: span number {number} with offset {offset}: histogram has a span whose offset is negative"
    )]
    SpanOffset {
        side: &'static str,
        number: usize,
        offset: i32,
    },
    #[error(
        "{side}: spans need {wanted} buckets, have {found} buckets: histogram spans specify different number of buckets than provided"
    )]
    BucketsMismatch {
        side: &'static str,
        wanted: u64,
        found: usize,
    },
    #[error("custom buckets: histogram custom bounds must not be NaN")]
    NanBound,
    #[error(
        "custom buckets: previous bound is {previous:.6} and current is {current:.6}: histogram custom bounds must be in strictly increasing order"
    )]
    BoundsOrder { previous: f64, current: f64 },
    #[error(
        "custom buckets: last +Inf bound must not be explicitly defined: histogram custom bounds must be finite"
    )]
    InfiniteBound,
    #[error(
        "custom buckets: only {bounds} custom bounds defined which is insufficient to cover total span length of {length}: histogram custom bounds are too few"
    )]
    TooFewBounds { bounds: usize, length: u64 },
    #[error("custom buckets: must have zero count of 0")]
    CustomZeroCount,
    #[error("custom buckets: must have zero threshold of 0")]
    CustomZeroThreshold,
    #[error("custom buckets: must not have negative buckets")]
    CustomNegative,
    #[error("histogram with exponential schema must not have custom bounds")]
    ExponentialBounds,
}

const POSITIVE: &str = "positive side";
const NEGATIVE: &str = "negative side";
const CUSTOM: &str = "custom buckets";

impl Histogram {
    /// Checks that spans, buckets and bounds belong together and that nothing was counted less than never.
    /// Whether the buckets add up to the count is not checked: floats do not always.
    ///
    /// # Errors
    /// At the first contradiction.
    pub fn validate(&self) -> Result<(), InvalidHistogram> {
        if self.schema == CUSTOM_BUCKETS_SCHEMA {
            self.validate_custom()?;
        } else if EXPONENTIAL_SCHEMAS.contains(&self.schema) {
            self.validate_exponential()?;
        } else {
            return Err(InvalidHistogram::Schema(self.schema));
        }
        if self.count < 0.0 {
            return Err(InvalidHistogram::Count(self.count));
        }
        check_counts(POSITIVE, &self.positive)
    }

    fn validate_exponential(&self) -> Result<(), InvalidHistogram> {
        check_spans(POSITIVE, &self.positive, 1)?;
        check_spans(NEGATIVE, &self.negative, 1)?;
        check_counts(NEGATIVE, &self.negative)?;
        if self.zero_count < 0.0 {
            return Err(InvalidHistogram::ZeroCount(self.zero_count));
        }
        if !self.custom_bounds.is_empty() {
            return Err(InvalidHistogram::ExponentialBounds);
        }
        Ok(())
    }

    fn validate_custom(&self) -> Result<(), InvalidHistogram> {
        check_bounds(&self.custom_bounds)?;
        check_spans(CUSTOM, &self.positive, 0)?;
        let spans = &self.positive.spans;
        let length: u64 = spans.iter().map(span_end).sum();
        let bounds = self.custom_bounds.len();
        if bounds as u64 + 1 < length {
            return Err(InvalidHistogram::TooFewBounds { bounds, length });
        }
        if self.zero_count != 0.0 {
            return Err(InvalidHistogram::CustomZeroCount);
        }
        if self.zero_threshold != 0.0 {
            return Err(InvalidHistogram::CustomZeroThreshold);
        }
        if self.negative != Buckets::default() {
            return Err(InvalidHistogram::CustomNegative);
        }
        Ok(())
    }
}

/// The gap and the buckets of a span whose offset is not negative.
fn span_end(span: &Span) -> u64 {
    u64::from(span.offset.unsigned_abs()) + u64::from(span.length)
}

fn check_bounds(bounds: &[f64]) -> Result<(), InvalidHistogram> {
    if bounds.iter().any(|bound| bound.is_nan()) {
        return Err(InvalidHistogram::NanBound);
    }
    if let Some(pair) = bounds.windows(2).find(|pair| pair[1] <= pair[0]) {
        return Err(InvalidHistogram::BoundsOrder {
            previous: pair[0],
            current: pair[1],
        });
    }
    if bounds.last() == Some(&f64::INFINITY) {
        return Err(InvalidHistogram::InfiniteBound);
    }
    Ok(())
}

/// Only the offset of the first `free` spans may be negative.
fn check_spans(side: &'static str, buckets: &Buckets, free: usize) -> Result<(), InvalidHistogram> {
    let mut numbered = buckets.spans.iter().enumerate().skip(free);
    if let Some((place, span)) = numbered.find(|(_, span)| span.offset < 0) {
        return Err(InvalidHistogram::SpanOffset {
            side,
            number: place + 1,
            offset: span.offset,
        });
    }
    let wanted = buckets
        .spans
        .iter()
        .map(|span| u64::from(span.length))
        .sum();
    let found = buckets.counts.len();
    if wanted != found as u64 {
        return Err(InvalidHistogram::BucketsMismatch {
            side,
            wanted,
            found,
        });
    }
    Ok(())
}

fn check_counts(side: &'static str, buckets: &Buckets) -> Result<(), InvalidHistogram> {
    let mut numbered = buckets.counts.iter().enumerate();
    match numbered.find(|(_, count)| **count < 0.0) {
        Some((place, count)) => Err(InvalidHistogram::BucketCount {
            side,
            number: place + 1,
            count: *count,
        }),
        None => Ok(()),
    }
}
