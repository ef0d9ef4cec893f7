//! A disk in memory that loses, tears and refuses what real disks do, the same way for the same seed.
//!
//! What is written is seen at once and survives a power cut only when it was synced: the bytes of a file
//! by syncing the file, its name by syncing the folder. Of the rest a random part survives.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use swarmscope_metricstore::files::{FileSystem, Lock, LockError, StoredFile};

/// Bytes that a disk writes as a whole.
const SECTOR: usize = 512;

#[derive(Debug, Default)]
struct Inode {
    /// As the running process sees it.
    content: Vec<u8>,
    /// As it is after a power cut at least.
    durable: Vec<u8>,
    /// Up to where `durable` was brought up to date, or lost.
    settled: usize,
}

/// A change of names that its folder has not synced yet.
#[derive(Debug, Clone)]
struct Naming {
    removed: Option<PathBuf>,
    added: Option<(PathBuf, usize)>,
}

#[derive(Debug)]
struct State {
    inodes: Vec<Inode>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    unsynced_names: Vec<Naming>,
    folders: BTreeSet<PathBuf>,
    locked: bool,
    random: StdRng,
    /// Operations until the power goes.
    power: Option<u64>,
    /// Bytes that all files may have together.
    capacity: usize,
    /// Syncs of files until one fails.
    failing_sync: Option<u64>,
}

/// The disk.
#[derive(Debug, Clone)]
pub struct SimulatedDisk(Arc<Mutex<State>>);

impl SimulatedDisk {
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            inodes: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            unsynced_names: Vec::new(),
            folders: BTreeSet::new(),
            locked: false,
            random: StdRng::seed_from_u64(seed),
            power: None,
            capacity: usize::MAX,
            failing_sync: None,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic with the disk in hand")
    }

    /// Every operation after so many fails.
    pub fn cut_power_after(&self, operations: u64) {
        self.state().power = Some(operations);
    }

    /// Files have at most so many bytes together.
    pub fn set_capacity(&self, bytes: usize) {
        self.state().capacity = bytes;
    }

    /// Bytes that all files have together.
    pub fn used(&self) -> usize {
        let state = self.state();
        state
            .names
            .values()
            .map(|inode| state.inodes[*inode].content.len())
            .sum()
    }

    /// The sync after so many fails, and loses what it should have written.
    pub fn fail_sync_after(&self, syncs: u64) {
        self.state().failing_sync = Some(syncs);
    }

    /// What is left after the power came back.
    pub fn restart(&self) {
        let mut guard = self.state();
        let state = &mut *guard;
        let mut names = state.durable_names.clone();
        for naming in std::mem::take(&mut state.unsynced_names) {
            // Each change of a name reaches the disk or not, whatever the others do.
            if state.random.random_bool(0.5) {
                if let Some(removed) = naming.removed {
                    names.remove(&removed);
                }
                if let Some((path, inode)) = naming.added {
                    names.insert(path, inode);
                }
            }
        }
        for inode in &mut state.inodes {
            let unsynced = inode.content.len().saturating_sub(inode.settled);
            let kept = state.random.random_range(0..=unsynced);
            let mut survived = std::mem::take(&mut inode.durable);
            let from = inode.settled.min(inode.content.len());
            survived.extend_from_slice(&inode.content[from..from + kept]);
            // Sectors reach the disk in any order: one before the end may be missing.
            if kept > SECTOR && state.random.random_bool(0.3) {
                let at = from + state.random.random_range(0..kept - SECTOR);
                survived[at..at + SECTOR].fill(0);
            }
            inode.settled = survived.len();
            inode.content.clone_from(&survived);
            inode.durable = survived;
        }
        state.names.clone_from(&names);
        state.durable_names = names;
        state.power = None;
        state.locked = false;
        state.failing_sync = None;
    }

    /// The files in a folder, by name.
    pub fn paths(&self, folder: &Path) -> Vec<PathBuf> {
        let state = self.state();
        let inside = state
            .names
            .keys()
            .filter(|path| path.parent() == Some(folder));
        inside.cloned().collect()
    }

    /// All of a file.
    pub fn read(&self, path: &Path) -> Vec<u8> {
        let state = self.state();
        state.inodes[state.names[path]].content.clone()
    }

    /// Writes a file as a whole, durably.
    pub fn write(&self, path: &Path, bytes: &[u8]) {
        let mut state = self.state();
        let inode = Inode {
            content: bytes.to_vec(),
            durable: bytes.to_vec(),
            settled: bytes.len(),
        };
        state.inodes.push(inode);
        let number = state.inodes.len() - 1;
        state.names.insert(path.to_owned(), number);
        state.durable_names.insert(path.to_owned(), number);
    }

    /// A disk with the same durable and visible content, seeded anew.
    pub fn copy(&self, seed: u64) -> Self {
        let state = self.state();
        let copy = Self::new(seed);
        {
            let mut own = copy.state();
            own.folders.clone_from(&state.folders);
        }
        for (path, inode) in &state.names {
            copy.write(path, &state.inodes[*inode].content);
        }
        copy
    }
}

fn off() -> io::Error {
    io::Error::other("the power is off")
}

