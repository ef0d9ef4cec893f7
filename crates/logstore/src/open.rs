//! Opens a data folder: lock, format, manifest, segments, then the log.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use swarmscope_files::{FileSystem, Lock, LockError, durable};

use crate::background::deleted;
use crate::block::builder::BlockBuilder;
use crate::block::learner::Learner;
use crate::error::{OpenError, SegmentError};
use crate::filenames;
use crate::ids::Salt;
use crate::manifest::{IndexEntry, Manifest, SegmentEntry};
use crate::options::Options;
use crate::rows::RowSet;
use crate::segment::Segment;
use crate::segment::cache::Cache;
use crate::shared::Shared;
use crate::state::{Index, SegmentPart, State};
use crate::stats::{Counters, count};
use crate::wal::entry::Entry;
use crate::wal::log::Log;
use crate::wal::recovery;
use crate::write::apply::create_index;
use crate::write::decide::new_index;

/// Documents that recovery gathers before they become a block.
const RECOVERED_ROWS: u32 = 8 * 1024;

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
    check_format(files.as_ref(), &folder)?;
    for part in [
        filenames::WAL_FOLDER,
        filenames::SEGMENTS_FOLDER,
        filenames::DAMAGED_FOLDER,
    ] {
        let path = folder.join(part);
        durable::create_folder(files.as_ref(), &path).map_err(OpenError::io("creating", path))?;
    }
    let mut manifest = Manifest::read(files.as_ref(), &folder)?;
    let salt = match manifest.salt {
        Some(salt) => salt,
        None => begin(files.as_ref(), &folder, &mut manifest)?,
    };
    let cache = Arc::new(Cache::new(options.cache_bytes));
    let counters = Counters::default();
    let mut state = State::new(salt);
    state.claimed_sequence = manifest.claimed_sequence;
    state.flushed_sequence = manifest.flushed_sequence;
    state.newest_sequence = manifest.flushed_sequence;
    state.next_segment = manifest.next_segment;
    for entry in manifest.indices {
        let name = entry.meta.name.clone();
        let index = open_index(files.as_ref(), &folder, entry, salt, &cache, &counters);
        state.indices.insert(name, index);
    }
    let recovered = recover(files.as_ref(), &folder, &mut state)?;
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

/// A store's first manifest: its salt has to be on disk before the first id is made of it.
fn begin(
    files: &dyn FileSystem,
    folder: &Path,
    manifest: &mut Manifest,
) -> Result<Salt, OpenError> {
    let salt = Salt::random();
    manifest.salt = Some(salt);
    manifest
        .write(files, folder)
        .map_err(OpenError::io("writing", folder.join(filenames::MANIFEST)))?;
    Ok(salt)
}

