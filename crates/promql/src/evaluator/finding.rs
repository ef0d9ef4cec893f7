//! Everything that a query may be warned or informed about, with Prometheus's texts.

use std::fmt;

use swarmscope_model::metrics::float::general;

use super::calendar::rfc3339;
use super::go_float::two_digits;

/// How grave an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The result may be wrong.
    Warning,
    /// The result is what was asked for, which may not be what was meant.
    Info,
}

/// What was done to two histograms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HistogramOperation {
    Addition,
    Subtraction,
    Aggregation,
}

impl fmt::Display for HistogramOperation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Addition => "addition",
            Self::Subtraction => "subtraction",
            Self::Aggregation => "aggregation",
        })
    }
}

/// How far the buckets of classic histograms were from ascending.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ForcedMonotonicity {
    pub min_time: i64,
    pub max_time: i64,
    pub min_bucket: f64,
    pub max_bucket: f64,
    pub max_difference: f64,
    pub samples: i64,
}

impl ForcedMonotonicity {
    pub fn merge(&mut self, other: &Self) {
        self.min_time = self.min_time.min(other.min_time);
        self.max_time = self.max_time.max(other.max_time);
        self.min_bucket = self.min_bucket.min(other.min_bucket);
        self.max_bucket = self.max_bucket.max(other.max_bucket);
        self.max_difference = self.max_difference.max(other.max_difference);
        self.samples = self.samples.wrapping_add(other.samples);
    }

    pub fn details(&self) -> String {
        format!(
            ", from buckets {} to {}, with a max diff of {}, over {} samples from {} to {}",
            general(self.min_bucket),
            general(self.max_bucket),
            two_digits(self.max_difference),
            self.samples,
            rfc3339(self.min_time),
            rfc3339(self.max_time),
        )
    }
}

/// One thing to say. Metric names may be empty when they are not known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Finding<'a> {
    InvalidRatio {
        got: f64,
        used: f64,
    },
    InvalidQuantile {
        got: f64,
    },
    BadBucketLabel {
        metric: &'a str,
        label: &'a str,
    },
    MixedFloatsHistograms {
        metric: &'a str,
    },
    MixedFloatsHistogramsInAggregation,
    MixedClassicNativeHistograms {
        metric: &'a str,
    },
    NativeHistogramNotCounter {
        metric: &'a str,
    },
    NativeHistogramNotGauge {
        metric: &'a str,
    },
    MixedExponentialCustomHistograms {
        metric: &'a str,
    },
    IncompatibleBucketLayout {
        operator: &'static str,
    },
    SortInRangeQuery,
    HistogramCounterResetCollision(HistogramOperation),
    StartTimeOverlap {
        metric: &'a str,
    },
    PossibleNonCounter {
        metric: &'a str,
    },
    PossibleNonCounterType {
        metric: &'a str,
        kind: &'a str,
    },
    ForcedMonotonicity {
        metric: &'a str,
        forced: ForcedMonotonicity,
    },
    IncompatibleTypes {
        left: &'static str,
        operator: &'static str,
        right: &'static str,
    },
    HistogramIgnoredInAggregation {
        aggregation: &'static str,
    },
    HistogramIgnoredInMixedRange {
        metric: &'a str,
    },
    QuantileNanResult {
        metric: &'a str,
    },
    QuantileNanSkew {
        metric: &'a str,
    },
    FractionNans {
        metric: &'a str,
    },
    MismatchedCustomBuckets(HistogramOperation),
}

impl Finding<'_> {
    pub fn severity(&self) -> Severity {
        match self {
            Self::PossibleNonCounter { .. }
            | Self::PossibleNonCounterType { .. }
            | Self::ForcedMonotonicity { .. }
            | Self::IncompatibleTypes { .. }
            | Self::HistogramIgnoredInAggregation { .. }
            | Self::HistogramIgnoredInMixedRange { .. }
            | Self::QuantileNanResult { .. }
            | Self::QuantileNanSkew { .. }
            | Self::FractionNans { .. }
            | Self::MismatchedCustomBuckets(_) => Severity::Info,
            _ => Severity::Warning,
        }
    }

    pub fn forced(&self) -> Option<&ForcedMonotonicity> {
        match self {
            Self::ForcedMonotonicity { forced, .. } => Some(forced),
            _ => None,
        }
    }

    /// Whether the annotation tells how often it happened.
    pub fn counts_occurrences(&self) -> bool {
        matches!(self, Self::StartTimeOverlap { .. })
    }
}

