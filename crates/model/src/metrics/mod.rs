//! The vocabulary of metrics: labels, samples, native histograms, matchers, and what a store of them does.
//!
//! Times are milliseconds since the Unix epoch, UTC, as in Prometheus's API. Nothing here evaluates or stores.

pub mod duration;
pub mod exemplar;
pub mod float;
mod go_pattern;
pub mod histogram;
pub mod labels;
pub mod matcher;
pub mod metadata;
mod pattern;
pub mod sample;
pub mod store;

pub use exemplar::Exemplar;
pub use histogram::{
    Bucket, Buckets, Histogram, HistogramMean, HistogramSum, IncompatibleHistograms,
    InvalidHistogram, Merged, NanObservations, Quantile, ResetHint, Span,
};
pub use labels::{Labels, LabelsBuilder};
pub use matcher::{InvalidMatcher, MatchOperator, Matcher};
pub use metadata::{MetricKind, MetricMetadata};
pub use sample::{STALE_NAN, SampleValue, SeriesSamples, is_stale};
pub use store::{
    Append, AppendOutcome, BlockStatistics, Cancellation, Durability, MetricError, MetricStore,
    Queryable, Refusal, Selection, Series, SeriesExemplars, SeriesId, StoreStatistics,
};
