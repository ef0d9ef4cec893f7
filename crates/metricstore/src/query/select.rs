//! Selecting: the matching series of every place, joined by their labels.

use std::sync::Arc;

use swarmscope_model::metrics::{MetricError, Selection, Series};

use super::disk::DiskPart;
use super::series::{Part, SelectedSeries, Shared as SelectionShared};
use crate::block::Block;
use crate::chunk::TimeRange;
use crate::head::view::Wanted;
use crate::index::matching::matching;
use crate::shared::Shared;
use crate::view::{BlockPart, View};

/// Series between two looks whether the query is to end.
const CHECK_EVERY: usize = 1_024;

/// What a selection is about, as it was at one moment.
pub struct Found {
    /// By labels; of the same labels what was written first is first.
    pub parts: Vec<Part>,
    /// Whether all are from one place, so that no series is there twice.
    pub one_place: bool,
    pub view: Arc<View>,
}

/// The places where samples of the selection are.
///
/// # Errors
/// When the store cannot be read, or the query is to end.
pub fn find(shared: &Shared, selection: &Selection) -> Result<Found, MetricError> {
    let range = TimeRange {
        start: selection.start,
        end: selection.end,
    };
    let (view, memory) = {
        let _hold = shared.head.hold();
        let view = shared.view();
        let memory = shared.head.select(&Wanted {
            matchers: &selection.matchers,
            range,
            from: view.head_from,
            cancellation: &selection.cancellation,
        })?;
        (view, memory)
    };
    let mut parts: Vec<Part> = Vec::new();
    let mut places = usize::from(!memory.is_empty());
    for part in &view.blocks {
        let begin = parts.len();
        let added = select_block(part, range, selection, &mut parts);
        if added.is_err() {
            parts.truncate(begin);
        }
        leave_out_damaged(&part.block, added)?;
        places += usize::from(parts.len() > begin);
    }
    parts.extend(memory.into_iter().map(Part::Memory));
    let one_place = places <= 1;
    if !one_place {
        // Every place is in order already, and a stable sort makes use of that.
        parts.sort_by(|one, other| one.labels().cmp(other.labels()));
    }
    Ok(Found {
        parts,
        one_place,
        view,
    })
}

/// Appends the series of a block that pass and have a chunk in the range, by labels.
fn select_block(
    part: &BlockPart,
    range: TimeRange,
    selection: &Selection,
    into: &mut Vec<Part>,
) -> Result<(), MetricError> {
    let (block, meta) = (&part.block, part.block.meta());
    if block.is_damaged() || !range.overlaps(meta.min_time, meta.max_time) {
        return Ok(());
    }
    selection.cancellation.check()?;
    let found = matching(block.as_ref(), &selection.matchers)?;
    for (count, number) in found.iter().enumerate() {
        if count % CHECK_EVERY == 0 {
            selection.cancellation.check()?;
        }
        into.extend(DiskPart::find(part, number, range)?.map(Part::Disk));
    }
    Ok(())
}

/// A block whose index is damaged is left out and reported; the background sets it aside.
///
/// # Errors
/// Whatever else went wrong.
pub fn leave_out_damaged(
    block: &Block,
    result: Result<(), MetricError>,
) -> Result<(), MetricError> {
    match result {
        Err(error @ MetricError::Damaged { offset, .. }) => {
            block.damage.left_out(&block.path, offset, &error);
            Ok(())
        }
        other => other,
    }
}

/// The series of a selection, by labels.
///
/// # Errors
/// As for [`find`].
pub fn select(shared: &Shared, selection: &Selection) -> Result<Vec<Box<dyn Series>>, MetricError> {
    let found = find(shared, selection)?;
    let common = Arc::new(SelectionShared {
        cancellation: selection.cancellation.clone(),
        _view: found.view,
    });
    let limit = selection.limit.unwrap_or(usize::MAX);
    let mut series: Vec<Box<dyn Series>> = Vec::with_capacity(found.parts.len().min(limit));
    let mut parts = found.parts.into_iter().peekable();
    while let Some(first) = parts.next() {
        if series.len() == limit {
            break;
        }
        let mut others = Vec::new();
        while !found.one_place
            && let Some(next) = parts.next_if(|next| next.labels() == first.labels())
        {
            others.push(next);
        }
        let own = SelectedSeries::new(first, others, Arc::clone(&common));
        series.push(Box::new(own));
    }
    Ok(series)
}
