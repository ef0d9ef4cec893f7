//! Exemplars: a single observation behind a number, with what leads to its trace.

use super::Labels;

/// One observation that stands for many.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemplar {
    /// Such as `trace_id`.
    pub labels: Labels,
    pub value: f64,
    /// Milliseconds since the epoch.
    pub timestamp: i64,
}
