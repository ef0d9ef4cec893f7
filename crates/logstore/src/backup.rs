//! A copy of the store's files as they are at one moment, while writing goes on.
//!
//! The moment is as that of a crash which nothing had to be repaired after: the manifest, the
//! segments that it names, and the log. Segments never change, so they are linked where the copy
//! is on the same file system, and copied otherwise; they are kept until that is done. What was
//! acknowledged before the call is in the copy.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use swarmscope_files::Disk;

use crate::background::flush::{commit, take_turn};
use crate::check::{check_format, hold};
use crate::error::OpenError;
use crate::filenames;
use crate::manifest::Manifest;
use crate::shared::Shared;
use crate::wal::log;

/// Copied at once.
const BUFFER: usize = 1024 * 1024;

/// What was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    pub files: u64,
    pub bytes: u64,
    /// Files that share their bytes with the store's.
    pub linked: u64,
}

/// Keeps files of segments that are not needed any more, while it lives.
struct Pin<'a>(&'a AtomicUsize);

impl<'a> Pin<'a> {
    fn new(pins: &'a AtomicUsize) -> Self {
        pins.fetch_add(1, Ordering::SeqCst);
        Self(pins)
    }
}

impl Drop for Pin<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Copies an open store into a folder that is made for it.
///
/// # Errors
/// When a file cannot be read or written; what was copied so far stays for its caller to remove.
pub fn of_open_store(shared: &Shared, target: &Path) -> Result<Copied, OpenError> {
    let pin = Pin::new(&shared.pins);
    let turn = take_turn(shared);
    // Nobody writes the manifest or removes a file of the log in our turn.
    let (mut copied, manifest) = moment(shared.folder(), target)?;
    drop(turn);
    segments(shared.folder(), target, &manifest, &mut copied)?;
    drop(pin);
    if let Err(error) = commit(shared) {
        // The next commit removes what was kept for us.
        tracing::warn!(%error, "files that a backup needed stay for now");
    }
    Ok(copied)
}

/// The same of a folder that nobody has open.
///
/// # Errors
/// As above, and when the folder is in use or no log store.
pub fn of_closed_store(folder: &Path, target: &Path) -> Result<Copied, OpenError> {
    let _lock = hold(&Disk, folder)?;
    check_format(&Disk, folder)?;
    let (mut copied, manifest) = moment(folder, target)?;
    segments(folder, target, &manifest, &mut copied)?;
    Ok(copied)
}

fn moment(folder: &Path, target: &Path) -> Result<(Copied, Manifest), OpenError> {
    for part in [
        filenames::WAL_FOLDER,
        filenames::SEGMENTS_FOLDER,
        filenames::DAMAGED_FOLDER,
    ] {
        let path = target.join(part);
        std::fs::create_dir_all(&path).map_err(OpenError::io("creating", path))?;
    }
    let mut copied = Copied::default();
    for name in [
        filenames::FORMAT,
        filenames::MANIFEST,
        filenames::MANIFEST_COPY,
        filenames::DEFINITIONS,
    ] {
        let path = folder.join(name);
        if path.exists() {
            copy(&path, &target.join(name), &mut copied)?;
        }
    }
    let (manifest, _) = Manifest::read(&Disk, target)?;
    let logs = log::files(&Disk, folder).map_err(OpenError::io("listing the log in", folder))?;
    for (sequence, path) in logs {
        copy(&path, &filenames::wal(target, sequence), &mut copied)?;
    }
    Ok((copied, manifest))
}

fn segments(
    folder: &Path,
    target: &Path,
    manifest: &Manifest,
    copied: &mut Copied,
) -> Result<(), OpenError> {
    for entry in manifest.indices.iter().flat_map(|index| &index.segments) {
        let number = entry.number;
        link(
            &filenames::segment(folder, number),
            &filenames::segment(target, number),
            copied,
        )?;
        if entry.deleted > 0 {
            link(
                &filenames::deleted(folder, number, entry.deleted),
                &filenames::deleted(target, number, entry.deleted),
                copied,
            )?;
        }
    }
    for part in [filenames::WAL_FOLDER, filenames::SEGMENTS_FOLDER, ""] {
        sync_folder(&target.join(part))?;
    }
    Ok(())
}

/// Links a file that never changes, or copies it to another file system.
fn link(from: &Path, to: &Path, copied: &mut Copied) -> Result<(), OpenError> {
    if std::fs::hard_link(from, to).is_err() {
        return copy(from, to, copied);
    }
    copied.files += 1;
    copied.linked += 1;
    copied.bytes += from.metadata().map_or(0, |metadata| metadata.len());
    Ok(())
}

/// Copies what a file holds now; it may grow meanwhile.
fn copy(from: &Path, to: &Path, copied: &mut Copied) -> Result<(), OpenError> {
    let length = copy_bytes(from, to).map_err(OpenError::io("copying", PathBuf::from(from)))?;
    copied.files += 1;
    copied.bytes += length;
    Ok(())
}

fn copy_bytes(from: &Path, to: &Path) -> io::Result<u64> {
    let source = std::fs::File::open(from)?;
    let length = source.metadata()?.len();
    let mut source = io::BufReader::with_capacity(BUFFER, source.take(length));
    let mut target = io::BufWriter::with_capacity(BUFFER, std::fs::File::create_new(to)?);
    let copied = io::copy(&mut source, &mut target)?;
    target.flush()?;
    target
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()?;
    Ok(copied)
}

fn sync_folder(path: &Path) -> Result<(), OpenError> {
    std::fs::File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(OpenError::io("syncing", path))
}
