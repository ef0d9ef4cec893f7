//! URL parameters that many endpoints take.

use serde::Deserialize;

/// A switch: present without a value, or `true` or `false`.
pub fn is_on(value: Option<&str>) -> bool {
    matches!(value, Some("" | "true"))
}

/// What to do about indices that are not there.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct IndicesOptions {
    ignore_unavailable: Option<String>,
    allow_no_indices: Option<String>,
}

impl IndicesOptions {
    /// Whether a named index may be missing.
    pub fn ignores_unavailable(&self) -> bool {
        is_on(self.ignore_unavailable.as_deref())
    }

    /// Whether a pattern may match nothing.
    pub fn allows_none(&self) -> bool {
        self.allow_no_indices.is_none() || is_on(self.allow_no_indices.as_deref())
    }
}
