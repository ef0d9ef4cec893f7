//! A file that appears under its name when it is complete, and not before.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::failure::Failure;

/// A file in the making beside its place.
///
/// # Errors
/// When the folder cannot be written to.
pub fn create(path: &Path) -> Result<NamedTempFile, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    tempfile::Builder::new()
        .prefix(&format!(".{name}."))
        .suffix(".partial")
        // As any file that a program makes; the user's mask takes away from it.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(super::folder_of(path))
        .map_err(|error| unwritable(path, &error))
}

/// Puts a complete file in its place, and tells its length.
///
/// # Errors
/// When it cannot be made durable or renamed.
pub fn finish(mut file: NamedTempFile, path: &Path) -> Result<u64, Failure> {
    let length = file
        .flush()
        .and_then(|()| file.as_file().sync_all())
        .and_then(|()| file.as_file().metadata())
        .map_err(|error| unwritable(path, &error))?
        .len();
    file.persist(path)
        .map_err(|error| unwritable(path, &error.error))?;
    Ok(length)
}

/// The failure of a place that cannot be written.
pub fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::with_hint(
        format!("cannot write {}: {error}", path.display()),
        "name a file in a folder that exists, has room and is yours",
    )
}
