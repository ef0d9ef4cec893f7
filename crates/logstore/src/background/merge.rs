//! Joins neighbouring segments of an index, so that their number grows with the logarithm of its
//! size. Neighbours only: rows stay in the order of their writes.
//!
//! Groups are copied as they are. Only small ones are encoded anew, together, and those with many
//! deleted rows without them.

use std::sync::Arc;

use super::flush::{BackgroundError, commit_in_turn, deleted_since, forget, take_turn};
use super::merge_plan::{Deleted, Step, plan};
use crate::block::concat::Joined;
use crate::error::SegmentError;
use crate::filenames;
use crate::rows::RowSet;
use crate::segment::{Segment, SegmentWriter};
use crate::shared::Shared;
use crate::state::{Index, SegmentPart};
use crate::stats::count;

/// Documents' bytes that a joined segment holds at most: what retention removes at once.
const MAX_SOURCE_BYTES: u64 = 3 * 1024 * 1024 * 1024;
/// Rows that a joined segment holds at most.
const MAX_ROWS: u64 = 8 * 1024 * 1024;
/// The smallest tier of sizes; each further one is [`TIER_FACTOR`] times as large.
const FIRST_TIER_BYTES: u64 = 256 * 1024;
const TIER_FACTOR: u64 = 8;
/// Sizes up to [`MAX_SOURCE_BYTES`].
const TIERS: u32 = 6;

/// Merges once where it pays most; gives whether there was something to do.
///
/// # Errors
/// When a segment cannot be read or written; the old ones stay.
pub fn merge_once(shared: &Shared) -> Result<bool, BackgroundError> {
    let found = {
        let state = shared.state();
        state.indices.iter().find_map(|(name, index)| {
            Some((name.clone(), choose(index, shared.options.merge_fan_in)?))
        })
    };
    let Some((index, chosen)) = found else {
        return Ok(false);
    };
    let bytes = chosen.iter().map(|part| part.segment.bytes()).sum();
    if !shared.room.allows(shared, bytes) {
        tracing::debug!(index, bytes, "a merge waits for room on the disk");
        return Ok(false);
    }
    merge(shared, &index, &chosen, Deleted::WhenMany)?;
    Ok(true)
}

/// Writes a segment anew without its deleted rows, so that their bytes are gone.
///
/// # Errors
/// When it cannot be read or written; the old one stays.
pub fn purge(shared: &Shared, index: &str, part: &SegmentPart) -> Result<(), BackgroundError> {
    merge(shared, index, std::slice::from_ref(part), Deleted::Always)
}

/// The neighbours to join.
fn choose(index: &Index, fan_in: usize) -> Option<Vec<SegmentPart>> {
    let segments = &index.segments;
    let mostly_deleted =
        |part: &&SegmentPart| !part.segment.is_damaged() && part.live() < part.segment.rows() / 2;
    if let Some(part) = segments.iter().find(mostly_deleted) {
        return Some(vec![part.clone()]);
    }
    (0..=TIERS).find_map(|tier| run_of_tier(segments, tier, fan_in))
}

fn tier(part: &SegmentPart) -> u32 {
    let mut size = part.segment.source_bytes() / FIRST_TIER_BYTES;
    let mut tier = 0;
    while size > 0 {
        size /= TIER_FACTOR;
        tier += 1;
    }
    tier
}

