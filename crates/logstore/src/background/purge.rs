//! Writes segments anew without their deleted rows, so that the bytes of these are gone.
//!
//! Merging does so in time, by what it saves; this is for who cannot wait for it.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use swarmscope_query::indices::IndexExpression;

use super::flush::{BackgroundError, commit};
use super::merge;
use crate::error::SegmentError;
use crate::shared::Shared;
use crate::state::SegmentPart;
use crate::wal::log;

/// Rewrites every segment of these indices that has deleted rows now, and removes the old files.
/// A damaged segment stays as it is.
///
/// # Errors
/// When a segment or the manifest cannot be written; to be tried again.
pub fn purge(shared: &Shared, indices: &IndexExpression) -> Result<(), BackgroundError> {
    let _alone = shared
        .merging
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    for (index, part) in with_deleted_rows(shared, indices) {
        match merge::purge(shared, &index, &part) {
            // It was marked as damaged: there is nothing that could be written anew.
            Err(BackgroundError::Segment(SegmentError::Damaged { .. })) => {}
            other => other?,
        }
    }
    // Removes files of the log and of segments that an earlier commit may have left behind.
    commit(shared)
}

/// Segments to rewrite. One deletion later is another's purge: new ones are not waited for.
fn with_deleted_rows(shared: &Shared, indices: &IndexExpression) -> Vec<(String, SegmentPart)> {
    let state = shared.state();
    let chosen = state.indices.iter();
    chosen
        .filter(|(name, _)| indices.matches(name))
        .flat_map(|(name, index)| {
            let parts = index.segments.iter();
            parts
                .filter(|part| part.deleted_rows() > 0 && !part.segment.is_damaged())
                .map(|part| (name.clone(), part.clone()))
        })
        .collect()
}

/// Whether no file is left that could hold documents deleted by this write: not of the log, and no
/// segment that a backup under way still keeps.
///
/// # Errors
/// When the folder of the log cannot be read.
pub fn is_complete(shared: &Shared, sequence: u64) -> std::io::Result<bool> {
    let files = log::files(shared.files(), shared.folder())?;
    let kept = shared.pins.load(Ordering::SeqCst) > 0;
    Ok(!kept && files.iter().all(|(first, _)| *first > sequence))
}
