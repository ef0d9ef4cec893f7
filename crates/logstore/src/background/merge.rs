//! Joins neighbouring segments of an index, so that their number grows with the logarithm of its
//! size. Neighbours only: rows stay in the order of their writes.

use std::sync::Arc;

use swarmscope_files::durable;

use super::flush::{BackgroundError, commit_in_turn, deleted_since, take_turn};
use super::merge_source::MergeSource;
use crate::filenames;
use crate::rows::RowSet;
use crate::segment::{self, Segment};
use crate::shared::Shared;
use crate::state::{Index, SegmentPart};
use crate::stats::count;

/// Segments of about one size that are joined.
const FAN_IN: usize = 8;
/// Documents' bytes that a joined segment holds at most: what a merge may take memory for.
const MAX_SOURCE_BYTES: u64 = 384 * 1024 * 1024;
/// Rows that a joined segment holds at most.
const MAX_ROWS: u64 = 2 * 1024 * 1024;
/// The smallest tier of sizes; each further one is `FAN_IN` times as large.
const FIRST_TIER_BYTES: u64 = 256 * 1024;

/// Merges once where it pays most; gives whether there was something to do.
///
/// # Errors
/// When a segment cannot be read or written; the old ones stay.
pub fn merge_once(shared: &Shared) -> Result<bool, BackgroundError> {
    let found = {
        let state = shared.state();
        state
            .indices
            .iter()
            .find_map(|(name, index)| Some((name.clone(), choose(index)?)))
    };
    let Some((index, chosen)) = found else {
        return Ok(false);
    };
    merge(shared, &index, &chosen)?;
    Ok(true)
}

/// The neighbours to join.
fn choose(index: &Index) -> Option<Vec<SegmentPart>> {
    let segments = &index.segments;
    let mostly_deleted =
        |part: &&SegmentPart| !part.segment.is_damaged() && part.live() < part.segment.rows() / 2;
    if let Some(part) = segments.iter().find(mostly_deleted) {
        return Some(vec![part.clone()]);
    }
    (0..=5).find_map(|tier| run_of_tier(segments, tier))
}

fn tier(part: &SegmentPart) -> u32 {
    let mut size = part.segment.source_bytes() / FIRST_TIER_BYTES;
    let mut tier = 0;
    while size > 0 {
        size /= FAN_IN as u64;
        tier += 1;
    }
    tier
}

/// The first run of enough neighbours that are no larger than the tier.
fn run_of_tier(segments: &[SegmentPart], limit: u32) -> Option<Vec<SegmentPart>> {
    let mut run: Vec<SegmentPart> = Vec::new();
    let (mut bytes, mut rows) = (0, 0);
    for part in segments {
        let (own_bytes, own_rows) = (part.segment.source_bytes(), u64::from(part.segment.rows()));
        let fits = bytes + own_bytes <= MAX_SOURCE_BYTES && rows + own_rows <= MAX_ROWS;
        if tier(part) > limit || part.segment.is_damaged() || !fits {
            if run.len() >= FAN_IN {
                return Some(run);
            }
            run.clear();
            (bytes, rows) = (0, 0);
            if tier(part) > limit || part.segment.is_damaged() {
                continue;
            }
        }
        bytes += own_bytes;
        rows += own_rows;
        run.push(part.clone());
    }
    (run.len() >= FAN_IN).then_some(run)
}

fn merge(shared: &Shared, index: &str, chosen: &[SegmentPart]) -> Result<(), BackgroundError> {
    let inputs = chosen
        .iter()
        .map(|part| (Arc::clone(&part.segment), Arc::clone(&part.deleted)))
        .collect();
    let number = shared.state_mut().take_segment_number();
    let path = filenames::segment(shared.folder(), number);
    let outcome = MergeSource::new(inputs).and_then(|source| {
        if segment::SegmentSource::rows(&source) == 0 {
            return Ok(None);
        }
        segment::write(shared.files(), &path, &source)?;
        Segment::open(shared.files(), &path, number, &shared.cache)
            .map(|segment| Some(Arc::new(segment)))
    });
    let merged = match outcome {
        Ok(merged) => merged,
        Err(error) => {
            shared.state_mut().writing.remove(&number);
            mark_damage(shared, chosen, &error);
            // What was written so far is swept with the next commit.
            drop(durable::remove(shared.files(), &durable::temporary(&path)));
            return Err(error.into());
        }
    };
    let turn = take_turn(shared);
    replace(shared, index, chosen, merged.as_ref());
    shared.state_mut().writing.remove(&number);
    commit_in_turn(shared, &turn)?;
    count(&shared.counters.merges);
    Ok(())
}

/// Leaves out the segment that made the merge fail, so that the next one succeeds.
fn mark_damage(shared: &Shared, chosen: &[SegmentPart], error: &crate::error::SegmentError) {
    if let crate::error::SegmentError::Damaged { path, .. } = error {
        for part in chosen.iter().filter(|part| part.segment.path() == path) {
            if part.segment.mark_damaged(error) {
                count(&shared.counters.damaged);
                tracing::error!(%error, "a segment is damaged and left out");
            }
        }
    }
}

fn replace(shared: &Shared, index: &str, chosen: &[SegmentPart], merged: Option<&Arc<Segment>>) {
    let mut state = shared.state_mut();
    let Some(index) = state.indices.get_mut(index) else {
        return;
    };
    let first = chosen[0].segment.number();
    let place = index
        .segments
        .iter()
        .position(|part| part.segment.number() == first);
    let Some(place) = place else { return };
    let still_there = index.segments[place..]
        .iter()
        .zip(chosen)
        .filter(|(now, then)| now.segment.number() == then.segment.number())
        .count();
    if still_there != chosen.len() {
        return;
    }
    let old: Vec<SegmentPart> = index.segments.drain(place..place + chosen.len()).collect();
    if let Some(segment) = merged {
        let sets = |parts: &[SegmentPart]| -> Vec<Arc<RowSet>> {
            parts.iter().map(|part| Arc::clone(&part.deleted)).collect()
        };
        let deleted = deleted_since(&sets(chosen), &sets(&old), segment.rows());
        let arrived_by = old.iter().map(|part| part.arrived_by).max().unwrap_or(0);
        let part = SegmentPart::new(Arc::clone(segment), deleted, arrived_by);
        index.segments.insert(place, part);
    }
}
