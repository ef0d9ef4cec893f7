//! Writing files so that they are there in full, or not at all, after any crash.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::{FileSystem, StoredFile};
use crate::filenames;

/// Begins a file under its temporary name; [`publish`] gives it the real one.
///
/// # Errors
/// When the file system refuses.
pub fn begin(files: &dyn FileSystem, path: &Path) -> io::Result<Arc<dyn StoredFile>> {
    files.create(&filenames::temporary(path))
}

/// Gives a temporary file that is written and synced its name.
///
/// # Errors
/// When the file system refuses.
pub fn publish(files: &dyn FileSystem, path: &Path) -> io::Result<()> {
    files.rename(&filenames::temporary(path), path)?;
    sync_parent(files, path)
}

/// Writes a file: a temporary one, synced, takes the name, and the folder is synced.
///
/// # Errors
/// When the file system refuses; the file then is as it was before.
pub fn write_file(files: &dyn FileSystem, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = begin(files, path)?;
    file.append(bytes)?;
    file.sync()?;
    publish(files, path)
}

/// All of a file.
///
/// # Errors
/// When the file system refuses.
pub fn read_file(files: &dyn FileSystem, path: &Path) -> io::Result<Vec<u8>> {
    let file = files.open(path)?;
    let length = usize::try_from(file.length()?).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    file.read_at(&mut bytes, 0)?;
    Ok(bytes)
}

/// Syncs the folder that holds the file, so that its name is on disk.
///
/// # Errors
/// When the file system refuses.
pub fn sync_parent(files: &dyn FileSystem, path: &Path) -> io::Result<()> {
    match path.parent() {
        None => Ok(()),
        Some(folder) if folder.as_os_str().is_empty() => files.sync_folder(Path::new(".")),
        Some(folder) => files.sync_folder(folder),
    }
}

/// Removes a file; that it is gone already is no error.
///
/// # Errors
/// When the file system refuses.
pub fn remove(files: &dyn FileSystem, path: &Path) -> io::Result<()> {
    match files.remove(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
