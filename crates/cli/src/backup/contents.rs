//! The list of a backup's files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use swarmscope_model::Timestamp;

/// The list's name in a backup.
pub const FILE: &str = "BACKUP";
/// What this version writes and reads.
const FORMAT: &str = "swarmscope backup 1";
/// Read at once.
const BUFFER: usize = 256 * 1024;

/// Every file of a backup.
#[derive(Debug, Serialize, Deserialize)]
pub struct Contents {
    format: String,
    /// The version that wrote it.
    version: String,
    pub created_at: Timestamp,
    pub files: Vec<Entry>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Below the backup's folder.
    pub path: PathBuf,
    pub bytes: u64,
    /// CRC-32 of all bytes.
    pub crc32: u32,
}

/// Why a list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ContentsError {
    #[error("it has no list of its files: it is no backup, or one that was never completed")]
    Incomplete,
    #[error("its list has the format {found:?}, this version reads {FORMAT:?}")]
    Format { found: String },
    #[error("its list cannot be read")]
    List(#[source] serde_json::Error),
    #[error("reading or writing its list")]
    Io(#[from] io::Error),
}

impl Contents {
    /// Reads every file of a folder; `progress` is told how many bytes of how many are read.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn of(folder: &Path, progress: &mut dyn FnMut(u64, u64)) -> io::Result<Self> {
        let mut found = Vec::new();
        gather(folder, Path::new(""), &mut found)?;
        found.sort();
        let total = found.iter().map(|(_, bytes)| bytes).sum();
        let (mut files, mut done) = (Vec::with_capacity(found.len()), 0);
        for (path, _) in found {
            let (bytes, crc32) = checksum(&folder.join(&path))?;
            done += bytes;
            progress(done, total);
            files.push(Entry { path, bytes, crc32 });
        }
        Ok(Self {
            format: FORMAT.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            created_at: Timestamp::now(),
            files,
        })
    }

    /// Reads the list of a backup.
    ///
    /// # Errors
    /// When there is none, or it is not one of ours.
    pub fn read(folder: &Path) -> Result<Self, ContentsError> {
        let bytes = match fs::read(folder.join(FILE)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ContentsError::Incomplete);
            }
            Err(error) => return Err(error.into()),
        };
        let contents: Self = serde_json::from_slice(&bytes).map_err(ContentsError::List)?;
        match contents.format == FORMAT {
            true => Ok(contents),
            false => Err(ContentsError::Format {
                found: contents.format,
            }),
        }
    }

    /// Writes the list, which completes a backup.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), ContentsError> {
        let bytes = serde_json::to_vec(self).map_err(ContentsError::List)?;
        fs::write(folder.join(FILE), bytes)?;
        File::open(folder.join(FILE))?.sync_all()?;
        File::open(folder)?.sync_all()?;
        Ok(())
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|entry| entry.bytes).sum()
    }
}

/// The files below a folder, and their lengths.
fn gather(folder: &Path, below: &Path, files: &mut Vec<(PathBuf, u64)>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            gather(folder, &path, files)?;
        } else {
            files.push((path, entry.metadata()?.len()));
        }
    }
    Ok(())
}

/// A file's length and checksum.
///
/// # Errors
/// When it cannot be read.
pub fn checksum(path: &Path) -> io::Result<(u64, u32)> {
    let mut file = File::open(path)?;
    let mut hasher = crc32fast::Hasher::new();
    let mut buffer = vec![0; BUFFER];
    let mut length = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((length, hasher.finalize()));
        }
        hasher.update(&buffer[..read]);
        length += read as u64;
    }
}
