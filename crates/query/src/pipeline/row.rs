//! One bucket with the shape of its aggregation.

use super::view::{self, View};
use crate::aggregate::AggregationResult;
use crate::elastic::Shape;

/// A bucket that a path begins at.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub view: View<'a>,
    /// Of the aggregation that the bucket belongs to.
    pub shape: &'a Shape,
}

/// The buckets of a result.
pub fn rows<'a>(
    result: &'a AggregationResult,
    shape: &'a Shape,
) -> impl Iterator<Item = Row<'a>> + 'a {
    (0..view::count(result)).filter_map(move |place| {
        let view = view::bucket(result, place)?;
        Some(Row { view, shape })
    })
}
