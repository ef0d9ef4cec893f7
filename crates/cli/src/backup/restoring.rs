//! Makes a data directory of a backup.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Component, Path};

use super::contents::{Contents, Entry};
use super::making::partial_of;
use crate::failure::Failure;

/// Copied at once.
const BUFFER: usize = 256 * 1024;

/// Copies a backup into a directory that is empty or not there; every file is checked while it is
/// copied. Gives the backup's list.
///
/// # Errors
/// When the backup is not complete or damaged, the directory holds something, or a file cannot be
/// copied. The directory is then as it was.
pub fn restore(
    backup: &Path,
    directory: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Contents, Failure> {
    if !backup.is_dir() {
        return Err(no_folder(backup));
    }
    let contents = Contents::read(backup).map_err(|error| {
        Failure::with_hint(
            format!("{} cannot be restored: {error}", backup.display()),
            "name a folder that `swarmscope backup` has completed",
        )
    })?;
    let holds_something = match fs::read_dir(directory) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => {
            return Err(Failure::new(format!(
                "cannot look into {}: {error}",
                directory.display()
            )));
        }
    };
    if holds_something {
        return Err(Failure::with_hint(
            format!("{} is not empty", directory.display()),
            "restore into a new directory; nothing is ever overwritten",
        ));
    }
    let partial = partial_of(directory)?;
    let copied = copy_all(&contents, backup, &partial, progress);
    if let Err(failure) = copied.and_then(|()| take_name(&partial, directory)) {
        let removed = fs::remove_dir_all(&partial);
        if removed.is_err_and(|error| error.kind() != io::ErrorKind::NotFound) {
            tracing::warn!(folder = %partial.display(), "the remains of a restore could not be removed");
        }
        return Err(failure);
    }
    Ok(contents)
}

fn no_folder(backup: &Path) -> Failure {
    let what = match backup.exists() {
        true => "is no folder, and a backup is one",
        false => "is not there",
    };
    Failure::with_hint(
        format!("{} {what}", backup.display()),
        "name the folder that `swarmscope backup SERVER FOLDER` has made; that of a running server is on the server's machine",
    )
}

fn copy_all(
    contents: &Contents,
    backup: &Path,
    partial: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), Failure> {
    fs::create_dir(partial).map_err(|error| {
        Failure::with_hint(
            format!("cannot make {}: {error}", partial.display()),
            "its parent has to exist and be writable; remove what an interrupted restore has left there",
        )
    })?;
    let (mut done, total) = (0, contents.bytes());
    for entry in &contents.files {
        let inside = entry.path.components();
        if !inside
            .into_iter()
            .all(|part| matches!(part, Component::Normal(_)))
        {
            return Err(Failure::new(format!(
                "the backup lists {}, which lies outside of it",
                entry.path.display()
            )));
        }
        let target = partial.join(&entry.path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        copy(entry, &backup.join(&entry.path), &target)?;
        done += entry.bytes;
        progress(done, total);
    }
    Ok(())
}

fn copy(entry: &Entry, from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::new(format!(
            "cannot copy {} to {}: {error}",
            from.display(),
            to.display()
        ))
    };
    let mut source = File::open(from).map_err(failed)?;
    let mut target = File::create_new(to).map_err(failed)?;
    let mut hasher = crc32fast::Hasher::new();
    let mut buffer = vec![0; BUFFER];
    let mut bytes = 0;
    loop {
        let read = source.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        target.write_all(&buffer[..read]).map_err(failed)?;
        bytes += read as u64;
    }
    target.sync_all().map_err(failed)?;
    if (bytes, hasher.finalize()) != (entry.bytes, entry.crc32) {
        return Err(Failure::with_hint(
            format!("{} is not as it was backed up", from.display()),
            "the backup is damaged; use another one",
        ));
    }
    Ok(())
}

/// Lets a folder that is complete take its place.
fn take_name(partial: &Path, directory: &Path) -> Result<(), Failure> {
    fs::rename(partial, directory)?;
    let parent = directory
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}
