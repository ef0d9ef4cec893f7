//! Selecting: the matching series of every place, joined by their labels.

use std::sync::Arc;

use swarmscope_model::metrics::{MetricError, Selection, Series};

use super::series::{Part, SelectedSeries, Shared as SelectionShared};
use crate::chunk::TimeRange;
use crate::head::view::Wanted;
use crate::shared::Shared;
use crate::view::View;

/// What a selection is about, as it was at one moment.
pub struct Found {
    /// By labels; of the same labels what was written first is first.
    pub parts: Vec<Part>,
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
            with_flushing: view.is_flushing,
            cancellation: &selection.cancellation,
        })?;
        (view, memory)
    };
    let mut parts: Vec<Part> = memory.into_iter().map(Part::Memory).collect();
    parts.sort_by(|one, other| one.labels().cmp(other.labels()));
    Ok(Found { parts, view })
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
    let mut series: Vec<Box<dyn Series>> = Vec::new();
    let mut parts = found.parts.into_iter().peekable();
    while let Some(first) = parts.next() {
        if series.len() == limit {
            break;
        }
        let mut own = vec![first];
        while let Some(next) = parts.next_if(|next| next.labels() == own[0].labels()) {
            own.push(next);
        }
        series.push(Box::new(SelectedSeries::new(own, Arc::clone(&common))));
    }
    Ok(series)
}
