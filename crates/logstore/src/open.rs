//! Opens a data folder: lock, format, manifest, segments, then the log.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use swarmscope_files::{FileSystem, Lock, LockError, durable};

use crate::background::deleted;
use crate::error::{OpenError, SegmentError};
use crate::filenames;
use crate::ids::Salt;
use crate::manifest::{IndexEntry, Manifest, SegmentEntry};
use crate::options::Options;
use crate::replay::replay;
use crate::rows::RowSet;
use crate::segment::Segment;
use crate::segment::cache::Cache;
use crate::shared::Shared;
use crate::state::{Index, SegmentPart, State};
use crate::stats::{Counters, count};
use crate::wal::log::Log;

/// A folder that is open.
pub struct Opened {
    pub shared: Shared,
    pub log: Log,
    /// Locked as long as it is open.
    pub lock: Box<dyn Lock>,
}

/// Opens the folder, making it when it is not there.
///
/// # Errors
/// When it is in use, of another format, or cannot be read.
pub fn open(options: Options) -> Result<Opened, OpenError> {
    let folder = options.directory.clone();
    let files = Arc::clone(&options.files);
    durable::create_folder(files.as_ref(), &folder).map_err(OpenError::io("creating", &folder))?;
    let lock = lock(files.as_ref(), &folder)?;
    let counters = Counters::default();
    let manifest = manifest(files.as_ref(), &folder, &counters)?;
    for part in [
        filenames::WAL_FOLDER,
        filenames::SEGMENTS_FOLDER,
        filenames::DAMAGED_FOLDER,
    ] {
        let path = folder.join(part);
        durable::create_folder(files.as_ref(), &path).map_err(OpenError::io("creating", path))?;
    }
    let cache = Arc::new(Cache::new(options.cache_bytes));
    let salt = manifest.salt;
    let mut state = State::new(salt);
    state.claimed_sequence = manifest.claimed_sequence;
    state.flushed_sequence = manifest.flushed_sequence;
    state.newest_sequence = manifest.flushed_sequence;
    state.next_segment = manifest.next_segment;
    for entry in manifest.indices {
        let name = entry.meta.name.clone();
        let index = open_index(files.as_ref(), &folder, entry, salt, &cache, &counters)?;
        state.indices.insert(name, index);
    }
    let recovered = replay(files.as_ref(), &folder, &mut state)?;
    counters.wal_bytes.store(recovered.bytes, Ordering::Relaxed);
    counters
        .damaged
        .fetch_add(recovered.damaged, Ordering::Relaxed);
    let next = recovered.next_sequence.max(state.newest_sequence + 1);
    state.newest_sequence = next - 1;
    let log =
        Log::begin(files, &folder, next).map_err(OpenError::io("creating the log in", &folder))?;
    Ok(Opened {
        shared: Shared::new(options, cache, counters, state),
        log,
        lock,
    })
}

/// Keeps other processes from opening the folder.
///
/// # Errors
/// When one has it open, or the lock file cannot be had.
pub fn lock(files: &dyn FileSystem, folder: &Path) -> Result<Box<dyn Lock>, OpenError> {
    let path = folder.join(filenames::LOCK);
    files.lock(&path).map_err(|error| match error {
        LockError::Held { holder } => OpenError::InUse {
            folder: folder.to_owned(),
            holder: if holder.is_empty() {
                String::new()
            } else {
                format!(" (process {holder})")
            },
        },
        LockError::Io(error) => OpenError::io("locking", path)(error),
    })
}

/// A new folder takes this format and an empty manifest; gives the manifest of one that has been used.
fn manifest(
    files: &dyn FileSystem,
    folder: &Path,
    counters: &Counters,
) -> Result<Manifest, OpenError> {
    let path = folder.join(filenames::FORMAT);
    let format = match durable::read_file(files, &path) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return new_folder(files, folder, &path);
        }
        Err(error) => return Err(OpenError::io("reading", path)(error)),
    };
    // The manifest says it as well and has a checksum: a damaged file must not lock anybody out.
    let manifest = Manifest::read(files, folder);
    match filenames::format_number(&format) {
        Some(filenames::FORMAT_VERSION) => {}
        _ if manifest.is_ok() => {
            count(&counters.damaged);
            tracing::error!(file = %path.display(), "the file is damaged and was written anew");
            durable::write_file(files, &path, filenames::format_line().as_bytes())
                .map_err(OpenError::io("writing", path))?;
        }
        Some(found) => return Err(OpenError::other_format(folder, found)),
        None => {
            let found = String::from_utf8_lossy(&format).trim().to_owned();
            return Err(OpenError::UnknownFormat { path, found });
        }
    }
    let (manifest, is_copy) = manifest?;
    if is_copy {
        restore_manifest(files, folder, &manifest, counters)?;
    }
    Ok(manifest)
}

