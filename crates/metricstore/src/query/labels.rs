//! Names and values of labels.

use std::collections::BTreeSet;
use std::sync::Arc;

use swarmscope_model::metrics::{MetricError, Selection};

use super::select::{find, leave_out_damaged};
use crate::block::Block;
use crate::chunk::TimeRange;
use crate::shared::Shared;

/// The names of labels, sorted.
///
/// # Errors
/// When the store cannot be read, or the query is to end.
pub fn names(shared: &Shared, selection: &Selection) -> Result<Vec<String>, MetricError> {
    let mut names = BTreeSet::new();
    if selection.matchers.is_empty() {
        if overlaps_head(shared, selection) {
            names.extend(shared.head.index().names().map(str::to_owned));
        }
        for block in overlapping_blocks(shared, selection) {
            names.extend(block.label_names().map(str::to_owned));
        }
    } else {
        for part in find(shared, selection)?.parts {
            for (name, _) in part.labels() {
                if !names.contains(name) {
                    names.insert(name.to_owned());
                }
            }
        }
    }
    Ok(limited(names, selection))
}

/// The values of a label, sorted.
///
/// # Errors
/// When the store cannot be read, or the query is to end.
pub fn values(
    shared: &Shared,
    name: &str,
    selection: &Selection,
) -> Result<Vec<String>, MetricError> {
    let mut values = BTreeSet::new();
    if selection.matchers.is_empty() {
        if overlaps_head(shared, selection) {
            let index = shared.head.index();
            values.extend(index.values(name).map(|(value, _)| value.to_owned()));
        }
        for block in overlapping_blocks(shared, selection) {
            selection.cancellation.check()?;
            let added = block.for_each_value(name, &mut |value, _| {
                if !values.contains(value) {
                    values.insert(value.to_owned());
                }
                Ok(())
            });
            leave_out_damaged(&block, added.map_err(MetricError::from))?;
        }
    } else {
        for part in find(shared, selection)?.parts {
            if let Some(value) = part.labels().get(name)
                && !values.contains(value)
            {
                values.insert(value.to_owned());
            }
        }
    }
    Ok(limited(values, selection))
}

/// Without matchers the span is kept to as exactly as the places of samples are known: block by block.
fn overlaps_head(shared: &Shared, selection: &Selection) -> bool {
    let range = TimeRange {
        start: selection.start,
        end: selection.end,
    };
    range.overlaps(shared.head.oldest(), shared.head.max_time())
}

fn overlapping_blocks(shared: &Shared, selection: &Selection) -> Vec<Arc<Block>> {
    let range = TimeRange {
        start: selection.start,
        end: selection.end,
    };
    let view = shared.view();
    let blocks = view.blocks.iter().map(|part| &part.block);
    blocks
        .filter(|block| range.overlaps(block.meta().min_time, block.meta().max_time))
        .cloned()
        .collect()
}

fn limited(found: BTreeSet<String>, selection: &Selection) -> Vec<String> {
    let limit = selection.limit.unwrap_or(usize::MAX);
    found.into_iter().take(limit).collect()
}