fn lock(files: &dyn FileSystem, folder: &Path) -> Result<Box<dyn Lock>, OpenError> {
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

/// A new folder takes this format; an old one has to have it.
fn check_format(files: &dyn FileSystem, folder: &Path) -> Result<(), OpenError> {
    let path = folder.join(filenames::FORMAT);
    match durable::read_file(files, &path) {
        Ok(found) if found == filenames::FORMAT_VERSION.as_bytes() => Ok(()),
        Ok(found) => Err(OpenError::UnknownFormat {
            folder: folder.to_owned(),
            found: String::from_utf8_lossy(&found).trim().to_owned(),
            expected: filenames::FORMAT_VERSION.trim_ascii_end(),
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let strangers = files
                .list(folder)
                .map_err(OpenError::io("reading", folder))?
                .iter()
                .any(|name| name != filenames::LOCK && !durable::is_temporary(name));
            if strangers {
                return Err(OpenError::NotAStore {
                    folder: folder.to_owned(),
                });
            }
            durable::write_file(files, &path, filenames::FORMAT_VERSION.as_bytes())
                .map_err(OpenError::io("writing", path))
        }
        Err(error) => Err(OpenError::io("reading", path)(error)),
    }
}

fn open_index(
    files: &dyn FileSystem,
    folder: &Path,
    entry: IndexEntry,
    salt: Salt,
    cache: &Arc<Cache>,
    counters: &Counters,
) -> Index {
    let mut index = Index::new(Arc::new(entry.meta), salt);
    index.damage = entry.damage;
    for segment in entry.segments {
        match open_segment(files, folder, &segment, cache) {
            Ok(part) => index.segments.push(part),
            Err(error) => {
                count(&counters.damaged);
                let path = filenames::segment(folder, segment.number);
                let aside = filenames::damaged(folder, &path);
                let moved = files.rename(&path, &aside).is_ok();
                let what = if moved {
                    format!("{error}; the file was moved to {}", aside.display())
                } else {
                    error.to_string()
                };
                tracing::error!(
                    index = index.meta.name,
                    error = what,
                    "a segment cannot be read and is left out"
                );
                index.damage.push(what);
            }
        }
    }
    index
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

/// Puts what is in the log and in no segment into memtables.
fn recover(
    files: &dyn FileSystem,
    folder: &Path,
    state: &mut State,
) -> Result<recovery::Recovered, OpenError> {
    let mut replay = Replay {
        flushed: state.flushed_sequence,
        state,
        pending: None,
        learner: Learner::default(),
        failure: None,
    };
    let recovered = recovery::replay(files, folder, |sequence, entry| {
        replay.entry(sequence, &entry);
    })
    .map_err(OpenError::io("reading the log in", folder))?;
    replay.settle();
    if let Some(error) = replay.failure {
        tracing::error!(%error, "a segment could not be read while the log was replayed");
    }
    Ok(recovered)
}

/// Applies the log's entries, gathering documents of one index into blocks.
struct Replay<'a> {
    flushed: u64,
    state: &'a mut State,
    pending: Option<Pending>,
    learner: Learner,
    failure: Option<SegmentError>,
}

struct Pending {
    index: String,
    builder: BlockBuilder,
    sequences: Vec<i64>,
    versions: Vec<i64>,
}

impl Replay<'_> {
    fn entry(&mut self, sequence: u64, entry: &Entry<'_>) {
        if sequence <= self.flushed {
            return;
        }
        match entry {
            Entry::CreateIndex(meta) => {
                self.settle();
                create_index(self.state, (**meta).clone());
            }
            Entry::DeleteIndex { name } => {
                self.settle();
                self.state.indices.remove(*name);
            }
            Entry::Delete { index, id } => self.remove(index, id),
            Entry::Put {
                index, id, version, ..
            } => {
                if let (Some(id), 2..) = (id, version) {
                    self.remove(index, id);
                }
                self.put(sequence, entry);
            }
            Entry::Skip => {}
        }
        self.state.newest_sequence = self.state.newest_sequence.max(sequence);
    }

    fn remove(&mut self, index: &str, id: &str) {
        self.settle();
        if let Some(index) = self.state.indices.get_mut(index)
            && let Err(error) = index.remove(id)
        {
            self.failure = Some(error);
        }
    }

    fn put(&mut self, sequence: u64, entry: &Entry<'_>) {
        let Entry::Put {
            index,
            id,
            version,
            arrival,
            source,
        } = entry
        else {
            return;
        };
        let Ok(source) = std::str::from_utf8(source) else {
            return;
        };
        let claimed = id.and_then(|id| self.state.salt.sequence(id));
        if let Some(claimed) = claimed.filter(|claimed| *claimed > sequence) {
            self.state.claimed_sequence = self.state.claimed_sequence.max(claimed);
        }
        let fits =
            |pending: &Pending| pending.index == *index && pending.builder.len() < RECOVERED_ROWS;
        if !self.pending.as_ref().is_some_and(fits) {
            self.settle();
        }
        let pending = self.pending.get_or_insert_with(|| Pending {
            index: (*index).to_owned(),
            builder: BlockBuilder::default(),
            sequences: Vec::new(),
            versions: Vec::new(),
        });
        // It was parsed before it was logged, so it is a document.
        let pushed = pending
            .builder
            .push(&mut self.learner, *id, source, *arrival);
        if pushed.is_ok() {
            pending.sequences.push(sequence as i64);
            pending.versions.push(*version as i64);
        }
    }

    fn settle(&mut self) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        self.learner.renew();
        if !self.state.indices.contains_key(&pending.index) {
            create_index(
                self.state,
                new_index(&pending.index, serde_json::Map::new()),
            );
        }
        let mut block = pending.builder.finish();
        block.sequences = Arc::new(pending.sequences);
        block.versions = Arc::new(pending.versions);
        let none = RowSet::none(block.rows);
        self.state.add(&pending.index, block, none);
    }
}
