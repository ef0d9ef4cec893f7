//! What is set up beside the documents: bytes that someone else knows the meaning of, in one file with a checksum,
//! replaced as a whole.

use std::io;
use std::path::Path;

use swarmscope_files::{FileSystem, durable};

use crate::filenames;

/// Bytes of the checksum in front.
const CHECKSUM: usize = 4;

/// Reads what was written last; empty when nothing was.
///
/// # Errors
/// When the file cannot be read, or does not match its checksum.
pub fn read(files: &dyn FileSystem, folder: &Path) -> io::Result<Vec<u8>> {
    let path = folder.join(filenames::DEFINITIONS);
    let mut bytes = match durable::read_file(files, &path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        bytes => bytes?,
    };
    let damaged = || {
        let reason = format!("{} does not match its checksum", path.display());
        io::Error::new(io::ErrorKind::InvalidData, reason)
    };
    let (expected, definitions) = bytes.split_first_chunk().ok_or_else(damaged)?;
    if u32::from_le_bytes(*expected) != crc32fast::hash(definitions) {
        return Err(damaged());
    }
    bytes.drain(..CHECKSUM);
    Ok(bytes)
}

/// Writes them; when it returns they are on disk.
///
/// # Errors
/// When the file system refuses; what was written before is then in force.
pub fn write(files: &dyn FileSystem, folder: &Path, definitions: &[u8]) -> io::Result<()> {
    let checksum = crc32fast::hash(definitions).to_le_bytes();
    let bytes = [&checksum, definitions].concat();
    durable::write_file(files, &folder.join(filenames::DEFINITIONS), &bytes)
}
