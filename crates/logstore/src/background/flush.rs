//! Writes frozen memtables as segments, and puts the manifest in force.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};

use swarmscope_files::durable;
use swarmscope_model::Timestamp;

use super::deleted;
use crate::block::concat::{Joined, mappings};
use crate::error::SegmentError;
use crate::filenames;
use crate::manifest::Manifest;
use crate::memtable::MemoryPart;
use crate::rows::RowSet;
use crate::segment::{GroupSource, Segment, SegmentWriter};
use crate::shared::Shared;
use crate::state::SegmentPart;
use crate::stats::count;
use crate::wal::log;

/// Why a flush or merge did not happen. Nothing is lost: the log or the old segments are there.
#[derive(Debug, thiserror::Error)]
pub enum BackgroundError {
    #[error(transparent)]
    Segment(#[from] SegmentError),
    #[error("writing {}", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// A frozen memtable and the segment written from it.
struct Written {
    index: String,
    /// None when every document had been deleted.
    segment: Option<Arc<Segment>>,
    /// The rows of each part that it was written without.
    deleted: Vec<Arc<RowSet>>,
}

/// Writes the frozen memtables, if there are any; gives whether there were.
///
/// # Errors
/// When a segment or the manifest cannot be written; to be tried again.
pub fn flush(shared: &Shared) -> Result<bool, BackgroundError> {
    let frozen: Vec<(String, Vec<MemoryPart>)> = {
        let state = shared.state();
        if state.frozen_sequence.is_none() {
            return Ok(false);
        }
        let indices = state.indices.iter();
        indices
            .filter_map(|(name, index)| Some((name.clone(), index.frozen.as_ref()?.parts.clone())))
            .collect()
    };
    let mut written = Vec::with_capacity(frozen.len());
    for (index, parts) in frozen {
        match write_parts(shared, &parts) {
            Ok(segment) => written.push(Written {
                index,
                segment,
                deleted: parts.into_iter().map(|part| part.deleted).collect(),
            }),
            Err(error) => {
                abandon(shared, &written);
                return Err(error.into());
            }
        }
    }
    let turn = take_turn(shared);
    install(shared, written);
    // From here on the state is ahead of the manifest, until one is written.
    shared.commit_wanted.store(true, Ordering::Relaxed);
    commit_in_turn(shared, &turn)?;
    drop(turn);
    count(&shared.counters.flushes);
    shared.flush_done.notify_all();
    Ok(true)
}

/// Writes a frozen memtable as a segment. Its parts are joined column by column: all of them at once would be the
/// memtable a second time.
fn write_parts(
    shared: &Shared,
    parts: &[MemoryPart],
) -> Result<Option<Arc<Segment>>, SegmentError> {
    if let [part] = parts
        && part.deleted.is_empty()
    {
        return write_segment(shared, &*part.block);
    }
    let inputs: Vec<_> = parts
        .iter()
        .map(|part| (&*part.block, &*part.deleted))
        .collect();
    write_segment(shared, &Joined::of(&inputs))
}

fn write_segment(
    shared: &Shared,
    source: &dyn GroupSource,
) -> Result<Option<Arc<Segment>>, SegmentError> {
    if source.rows() == 0 {
        return Ok(None);
    }
    let number = shared.state_mut().take_segment_number();
    let path = filenames::segment(shared.folder(), number);
    let files = &shared.options.files;
    let outcome = SegmentWriter::create(files, &path, number).and_then(|mut writer| {
        writer.encode(source)?;
        writer.finish()?;
        Segment::open(files.as_ref(), &path, number, &shared.cache)
    });
    match outcome {
        Ok(segment) => Ok(Some(Arc::new(segment))),
        Err(error) => {
            forget(shared, number);
            Err(error)
        }
    }
}

/// Takes back the segments of a flush that came to nothing: the next attempt writes them anew, and an
/// attempt on a full disk must not fill it further.
fn abandon(shared: &Shared, written: &[Written]) {
    for segment in written.iter().filter_map(|each| each.segment.as_ref()) {
        forget(shared, segment.number());
    }
}

/// Removes what there is of a segment that will not be used.
pub fn forget(shared: &Shared, number: u64) {
    let path = filenames::segment(shared.folder(), number);
    for path in [durable::temporary(&path), path] {
        if let Err(error) = durable::remove(shared.files(), &path) {
            tracing::warn!(%error, file = %path.display(), "it will be removed with the next flush");
        }
    }
    shared.state_mut().writing.remove(&number);
}

fn install(shared: &Shared, written: Vec<Written>) {
    let mut state = shared.state_mut();
    for Written {
        index,
        segment,
        deleted,
    } in written
    {
        if let Some(segment) = &segment {
            state.writing.remove(&segment.number());
        }
        let Some(index) = state.indices.get_mut(&index) else {
            continue;
        };
        let Some(frozen) = index.frozen.take() else {
            continue;
        };
        if let Some(segment) = segment {
            // What was deleted meanwhile is deleted in the segment.
            let now: Vec<_> = frozen.parts.into_iter().map(|part| part.deleted).collect();
            let since = deleted_since(&deleted, &now, segment.rows());
            let arrived_by = Timestamp::now().as_millisecond();
            let part = SegmentPart::new(segment, vec![Arc::new(since)], arrived_by);
            index.segments.push(part);
        }
    }
    if let Some(sequence) = state.frozen_sequence.take() {
        state.flushed_sequence = sequence;
        state.frozen_bytes = 0;
    }
}

/// The rows of a segment that were deleted while it was written without those deleted before.
pub fn deleted_since(before: &[Arc<RowSet>], now: &[Arc<RowSet>], rows: u32) -> RowSet {
    let mut deleted = RowSet::none(rows);
    let mappings = mappings(before.iter().map(|set| &**set));
    for (mapping, now) in mappings.iter().zip(now) {
        for row in now.iter().filter_map(|row| mapping.map(row)) {
            deleted.insert(row);
        }
    }
    deleted
}

/// Waits until no other manifest is being written. What changes segments or the flushed sequence
/// does so in its turn, so that a manifest never mixes two moments.
pub fn take_turn(shared: &Shared) -> MutexGuard<'_, ()> {
    shared.commit.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts the state as it is in force on disk, and removes what it no longer needs.
///
/// # Errors
/// When the manifest cannot be written.
pub fn commit(shared: &Shared) -> Result<(), BackgroundError> {
    commit_in_turn(shared, &take_turn(shared))
}

/// The same for who has the turn already.
///
/// # Errors
/// When the manifest cannot be written.
pub fn commit_in_turn(shared: &Shared, _turn: &MutexGuard<'_, ()>) -> Result<(), BackgroundError> {
    write_deleted(shared)?;
    let manifest = Manifest::of(&shared.state());
    manifest
        .write(shared.files(), shared.folder())
        .map_err(|source| BackgroundError::Io {
            path: shared.folder().join(filenames::MANIFEST),
            source,
        })?;
    shared.commit_wanted.store(false, Ordering::Relaxed);
    sweep(shared, &manifest).map_err(|source| BackgroundError::Io {
        path: shared.folder().join(filenames::SEGMENTS_FOLDER),
        source,
    })?;
    log::remove_before(
        shared.files(),
        shared.folder(),
        manifest.flushed_sequence + 1,
        &shared.counters,
    )
    .map_err(|source| BackgroundError::Io {
        path: shared.folder().join(filenames::WAL_FOLDER),
        source,
    })
}

fn write_deleted(shared: &Shared) -> Result<(), BackgroundError> {
    let changed: Vec<(String, SegmentPart)> = {
        let state = shared.state();
        let all = state.indices.iter();
        all.flat_map(|(name, index)| {
            let changed = index.segments.iter().filter(|part| part.deleted_changed);
            changed.map(|part| (name.clone(), part.clone()))
        })
        .collect()
    };
    for (name, part) in changed {
        let number = part.segment.number();
        let path = filenames::deleted(shared.folder(), number, part.deleted_state + 1);
        deleted::write(shared.files(), &path, &part.deleted)
            .map_err(|source| BackgroundError::Io { path, source })?;
        let mut state = shared.state_mut();
        let segments = state
            .indices
            .get_mut(&name)
            .map(|index| &mut index.segments);
        let own = segments
            .into_iter()
            .flatten()
            .find(|own| own.segment.number() == number);
        if let Some(own) = own {
            own.deleted_state = part.deleted_state + 1;
            own.deleted_changed = own
                .deleted
                .iter()
                .zip(&part.deleted)
                .any(|(now, written)| !Arc::ptr_eq(now, written));
        }
    }
    Ok(())
}

/// Removes the files of segments that the manifest does not name.
fn sweep(shared: &Shared, manifest: &Manifest) -> io::Result<()> {
    let folder = shared.folder().join(filenames::SEGMENTS_FOLDER);
    // Before asking what is being written: a segment that is begun and finished meanwhile would be in the list and
    // not among those.
    let names = shared.files().list(&folder)?;
    let mut needed: HashSet<PathBuf> = HashSet::new();
    let segments = manifest.indices.iter().flat_map(|index| &index.segments);
    for entry in segments {
        needed.insert(filenames::segment(shared.folder(), entry.number));
        needed.insert(filenames::deleted(
            shared.folder(),
            entry.number,
            entry.deleted,
        ));
    }
    for number in &shared.state().writing {
        let path = filenames::segment(shared.folder(), *number);
        needed.insert(durable::temporary(&path));
        needed.insert(path);
    }
    if shared.pins.load(Ordering::SeqCst) > 0 {
        // A backup still needs them; a later commit removes them.
        return Ok(());
    }
    for name in names {
        let path = folder.join(name);
        if !needed.contains(&path) {
            durable::remove(shared.files(), &path)?;
        }
    }
    Ok(())
}
