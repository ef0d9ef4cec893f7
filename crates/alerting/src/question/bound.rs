//! From which number on something is an alert.

use std::fmt;

/// Which counts are alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// More than so many.
    Above(u64),
    /// Fewer than so many.
    Below(u64),
}

impl Bound {
    /// Whether the count is an alert.
    pub fn is_met(self, count: u64) -> bool {
        match self {
            Self::Above(bound) => count > bound,
            Self::Below(bound) => count < bound,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Above(bound) => write!(out, "> {bound}"),
            Self::Below(bound) => write!(out, "< {bound}"),
        }
    }
}
