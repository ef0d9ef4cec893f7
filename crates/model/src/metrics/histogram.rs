//! Native histograms: exponential buckets (schema -4 to 8) or custom bounds (schema -53).
//!
//! The shape is Prometheus's `FloatHistogram`: bucket counts are absolute, buckets that are empty are left
//! out by spans.

mod arithmetic;
mod bounds;
mod bucket;
mod cell;
mod layout;
mod reset;
mod statistics;
mod sum;
mod tally;
mod text;
mod trim;
mod validate;
mod zero;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use arithmetic::{IncompatibleHistograms, Merged};
pub use bounds::{EXPONENTIAL_SCHEMAS, upper_bound};
pub use bucket::Bucket;
pub use layout::Indexed;
pub use statistics::{NanObservations, Quantile};
pub use sum::{HistogramMean, HistogramSum};
pub use validate::InvalidHistogram;

/// The schema of histograms with bounds of their own.
pub const CUSTOM_BUCKETS_SCHEMA: i32 = -53;

/// What is known about a counter reset between a histogram and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResetHint {
    #[default]
    Unknown,
    Reset,
    NotReset,
    /// A gauge histogram, to which resets mean nothing.
    Gauge,
}

/// A run of consecutive buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The gap to the span before, or for the first span its first bucket's index.
    pub offset: i32,
    /// How many buckets it has.
    pub length: u32,
}

/// The buckets of one sign.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Buckets {
    pub spans: Vec<Span>,
    /// As many as the spans are long, together.
    pub counts: Vec<f64>,
}

/// A native histogram.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    pub reset_hint: ResetHint,
    /// Resolution: bucket bounds grow by 2^(2^-schema); or [`CUSTOM_BUCKETS_SCHEMA`].
    pub schema: i32,
    /// Observations between plus and minus this are in the zero bucket.
    pub zero_threshold: f64,
    pub zero_count: f64,
    pub count: f64,
    pub sum: f64,
    pub positive: Buckets,
    pub negative: Buckets,
    /// Upper bounds, ascending, without the last +Inf; empty unless the schema is custom.
    pub custom_bounds: Vec<f64>,
}
