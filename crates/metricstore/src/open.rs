//! Opens a data folder: lock, format, blocks, then the log.

use std::io;
use std::path::Path;
use std::sync::Arc;

use swarmscope_files::{FileSystem, Lock, LockError, durable};

use crate::block::cache::Cache;
use crate::block::{Block, BlockError, Damage, Tombstones, ulid};
use crate::chunk::Scratch;
use crate::error::OpenError;
use crate::filenames;
use crate::head::Head;
use crate::manifest::Manifest;
use crate::options::Options;
use crate::recovery::Recovery;
use crate::shared::{Recovered, Shared, Writer, milliseconds};
use crate::view::{BlockPart, View};
use crate::wal::log::Log;
use crate::wal::record::RecordBuilder;

/// A folder that is open.
pub struct Opened {
    pub shared: Shared,
    /// Locked as long as it is there.
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
        filenames::BLOCKS_FOLDER,
        filenames::SNAPSHOTS_FOLDER,
        filenames::DAMAGED_FOLDER,
    ] {
        let path = folder.join(part);
        durable::create_folder(files.as_ref(), &path).map_err(OpenError::io("creating", path))?;
    }
    let cache = Arc::new(Cache::new(options.cache_bytes));
    let damage = Arc::new(Damage::default());
    let blocks = Blocks {
        files: files.as_ref(),
        folder: &folder,
        cache: &cache,
        damage: &damage,
    };
    let view = blocks.open()?;
    let period = milliseconds(options.block_period).max(1);
    let head = Head::new(period, options.max_exemplars);
    let mut recovery = Recovery::new(&head, view.head_from, view.flushed);
    let end = recovery
        .run(files.as_ref(), &folder, &damage)
        .map_err(OpenError::io("reading the log in", &folder))?;
    let guard = recovery.guard;
    for part in &view.blocks {
        head.saw_newest(part.block.meta().max_time);
    }
    let log = Log::begin(files, &folder, end.segment + 1, end.number, end.log_bytes)
        .map_err(OpenError::io("creating the log in", &folder))?;
    let writer = Writer {
        log,
        guard,
        record: RecordBuilder::default(),
        scratch: Scratch::default(),
    };
    let recovered = Recovered {
        head,
        writer,
        view,
        cache,
        damage,
        checkpoint_bytes: end.checkpoint_bytes,
    };
    Ok(Opened {
        shared: Shared::new(options, recovered),
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
                holder
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
        Ok(found) => Err(OpenError::other_format(folder, &found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
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

/// Opens the blocks that the manifest names.
struct Blocks<'a> {
    files: &'a dyn FileSystem,
    folder: &'a Path,
    cache: &'a Arc<Cache>,
    damage: &'a Arc<Damage>,
}

impl Blocks<'_> {
    fn open(&self) -> Result<View, OpenError> {
        self.remove_unfinished()?;
        let names = self.names(filenames::BLOCKS_FOLDER)?;
        let manifest = self.manifest(&names)?;
        let mut view = View {
            blocks: Vec::new(),
            head_from: manifest.head_from,
            flushed: manifest.flushed,
            reliance: Arc::default(),
        };
        for (ulid, state) in &manifest.blocks {
            ulid::saw(ulid);
            match self.open_block(ulid, *state) {
                Ok(part) => view.blocks.push(part),
                Err(error) => self.set_aside(ulid, error)?,
            }
        }
        view.blocks
            .sort_by(|one, other| one.block.ulid.cmp(&other.block.ulid));
        self.remove_strangers(&names, &view)?;
        Ok(view)
    }

    /// Without a manifest that can be read every block there is counts: nothing is lost, and what was
    /// replaced by another block merges with it when it is read.
    fn manifest(&self, names: &[String]) -> Result<Manifest, OpenError> {
        let path = self.folder.join(filenames::MANIFEST);
        match Manifest::read(self.files, self.folder) {
            Ok(Some(manifest)) => return Ok(manifest),
            Ok(None) => {
                self.damage.add(1);
                tracing::error!(file = %path.display(), "the manifest is damaged: all blocks in the folder are used; deleted samples may show again");
                let aside = filenames::damaged(self.folder, &path);
                self.files
                    .rename(&path, &aside)
                    .map_err(OpenError::io("moving away", &path))?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(OpenError::io("reading", path)(error)),
        }
        let mut blocks: Vec<(String, u64)> = names
            .iter()
            .filter_map(|name| filenames::block_ulid(name))
            .filter(|name| ulid::is_one(name))
            .map(|name| (name.to_owned(), 0))
            .collect();
        blocks.sort();
        Ok(Manifest {
            head_from: i64::MIN,
            flushed: 0,
            blocks,
        })
    }

    fn open_block(&self, ulid: &str, state: u64) -> Result<BlockPart, BlockError> {
        let path = filenames::block(self.folder, ulid);
        let block = Block::open(self.files, &path, ulid, self.cache, self.damage)?;
        let mut part = BlockPart {
            block: Arc::new(block),
            tombstones: Arc::default(),
            state,
        };
        if state > 0 {
            let path = filenames::tombstones(self.folder, ulid, state);
            match Tombstones::read(self.files, &path) {
                Ok(tombstones) => part.tombstones = Arc::new(tombstones),
                Err(error @ BlockError::Damaged { .. }) => {
                    self.damage.left_out(&path, 0, &error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(part)
    }

    fn set_aside(&self, ulid: &str, error: BlockError) -> Result<(), OpenError> {
        let path = filenames::block(self.folder, ulid);
        self.damage.left_out(&path, 0, &error);
        match error {
            BlockError::Io { source, .. } if source.kind() != io::ErrorKind::NotFound => {
                Err(OpenError::io("reading", path)(source))
            }
            BlockError::Io { .. } => Ok(()),
            BlockError::Damaged { .. } => self
                .files
                .rename(&path, &filenames::damaged(self.folder, &path))
                .map_err(OpenError::io("moving away", path)),
        }
    }

    /// What a crash has left between two steps.
    fn remove_strangers(&self, names: &[String], view: &View) -> Result<(), OpenError> {
        for name in names {
            let known = view.blocks.iter().any(|part| {
                let ulid = &part.block.ulid;
                let tombstones = filenames::tombstones(self.folder, ulid, part.state);
                filenames::block_ulid(name) == Some(ulid)
                    || tombstones
                        .file_name()
                        .is_some_and(|each| each == name.as_str())
            });
            let ours = filenames::block_ulid(name).is_some() || filenames::is_tombstones(name);
            if ours && !known {
                self.remove(&self.folder.join(filenames::BLOCKS_FOLDER).join(name))?;
            }
        }
        Ok(())
    }

    fn remove_unfinished(&self) -> Result<(), OpenError> {
        for part in ["", filenames::WAL_FOLDER, filenames::BLOCKS_FOLDER] {
            for name in self.names(part)? {
                if durable::is_temporary(&name) {
                    self.remove(&self.folder.join(part).join(name))?;
                }
            }
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> Result<(), OpenError> {
        durable::remove(self.files, path).map_err(OpenError::io("removing", path))
    }

    fn names(&self, part: &str) -> Result<Vec<String>, OpenError> {
        let path = self.folder.join(part);
        self.files
            .list(&path)
            .map_err(OpenError::io("reading", path))
    }
}
