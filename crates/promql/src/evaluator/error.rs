//! Why a query has no result.

use std::time::Duration;

use swarmscope_model::metrics::{InvalidMatcher, MetricError};

use crate::lengths::InvalidLength;

/// Why a query has no result. Texts are Prometheus's where it has one.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    #[error("query was canceled in query execution")]
    Cancelled,
    #[error("query timed out in query execution")]
    TimedOut { limit: Duration },
    #[error("query processing would load too many samples into memory in query execution")]
    TooManySamples { limit: usize },
    #[error("expanding series: {0}")]
    Storage(#[source] MetricError),
    #[error("invalid expression type {found:?} for range query, must be Scalar or instant Vector")]
    NotForRange { found: &'static str },
    #[error("the step of a range query has to be positive, and its end not before its start")]
    InvalidRange,
    #[error(transparent)]
    Length(#[from] InvalidLength),
    #[error("vector cannot contain metrics with the same labelset")]
    DuplicateLabels,
    #[error(
        "found duplicate series for the match group {group} on the {side} hand-side of the \
         operation: [{first}, {second}];many-to-many matching not allowed: matching labels must be \
         unique on one side"
    )]
    ManyToMany {
        group: String,
        side: &'static str,
        first: String,
        second: String,
    },
    #[error(
        "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
    )]
    ImplicitManyToOne,
    #[error("multiple matches for labels: grouping labels must ensure unique matches")]
    AmbiguousGrouping,
    #[error("invalid label name {name}")]
    InvalidValueLabel { name: String },
    #[error("invalid destination label name in {function}(): {name}")]
    InvalidDestinationLabel {
        function: &'static str,
        name: String,
    },
    #[error("invalid source label name in {function}(): {name}")]
    InvalidSourceLabel {
        function: &'static str,
        name: String,
    },
    #[error("invalid regular expression in label_replace(): {pattern}")]
    InvalidPattern {
        pattern: String,
        #[source]
        source: InvalidMatcher,
    },
    #[error("Parameter value is NaN")]
    ParameterNan,
    #[error("Ratio value is NaN")]
    RatioNan,
    #[error("Scalar value {value} underflows int64")]
    ParameterUnderflow { value: String },
    #[error("Scalar value {value} overflows int64")]
    ParameterOverflow { value: String },
    #[error("invalid {what} factor. Expected: 0 < {symbol} < 1, got: {got:.6}")]
    InvalidFactor {
        what: &'static str,
        symbol: &'static str,
        got: f64,
    },
    #[error("{modifier} modifier can only be used with: {functions} - not with {function}")]
    ModifierNotAllowed {
        modifier: &'static str,
        functions: &'static str,
        function: &'static str,
    },
    #[error("{modifier} modifier is not supported with histograms")]
    ModifierWithHistograms { modifier: &'static str },
    #[error(
        "found duplicate series for info metric: existing {existing} @ {time}, new {new} @ {time}"
    )]
    DuplicateInfo {
        existing: String,
        new: String,
        time: i64,
    },
    #[error("conflicting label: {name}")]
    ConflictingInfoLabel { name: String },
    #[error("this should be an info metric, with float samples: {series}")]
    HistogramInfo { series: String },
    #[error("the parser let {what} pass, which cannot be evaluated; check the expression's types")]
    UnexpectedType { what: &'static str },
}

impl From<MetricError> for EvalError {
    fn from(error: MetricError) -> Self {
        match error {
            MetricError::Cancelled => Self::Cancelled,
            MetricError::TimedOut { limit } => Self::TimedOut { limit },
            other => Self::Storage(other),
        }
    }
}
