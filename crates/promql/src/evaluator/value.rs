//! What a query gives: typed values, with times in milliseconds since the epoch.

use std::sync::Arc;

use swarmscope_model::metrics::{Histogram, Labels, SampleValue};

/// The result of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Scalar {
        timestamp: i64,
        value: f64,
    },
    String {
        timestamp: i64,
        value: String,
    },
    /// In the order of the query: sorted only when it sorts.
    Vector(Vec<VectorSample>),
    /// By labels.
    Matrix(Vec<MatrixSeries>),
}

/// One series at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorSample {
    pub labels: Labels,
    pub timestamp: i64,
    pub value: SampleValue,
}

/// One series over time. No time is in both lists.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MatrixSeries {
    pub labels: Labels,
    /// By time.
    pub floats: Vec<(i64, f64)>,
    /// By time.
    pub histograms: Vec<(i64, Arc<Histogram>)>,
}
