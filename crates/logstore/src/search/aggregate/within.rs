//! What is collected in buckets that are made anew: where buckets become others at the end.

use swarmscope_query::aggregate::Aggregation;

use super::Level;
use crate::search::error::SearchError;

/// The aggregations within, and how deep they are.
pub struct Within {
    aggregations: Vec<Aggregation>,
    depth: usize,
}

impl Within {
    /// These aggregations, so many levels deep.
    pub fn new(aggregations: &[Aggregation], depth: usize) -> Self {
        Self {
            aggregations: aggregations.to_vec(),
            depth,
        }
    }

    /// Collectors that have seen nothing.
    ///
    /// # Errors
    /// When they cannot be collected.
    pub fn level(&self) -> Result<Level, SearchError> {
        Level::at_depth(&self.aggregations, self.depth)
    }
}