/// The first manifest: its salt has to be on disk before the first id is made of it.
fn new_folder(files: &dyn FileSystem, folder: &Path, format: &Path) -> Result<Manifest, OpenError> {
    // A start that was cut short has left no more than these.
    let own = [
        filenames::LOCK,
        filenames::MANIFEST,
        filenames::MANIFEST_COPY,
    ];
    let strangers = files
        .list(folder)
        .map_err(OpenError::io("reading", folder))?
        .iter()
        .any(|name| !own.contains(&name.as_str()) && !durable::is_temporary(name));
    if strangers {
        return Err(OpenError::NotAStore {
            folder: folder.to_owned(),
        });
    }
    let manifest = Manifest::empty(Salt::random());
    manifest
        .write(files, folder)
        .and_then(|()| durable::write_file(files, format, filenames::format_line().as_bytes()))
        .map_err(OpenError::io("writing", format))?;
    Ok(manifest)
}

/// The copy is whole, the manifest is not.
fn restore_manifest(
    files: &dyn FileSystem,
    folder: &Path,
    manifest: &Manifest,
    counters: &Counters,
) -> Result<(), OpenError> {
    count(&counters.damaged);
    let path = folder.join(filenames::MANIFEST);
    let aside = filenames::damaged(folder, &path);
    let kept = files.rename(&path, &aside).is_ok();
    tracing::error!(
        file = %path.display(),
        kept_as = kept.then(|| aside.display().to_string()),
        "the manifest is damaged: its copy is used; check the disk"
    );
    manifest
        .write(files, folder)
        .map_err(OpenError::io("writing", path))
}

/// Opens the segments of an index. Damaged ones are set aside and the rest goes on.
///
/// # Errors
/// When the file system refuses to read one: it may be whole, so it stays where it is.
fn open_index(
    files: &dyn FileSystem,
    folder: &Path,
    entry: IndexEntry,
    salt: Salt,
    cache: &Arc<Cache>,
    counters: &Counters,
) -> Result<Index, OpenError> {
    let mut index = Index::new(Arc::new(entry.meta), salt);
    index.damage = entry.damage;
    for segment in entry.segments {
        match open_segment(files, folder, &segment, cache) {
            Ok(part) => index.segments.push(part),
            Err(error) if may_be_whole(&error) => return Err(OpenError::Segment(error)),
            Err(error) => {
                count(&counters.damaged);
                let what = set_aside(files, folder, &segment, &error);
                tracing::error!(
                    index = index.meta.name,
                    error = what,
                    "a segment cannot be read and is left out"
                );
                index.damage.push(what);
            }
        }
    }
    Ok(index)
}

fn may_be_whole(error: &SegmentError) -> bool {
    match error {
        SegmentError::Damaged { .. } => false,
        SegmentError::Io { source, .. } => !matches!(
            source.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof
        ),
    }
}

/// Moves the segment's files aside; gives what is wrong and where they are.
fn set_aside(
    files: &dyn FileSystem,
    folder: &Path,
    segment: &SegmentEntry,
    error: &SegmentError,
) -> String {
    let path = filenames::segment(folder, segment.number);
    let aside = filenames::damaged(folder, &path);
    let moved = files.rename(&path, &aside).is_ok();
    if segment.deleted > 0 {
        let path = filenames::deleted(folder, segment.number, segment.deleted);
        // That it is gone is what may be wrong.
        drop(files.rename(&path, &filenames::damaged(folder, &path)));
    }
    if moved {
        format!("{error}; the file was moved to {}", aside.display())
    } else {
        error.to_string()
    }
}

fn open_segment(
    files: &dyn FileSystem,
    folder: &Path,
    entry: &SegmentEntry,
    cache: &Arc<Cache>,
) -> Result<SegmentPart, SegmentError> {
    let segment = Segment::open(
        files,
        &filenames::segment(folder, entry.number),
        entry.number,
        cache,
    )?;
    let rows: Vec<u32> = segment.groups().iter().map(|group| group.rows()).collect();
    let deleted = match entry.deleted {
        0 => rows
            .iter()
            .map(|rows| Arc::new(RowSet::none(*rows)))
            .collect(),
        state => {
            let path = filenames::deleted(folder, entry.number, state);
            deleted::read(files, &path, &rows)?
        }
    };
    let mut part = SegmentPart::new(Arc::new(segment), deleted, entry.arrived_by);
    part.deleted_state = entry.deleted;
    part.deleted_changed = false;
    Ok(part)
}
