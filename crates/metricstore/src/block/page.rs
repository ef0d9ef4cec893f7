//! Pages: pieces of a block's file that are compressed, checked and read as a whole.

use std::io;
use std::path::Path;

use swarmscope_files::StoredFile;

use super::error::BlockError;
use crate::wire::{Malformed, Reader, put_varint};

/// Raw bytes of a page: enough to compress well, few enough to decompress for a single chunk.
pub const PAGE_BYTES: usize = 32 * 1024;
/// Largest page, raw: the numbers of all series of one label value are in one page.
const MAX_PAGE_BYTES: usize = 1024 * 1024 * 1024;
/// Higher levels are slower to write and save a few percent.
const LEVEL: i32 = 3;

/// Where a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PagePlace {
    pub offset: u64,
    pub stored: u32,
    /// Bytes after decompression; the same as stored means that it is not compressed.
    pub raw: u32,
    pub checksum: u32,
}

impl PagePlace {
    /// Appends the place; pages stand one behind the other.
    pub fn write(&self, out: &mut Vec<u8>) {
        put_varint(out, u64::from(self.stored));
        put_varint(out, u64::from(self.raw));
        out.extend_from_slice(&self.checksum.to_le_bytes());
    }

    /// Reads the place of a page that begins at `offset`.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(reader: &mut Reader<'_>, offset: u64) -> Result<Self, Malformed> {
        let wrong = |_| Malformed("a page is too large");
        let place = Self {
            offset,
            stored: u32::try_from(reader.varint()?).map_err(wrong)?,
            raw: u32::try_from(reader.varint()?).map_err(wrong)?,
            checksum: reader.half_word()?,
        };
        if place.raw as usize > MAX_PAGE_BYTES || place.stored > place.raw {
            return Err(Malformed("a page is too large"));
        }
        Ok(place)
    }

    /// The raw bytes of the page.
    ///
    /// # Errors
    /// When the file cannot be read or the page is damaged.
    pub fn load(&self, file: &dyn StoredFile, path: &Path) -> Result<Vec<u8>, BlockError> {
        let mut stored = vec![0; self.stored as usize];
        file.read_at(&mut stored, self.offset)
            .map_err(BlockError::io(path))?;
        let damaged = |what| BlockError::Damaged {
            path: path.to_owned(),
            offset: self.offset,
            what,
        };
        if crc32fast::hash(&stored) != self.checksum {
            return Err(damaged("the checksum of a page is wrong"));
        }
        if self.stored == self.raw {
            return Ok(stored);
        }
        let raw = zstd::bulk::decompress(&stored, self.raw as usize)
            .map_err(|_| damaged("a page cannot be decompressed"))?;
        if raw.len() != self.raw as usize {
            return Err(damaged("a page has another length than it should"));
        }
        Ok(raw)
    }
}

/// Appends a page to a file that is `offset` long. Gives where it is.
///
/// # Errors
/// When the file cannot be written, or the page is beyond all bounds.
pub fn append(file: &dyn StoredFile, offset: u64, raw: &[u8]) -> io::Result<PagePlace> {
    if raw.len() > MAX_PAGE_BYTES {
        return Err(io::Error::other("a page of a block would be too large"));
    }
    let compressed = zstd::bulk::compress(raw, LEVEL)?;
    let stored = if compressed.len() < raw.len() {
        compressed.as_slice()
    } else {
        raw
    };
    file.append(stored)?;
    Ok(PagePlace {
        offset,
        stored: stored.len() as u32,
        raw: raw.len() as u32,
        checksum: crc32fast::hash(stored),
    })
}
