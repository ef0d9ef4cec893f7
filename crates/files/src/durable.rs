//! Writing files so that they are there in full, or not at all, after any crash.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{FileSystem, StoredFile};

const TEMPORARY_SUFFIX: &str = ".tmp";

/// Where a file is written before it takes its name.
pub fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(TEMPORARY_SUFFIX);
    PathBuf::from(name)
}

/// Whether the file was being written.
pub fn is_temporary(name: &str) -> bool {
    name.ends_with(TEMPORARY_SUFFIX)
}

/// Appends to a file whatever is written, for who writes through a buffer.
#[derive(Debug)]
pub struct Appender(pub Arc<dyn StoredFile>);

impl Write for Appender {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.append(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes a folder and those above it, so that they are there after any crash; that it is there already
/// is no error.
///
/// # Errors
/// When the file system refuses.
pub fn create_folder(files: &dyn FileSystem, path: &Path) -> io::Result<()> {
    if let Err(error) = files.list(path) {
        if error.kind() != io::ErrorKind::NotFound {
            return Err(error);
        }
        if let Some(above) = path.parent()
            && !above.as_os_str().is_empty()
        {
            create_folder(files, above)?;
        }
        files.create_folder(path)?;
    }
    // It may be there since a moment ago, and not on disk.
    sync_parent(files, path)
}

/// Begins a file under its temporary name; [`publish`] gives it the real one.
///
/// # Errors
/// When the file system refuses.
pub fn begin(files: &dyn FileSystem, path: &Path) -> io::Result<Arc<dyn StoredFile>> {
    files.create(&temporary(path))
}

/// Gives a temporary file that is written and synced its name.
///
/// # Errors
/// When the file system refuses.
pub fn publish(files: &dyn FileSystem, path: &Path) -> io::Result<()> {
    files.rename(&temporary(path), path)?;
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