impl State {
    /// Counts an operation.
    fn work(&mut self) -> io::Result<()> {
        match &mut self.power {
            Some(0) => Err(off()),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn find(&self, path: &Path) -> io::Result<usize> {
        self.names
            .get(path)
            .copied()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

#[derive(Debug)]
struct SimulatedFile {
    disk: SimulatedDisk,
    inode: usize,
}

impl StoredFile for SimulatedFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        state.work()?;
        let content = &state.inodes[self.inode].content;
        let begin = usize::try_from(offset).expect("small");
        let bytes = content.get(begin..begin + buffer.len());
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let room = {
            let used = self.disk.used();
            self.disk.state().capacity.saturating_sub(used)
        };
        let mut state = self.disk.state();
        let written = match state.work() {
            Ok(()) if room >= bytes.len() => bytes.len(),
            Ok(()) => room,
            // The power went in the middle of it.
            Err(error) => {
                let part = state.random.random_range(0..=bytes.len());
                if state.power == Some(0) && state.random.random_bool(0.1) {
                    state.inodes[self.inode]
                        .content
                        .extend_from_slice(&bytes[..part]);
                }
                return Err(error);
            }
        };
        state.inodes[self.inode]
            .content
            .extend_from_slice(&bytes[..written]);
        if written < bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        state.work()?;
        let length = usize::try_from(length).expect("small");
        let cut_durably = state.random.random_bool(0.5);
        let inode = &mut state.inodes[self.inode];
        inode.content.truncate(length);
        if length < inode.settled && cut_durably {
            inode.durable.truncate(length);
        }
        inode.settled = inode.settled.min(length);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        state.work()?;
        let fails = match &mut state.failing_sync {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        };
        let inode = &mut state.inodes[self.inode];
        let length = inode.content.len();
        inode.durable.truncate(inode.settled);
        if fails {
            // As Linux does: what was to be written counts as written and is not.
            inode.durable.resize(length, 0);
        } else {
            let from = inode.settled;
            inode.durable.extend_from_slice(&inode.content[from..]);
        }
        inode.settled = length;
        if fails {
            state.failing_sync = None;
            return Err(io::Error::other("the disk does not answer"));
        }
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        let mut state = self.disk.state();
        state.work()?;
        Ok(state.inodes[self.inode].content.len() as u64)
    }
}

#[derive(Debug)]
struct SimulatedLock(SimulatedDisk);

impl Lock for SimulatedLock {}

impl Drop for SimulatedLock {
    fn drop(&mut self) {
        self.0.state().locked = false;
    }
}

impl FileSystem for SimulatedDisk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.work()?;
        // Folders are made at the first start; that they may be lost is another test's matter.
        state.folders.insert(path.to_owned());
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.state().work()?;
        let names = self.paths(path);
        let names = names.iter().filter_map(|path| path.file_name()?.to_str());
        Ok(names.map(str::to_owned).collect())
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn StoredFile>> {
        let mut state = self.state();
        state.work()?;
        state.inodes.push(Inode::default());
        let inode = state.inodes.len() - 1;
        state.names.insert(path.to_owned(), inode);
        state.unsynced_names.push(Naming {
            removed: None,
            added: Some((path.to_owned(), inode)),
        });
        Ok(Arc::new(SimulatedFile {
            disk: self.clone(),
            inode,
        }))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn StoredFile>> {
        let mut state = self.state();
        state.work()?;
        let inode = state.find(path)?;
        Ok(Arc::new(SimulatedFile {
            disk: self.clone(),
            inode,
        }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.work()?;
        let inode = state.find(from)?;
        state.names.remove(from);
        state.names.insert(to.to_owned(), inode);
        state.unsynced_names.push(Naming {
            removed: Some(from.to_owned()),
            added: Some((to.to_owned(), inode)),
        });
        Ok(())
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.work()?;
        let inode = state.find(from)?;
        state.names.insert(to.to_owned(), inode);
        state.unsynced_names.push(Naming {
            removed: None,
            added: Some((to.to_owned(), inode)),
        });
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.work()?;
        state.find(path)?;
        state.names.remove(path);
        state.unsynced_names.push(Naming {
            removed: Some(path.to_owned()),
            added: None,
        });
        Ok(())
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        let mut guard = self.state();
        guard.work()?;
        let state = &mut *guard;
        let inside = |each: &Path| each.parent() == Some(path);
        let durable = &mut state.durable_names;
        state.unsynced_names.retain(|naming| {
            let own = naming.removed.as_deref().is_some_and(inside)
                || naming.added.as_ref().is_some_and(|(path, _)| inside(path));
            if own {
                if let Some(removed) = &naming.removed {
                    durable.remove(removed);
                }
                if let Some((path, inode)) = &naming.added {
                    durable.insert(path.clone(), *inode);
                }
            }
            !own
        });
        Ok(())
    }

    fn lock(&self, _path: &Path) -> Result<Box<dyn Lock>, LockError> {
        let mut state = self.state();
        state.work().map_err(LockError::Io)?;
        if state.locked {
            return Err(LockError::Held {
                holder: String::new(),
            });
        }
        state.locked = true;
        drop(state);
        Ok(Box::new(SimulatedLock(self.clone())))
    }
}
