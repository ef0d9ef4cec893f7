//! A disk in memory that loses, tears and refuses what real disks do, the same way for the same seed.
//!
//! What is written is seen at once and survives a power cut only when it was synced: the bytes of a file
//! by syncing the file, its name by syncing the folder. Of the rest a random part survives.

mod file;
mod folder;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

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

impl Inode {
    /// Keeps what a power cut leaves of it.
    fn lose(&mut self, random: &mut StdRng) {
        let from = self.settled.min(self.content.len());
        let kept = random.random_range(0..=self.content.len() - from);
        let mut survived = std::mem::take(&mut self.durable);
        if kept > 0 {
            // What was written behind a cut lies where the file was cut.
            survived.resize(from, 0);
        }
        survived.extend_from_slice(&self.content[from..from + kept]);
        // Sectors reach the disk in any order: one before the end may be missing.
        if kept > SECTOR && random.random_bool(0.3) {
            let at = from + random.random_range(0..kept - SECTOR);
            survived[at..at + SECTOR].fill(0);
        }
        self.settled = survived.len();
        self.content.clone_from(&survived);
        self.durable = survived;
    }

    /// Cuts it; whether the cut reaches the disk before the next sync is chance.
    fn cut(&mut self, length: usize, durably: bool) {
        self.content.truncate(length);
        if length < self.settled && durably {
            self.durable.truncate(length);
        }
        self.settled = self.settled.min(length);
    }
}

/// A change of names that its folder has not synced yet.
#[derive(Debug, Clone)]
struct Naming {
    removed: Option<PathBuf>,
    added: Option<(PathBuf, usize)>,
}

impl Naming {
    /// The names that it is about.
    fn names(&self) -> impl Iterator<Item = &Path> {
        let added = self.added.as_ref().map(|(path, _)| path.as_path());
        self.removed.as_deref().into_iter().chain(added)
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        if let Some(removed) = &self.removed {
            names.remove(removed);
        }
        if let Some((path, inode)) = &self.added {
            names.insert(path.clone(), *inode);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    On,
    /// Operations until it goes. The one in which it goes may be done in part, later ones are not.
    Left(u64),
    Off,
}

#[derive(Debug)]
struct State {
    inodes: Vec<Inode>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    unsynced_names: Vec<Naming>,
    folders: BTreeSet<PathBuf>,
    /// Folders that the folder above has not synced yet.
    unsynced_folders: BTreeSet<PathBuf>,
    locked: bool,
    random: StdRng,
    power: Power,
    /// Bytes that all files may have together.
    capacity: usize,
    /// Whether nobody is told how much of it is left.
    hides_space: bool,
    /// Syncs of files until one fails.
    failing_sync: Option<u64>,
    /// Syncs of folders until one fails.
    failing_folder_sync: Option<u64>,
}

/// The disk.
#[derive(Debug, Clone)]
pub struct SimulatedDisk(Arc<Mutex<State>>);

impl SimulatedDisk {
    /// An empty disk.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            inodes: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            unsynced_names: Vec::new(),
            folders: BTreeSet::new(),
            unsynced_folders: BTreeSet::new(),
            locked: false,
            random: StdRng::seed_from_u64(seed),
            power: Power::On,
            capacity: usize::MAX,
            hides_space: false,
            failing_sync: None,
            failing_folder_sync: None,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic with the disk in hand")
    }

    /// Every operation after so many fails.
    pub fn cut_power_after(&self, operations: u64) {
        self.state().power = Power::Left(operations);
    }

    /// Files have at most so many bytes together.
    pub fn set_capacity(&self, bytes: usize) {
        self.state().capacity = bytes;
    }

    /// Whether it refuses to tell how much room there is, as if others took it a moment later.
    pub fn hide_space(&self, hides: bool) {
        self.state().hides_space = hides;
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

    /// The sync of a folder after so many fails. Some of the folder's new names are on disk then, and nobody
    /// is told which; the others are in the system's memory, and the next sync of the folder writes them.
    pub fn fail_folder_sync_after(&self, syncs: u64) {
        self.state().failing_folder_sync = Some(syncs);
    }

    /// Whether the sync of a folder that is to fail has not come yet.
    pub fn folder_sync_is_to_fail(&self) -> bool {
        self.state().failing_folder_sync.is_some()
    }

    /// What is left after the power came back.
    pub fn restart(&self) {
        let mut guard = self.state();
        let state = &mut *guard;
        let mut names = state.durable_names.clone();
        for naming in std::mem::take(&mut state.unsynced_names) {
            // Each change of a name reaches the disk or not, whatever the others do.
            if state.random.random_bool(0.5) {
                naming.apply(&mut names);
            }
        }
        for folder in std::mem::take(&mut state.unsynced_folders) {
            if state.random.random_bool(0.5) {
                state.folders.retain(|each| !each.starts_with(&folder));
                names.retain(|path, _| !path.starts_with(&folder));
            }
        }
        for inode in &mut state.inodes {
            inode.lose(&mut state.random);
        }
        state.names.clone_from(&names);
        state.durable_names = names;
        state.power = Power::On;
        state.locked = false;
        state.failing_sync = None;
        state.failing_folder_sync = None;
    }

    /// What is left after the process alone was killed: all that the disk was told.
    pub fn revive(&self) {
        let mut state = self.state();
        state.power = Power::On;
        state.locked = false;
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

    /// Changes one bit of a file at rest.
    pub fn flip(&self, path: &Path, bit: usize) {
        let mut guard = self.state();
        let state = &mut *guard;
        let inode = &mut state.inodes[state.names[path]];
        inode.content[bit / 8] ^= 1 << (bit % 8);
        if let Some(byte) = inode.durable.get_mut(bit / 8) {
            *byte ^= 1 << (bit % 8);
        }
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
            Power::On => Ok(()),
            Power::Left(0) => {
                self.power = Power::Off;
                Err(off())
            }
            Power::Left(left) => {
                *left -= 1;
                Ok(())
            }
            Power::Off => Err(off()),
        }
    }

    /// Whether this sync of a folder is the one that fails.
    fn folder_sync_fails(&mut self) -> bool {
        match &mut self.failing_folder_sync {
            Some(0) => {
                self.failing_folder_sync = None;
                true
            }
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    fn find_folder(&self, path: &Path) -> io::Result<()> {
        if self.folders.contains(path) {
            return Ok(());
        }
        Err(io::ErrorKind::NotFound.into())
    }

    fn find(&self, path: &Path) -> io::Result<usize> {
        self.names
            .get(path)
            .copied()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}
