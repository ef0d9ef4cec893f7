//! The small layer between the stores and the file system, so that tests can put a failing disk below them.
//!
//! It has only what a store needs: files that are appended to or read at a position, and folders. It
//! never decides what a failure means, and never knows what is in a file.

pub mod check;
mod disk;
pub mod durable;
#[cfg(feature = "simulated")]
pub mod simulated;

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::sync::Arc;

pub use disk::Disk;

/// A file that is open. Calls from several threads are safe.
pub trait StoredFile: Debug + Send + Sync {
    /// Reads exactly as many bytes as the buffer holds.
    ///
    /// # Errors
    /// When the file is shorter, or the system refuses.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;

    /// Writes at the end.
    ///
    /// # Errors
    /// When the system refuses; a part may have been written.
    fn append(&self, bytes: &[u8]) -> io::Result<()>;

    /// Makes the file as long as said, by cutting it.
    ///
    /// # Errors
    /// When the system refuses.
    fn truncate(&self, length: u64) -> io::Result<()>;

    /// Returns when everything that was written is on disk.
    ///
    /// # Errors
    /// When the system refuses; what is on disk is then unknown.
    fn sync(&self) -> io::Result<()>;

    /// Its length in bytes.
    ///
    /// # Errors
    /// When the system refuses.
    fn length(&self) -> io::Result<u64>;
}

/// Room on a disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// What this process may still write.
    pub free: u64,
    pub total: u64,
}

/// Why a lock was not taken.
#[derive(Debug)]
pub enum LockError {
    /// Another process has it; what it wrote into the file, if anything.
    Held {
        holder: String,
    },
    Io(io::Error),
}

/// Keeps a lock until it is dropped.
pub trait Lock: Debug + Send + Sync {}

/// Where files are.
pub trait FileSystem: Debug + Send + Sync {
    /// Makes a folder and those above it; that it is there already is no error.
    ///
    /// # Errors
    /// When the system refuses.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// The names in a folder, in any order.
    ///
    /// # Errors
    /// When the system refuses.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;

    /// Makes an empty file, instead of one that may be there.
    ///
    /// # Errors
    /// When the system refuses.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn StoredFile>>;

    /// Opens a file that is there.
    ///
    /// # Errors
    /// When it is not there, or the system refuses.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn StoredFile>>;

    /// Gives a file another name, instead of one that may have it.
    ///
    /// # Errors
    /// When the system refuses.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Gives a file a second name.
    ///
    /// # Errors
    /// When the system refuses.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// When it is not there, or the system refuses.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// The room where this file or folder is.
    ///
    /// # Errors
    /// When it is not there, or the system refuses.
    fn space(&self, path: &Path) -> io::Result<Space>;

    /// Returns when the names in a folder are on disk.
    ///
    /// # Errors
    /// When the system refuses.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;

    /// Locks a file against other processes and writes this process's number into it.
    ///
    /// # Errors
    /// When somebody has it, or the system refuses.
    fn lock(&self, path: &Path) -> Result<Box<dyn Lock>, LockError>;
}
