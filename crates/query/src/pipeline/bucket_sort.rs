//! `bucket_sort`: buckets in the order of numbers within them.

use std::cmp::Ordering;

use super::row::rows;
use super::{GapPolicy, Path, PipelineError, Run};
use crate::aggregate::{AggregationResult, BucketKey, Direction};
use crate::elastic::Shape;

/// What a bucket is ordered by.
enum SortedBy {
    Key(BucketKey),
    Number(f64),
    Nothing,
}

impl Run {
    /// The places of the buckets in order; those without any value are left out.
    pub(super) fn sorted(
        &mut self,
        result: &AggregationResult,
        shape: &Shape,
        keys: &[(Path, Direction)],
        gaps: GapPolicy,
    ) -> Result<Vec<usize>, PipelineError> {
        let mut entries = Vec::new();
        for (place, row) in rows(result, shape).enumerate() {
            let mut values = Vec::with_capacity(keys.len());
            for (path, _) in keys {
                values.push(if path.text() == "_key" {
                    let label = || row.view.label(&shape.reported);
                    SortedBy::Key(
                        row.view
                            .key
                            .cloned()
                            .unwrap_or_else(|| BucketKey::Text(label())),
                    )
                } else {
                    let number = self.number(&row, path, gaps)?;
                    number
                        .filter(|number| !number.is_nan())
                        .map_or(SortedBy::Nothing, SortedBy::Number)
                });
            }
            let has_value = |value: &SortedBy| !matches!(value, SortedBy::Nothing);
            if keys.is_empty() || values.iter().any(has_value) {
                entries.push((place, values));
            }
        }
        entries.sort_by(|(_, a), (_, b)| {
            let pairs = a.iter().zip(b).zip(keys);
            let mut orders = pairs.map(|((a, b), (_, direction))| compare(a, b, *direction));
            let decided = orders.find(|ordering| *ordering != Ordering::Equal);
            decided.unwrap_or(Ordering::Equal)
        });
        Ok(entries.into_iter().map(|(place, _)| place).collect())
    }
}

/// What has no value comes last either way.
fn compare(a: &SortedBy, b: &SortedBy, direction: Direction) -> Ordering {
    let ordering = match (a, b) {
        (SortedBy::Nothing, SortedBy::Nothing) => return Ordering::Equal,
        (SortedBy::Nothing, _) => return Ordering::Greater,
        (_, SortedBy::Nothing) => return Ordering::Less,
        (SortedBy::Number(a), SortedBy::Number(b)) => a.total_cmp(b),
        (SortedBy::Key(a), SortedBy::Key(b)) => a.order(b),
        (SortedBy::Key(_), SortedBy::Number(_)) => Ordering::Less,
        (SortedBy::Number(_), SortedBy::Key(_)) => Ordering::Greater,
    };
    match direction {
        Direction::Ascending => ordering,
        Direction::Descending => ordering.reverse(),
    }
}
