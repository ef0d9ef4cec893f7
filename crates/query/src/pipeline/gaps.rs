//! What stands for a bucket that has no number.

/// How gaps are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GapPolicy {
    /// As if the bucket were not there.
    #[default]
    Skip,
    InsertZeros,
    /// As if it were not there, unless it has a number though it has no documents.
    KeepValues,
}

impl GapPolicy {
    /// By Elasticsearch's name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "skip" => Self::Skip,
            "insert_zeros" => Self::InsertZeros,
            "keep_values" => Self::KeepValues,
            _ => return None,
        })
    }

    /// What a number counts as that comes from a bucket without documents, or is none.
    pub(super) fn fill(self, number: f64) -> f64 {
        match self {
            Self::Skip => f64::NAN,
            Self::InsertZeros => 0.0,
            Self::KeepValues if number.is_finite() => number,
            Self::KeepValues => f64::NAN,
        }
    }
}