impl fmt::Display for Finding<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.severity() {
            Severity::Warning => out.write_str("PromQL warning: ")?,
            Severity::Info => out.write_str("PromQL info: ")?,
        }
        self.write_message(out)
    }
}

impl Finding<'_> {
    fn write_message(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRatio { got, used } => write!(
                out,
                "ratio value should be between -1 and 1, got {}, capping to {}",
                general(*got),
                general(*used)
            ),
            Self::InvalidQuantile { got } => {
                write!(
                    out,
                    "quantile value should be between 0 and 1, got {}",
                    general(*got)
                )
            }
            Self::BadBucketLabel { metric, label } => {
                write!(
                    out,
                    "bucket label \"le\" is missing or has a malformed value of {label:?}"
                )?;
                write_metric(out, metric)
            }
            Self::MixedFloatsHistograms { metric } => {
                write!(
                    out,
                    "encountered a mix of histograms and floats for metric name {metric:?}"
                )
            }
            Self::MixedFloatsHistogramsInAggregation => {
                out.write_str("encountered a mix of histograms and floats for aggregation")
            }
            Self::MixedClassicNativeHistograms { metric } => {
                out.write_str("vector contains a mix of classic and native histograms")?;
                write_metric(out, metric)
            }
            _ => self.write_histogram_warning(out),
        }
    }

    fn write_histogram_warning(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NativeHistogramNotCounter { metric } => {
                write!(
                    out,
                    "this native histogram metric is not a counter: {metric:?}"
                )
            }
            Self::NativeHistogramNotGauge { metric } => {
                write!(
                    out,
                    "this native histogram metric is not a gauge: {metric:?}"
                )
            }
            Self::MixedExponentialCustomHistograms { metric } => write!(
                out,
                "vector contains a mix of histograms with exponential and custom buckets schemas for \
                 metric name {metric:?}"
            ),
            Self::IncompatibleBucketLayout { operator } => {
                write!(
                    out,
                    "incompatible bucket layout encountered for binary operator {operator}"
                )
            }
            Self::SortInRangeQuery => out.write_str(
                "sort is ineffective for range queries since results are always ordered by labels",
            ),
            Self::HistogramCounterResetCollision(operation) => {
                write!(
                    out,
                    "conflicting counter resets during histogram {operation}"
                )
            }
            Self::StartTimeOverlap { metric } => write!(
                out,
                "sample has start time that overlaps with previous sample timestamp for metric \
                 {metric:?}"
            ),
            _ => self.write_info(out),
        }
    }

    fn write_info(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PossibleNonCounter { metric } => write!(
                out,
                "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \
                 {metric:?}"
            ),
            Self::PossibleNonCounterType { metric, kind } => write!(
                out,
                "metric might not be a counter, __type__ label is not set to \"counter\" or \
                 \"histogram\", got {kind:?}: {metric:?}"
            ),
            Self::ForcedMonotonicity { metric, .. } => {
                out.write_str(
                    "input to histogram_quantile needed to be fixed for monotonicity (see \
                     https://prometheus.io/docs/prometheus/latest/querying/functions/\
                     #histogram_quantile)",
                )?;
                write_metric(out, metric)
            }
            Self::IncompatibleTypes {
                left,
                operator,
                right,
            } => write!(
                out,
                "incompatible sample types encountered for binary operator {operator:?}: {left} \
                 {operator} {right}"
            ),
            Self::HistogramIgnoredInAggregation { aggregation } => {
                write!(out, "ignored histogram in {aggregation} aggregation")
            }
            Self::HistogramIgnoredInMixedRange { metric } => write!(
                out,
                "ignored histograms in a range containing both floats and histograms for metric name \
                 {metric:?}"
            ),
            Self::QuantileNanResult { metric } => {
                out.write_str("input to histogram_quantile has NaN observations, result is NaN")?;
                write_metric(out, metric)
            }
            Self::QuantileNanSkew { metric } => {
                out.write_str(
                    "input to histogram_quantile has NaN observations, result is skewed higher",
                )?;
                write_metric(out, metric)
            }
            Self::FractionNans { metric } => {
                out.write_str(
                    "input to histogram_fraction has NaN observations, which are excluded from all \
                     fractions",
                )?;
                write_metric(out, metric)
            }
            Self::MismatchedCustomBuckets(operation) => {
                write!(
                    out,
                    "mismatched custom buckets were reconciled during {operation}"
                )
            }
            _ => Ok(()),
        }
    }
}

fn write_metric(out: &mut fmt::Formatter<'_>, metric: &str) -> fmt::Result {
    if metric.is_empty() {
        return Ok(());
    }
    write!(out, " for metric name {metric:?}")
}
