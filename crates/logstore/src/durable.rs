//! Writing files so that they are there in full, or not at all, after any crash.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::filenames;

/// Writes a file: a temporary one, synced, takes the name, and the folder is synced.
///
/// # Errors
/// When the file system refuses; the file then is as it was before.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = filenames::temporary(path);
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    publish(path)
}

/// Gives a temporary file that is written and synced its name.
///
/// # Errors
/// When the file system refuses.
pub fn publish(path: &Path) -> io::Result<()> {
    fs::rename(filenames::temporary(path), path)?;
    sync_parent(path)
}

/// Syncs the folder that holds the file, so that its name is on disk.
///
/// # Errors
/// When the file system refuses.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Removes a file; that it is gone already is no error.
///
/// # Errors
/// When the file system refuses.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