/// The first run of enough neighbours that are no larger than the tier.
fn run_of_tier(segments: &[SegmentPart], limit: u32, fan_in: usize) -> Option<Vec<SegmentPart>> {
    let mut run: Vec<SegmentPart> = Vec::new();
    let (mut bytes, mut rows) = (0, 0);
    for part in segments {
        let (own_bytes, own_rows) = (part.segment.source_bytes(), u64::from(part.segment.rows()));
        let fits = bytes + own_bytes <= MAX_SOURCE_BYTES && rows + own_rows <= MAX_ROWS;
        if tier(part) > limit || part.segment.is_damaged() || !fits {
            if run.len() >= fan_in {
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
    (run.len() >= fan_in).then_some(run)
}

fn merge(
    shared: &Shared,
    index: &str,
    chosen: &[SegmentPart],
    remove: Deleted,
) -> Result<(), BackgroundError> {
    let steps = plan(chosen, remove, shared.options.small_group_rows);
    let merged = write(shared, chosen, &steps).inspect_err(|error| {
        if let BackgroundError::Segment(error) = error {
            mark_damage(shared, chosen, error);
        }
    })?;
    let turn = take_turn(shared);
    install(shared, index, chosen, &steps, merged.segment.as_ref());
    shared.state_mut().writing.remove(&merged.number);
    commit_in_turn(shared, &turn)?;
    count(&shared.counters.merges);
    Ok(())
}

/// What takes the place of segments.
pub struct Replacement {
    /// To be taken from those being written once it is installed.
    pub number: u64,
    /// None when no row was left.
    pub segment: Option<Arc<Segment>>,
}

/// Writes a segment of these steps.
///
/// # Errors
/// When a segment cannot be read or the new one not be written; nothing of it is left then.
pub fn write(
    shared: &Shared,
    chosen: &[SegmentPart],
    steps: &[Step],
) -> Result<Replacement, BackgroundError> {
    let number = shared.state_mut().take_segment_number();
    let path = filenames::segment(shared.folder(), number);
    let outcome =
        SegmentWriter::create(&shared.options.files, &path, number).and_then(|mut writer| {
            for step in steps {
                take_step(step, chosen, &mut writer)?;
            }
            if writer.rows() == 0 {
                return Ok(None);
            }
            writer.finish()?;
            Segment::open(shared.files(), &path, number, &shared.cache)
                .map(|segment| Some(Arc::new(segment)))
        });
    match outcome {
        Ok(segment) => Ok(Replacement { number, segment }),
        Err(error) => {
            forget(shared, number);
            Err(error.into())
        }
    }
}

fn take_step(
    step: &Step,
    chosen: &[SegmentPart],
    writer: &mut SegmentWriter,
) -> Result<(), SegmentError> {
    match step {
        Step::Copy { part, group } => writer.copy(&chosen[*part].segment, *group),
        Step::Encode(places) => {
            let mut blocks = Vec::with_capacity(places.len());
            for (part, group) in places {
                blocks.push(chosen[*part].segment.groups()[*group].read_block()?);
            }
            let dropped = places
                .iter()
                .map(|(part, group)| &*chosen[*part].deleted[*group]);
            let inputs: Vec<_> = blocks.iter().zip(dropped).collect();
            writer.encode(&Joined::of(&inputs))
        }
    }
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

/// Puts a segment in the place of others, unless they are gone meanwhile.
pub fn install(
    shared: &Shared,
    index: &str,
    chosen: &[SegmentPart],
    steps: &[Step],
    merged: Option<&Arc<Segment>>,
) {
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
        let deleted = steps
            .iter()
            .filter_map(|step| still_deleted(step, chosen, &old))
            .collect();
        let arrived_by = old.iter().map(|part| part.arrived_by).max().unwrap_or(0);
        let part = SegmentPart::new(Arc::clone(segment), deleted, arrived_by);
        index.segments.insert(place, part);
    }
}

/// The deleted rows of the group that came of a step; `None` when no group did.
fn still_deleted(step: &Step, then: &[SegmentPart], now: &[SegmentPart]) -> Option<Arc<RowSet>> {
    match step {
        Step::Copy { part, group } => Some(Arc::clone(&now[*part].deleted[*group])),
        Step::Encode(places) => {
            let sets = |parts: &[SegmentPart]| -> Vec<Arc<RowSet>> {
                let own = places.iter();
                own.map(|(part, group)| Arc::clone(&parts[*part].deleted[*group]))
                    .collect()
            };
            let before = sets(then);
            let rows = before.iter().map(|set| set.len() - set.count()).sum();
            (rows > 0).then(|| Arc::new(deleted_since(&before, &sets(now), rows)))
        }
    }
}
