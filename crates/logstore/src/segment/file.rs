//! A segment's file: checked stretches, and the trailer that finds the footer.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use swarmscope_files::durable::{self, Appender};
use swarmscope_files::{FileSystem, StoredFile};

use super::footer::{Footer, Stretch};
use crate::error::SegmentError;

const HEAD: &[u8; 8] = b"SWseg\x00\x01\n";
/// Footer's offset, length and checksum, then the mark.
const TRAILER: usize = 8 + 4 + 4 + 8;
const TAIL: &[u8; 8] = b"SWend\x00\x01\n";
/// Of all pages: speed matters more than the last percent.
const LEVEL: i32 = 1;

/// Appends stretches to a new file.
pub struct Output {
    file: BufWriter<Appender>,
    offset: u64,
    compressor: zstd::bulk::Compressor<'static>,
}

impl Output {
    /// Begins a file under its temporary name.
    pub fn create(files: &dyn FileSystem, path: &Path) -> io::Result<Self> {
        let mut file = BufWriter::with_capacity(1 << 20, Appender(durable::begin(files, path)?));
        file.write_all(HEAD)?;
        Ok(Self {
            file,
            offset: HEAD.len() as u64,
            compressor: zstd::bulk::Compressor::new(LEVEL)?,
        })
    }

    /// Appends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<Stretch> {
        let length = u32::try_from(bytes.len())
            .map_err(|_| io::Error::new(io::ErrorKind::FileTooLarge, "a stretch beyond 4 GB"))?;
        self.file.write_all(bytes)?;
        let stretch = Stretch {
            offset: self.offset,
            bytes: length,
            crc: crc32fast::hash(bytes),
        };
        self.offset += u64::from(length);
        Ok(stretch)
    }

    /// Appends bytes compressed.
    pub fn compressed(&mut self, bytes: &[u8]) -> io::Result<Stretch> {
        let mut packed = (bytes.len() as u64).to_le_bytes().to_vec();
        packed.extend(self.compressor.compress(bytes)?);
        self.raw(&packed)
    }

    /// Appends the footer and puts everything on disk; gives the file's length.
    pub fn finish(mut self, footer: &Footer) -> io::Result<u64> {
        let json = serde_json::to_vec(footer).map_err(io::Error::other)?;
        let stretch = self.compressed(&json)?;
        self.file.write_all(&stretch.offset.to_le_bytes())?;
        self.file.write_all(&stretch.bytes.to_le_bytes())?;
        self.file.write_all(&stretch.crc.to_le_bytes())?;
        self.file.write_all(TAIL)?;
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.0.sync()?;
        Ok(self.offset + TRAILER as u64)
    }
}

/// Reads stretches, each checked.
#[derive(Debug)]
pub struct Input {
    file: Arc<dyn StoredFile>,
    path: PathBuf,
    length: u64,
}

impl Input {
    /// Opens a file and reads its footer.
    pub fn open(files: &dyn FileSystem, path: &Path) -> Result<(Self, Footer), SegmentError> {
        let io_error = |source| SegmentError::Io {
            path: path.to_owned(),
            source,
        };
        let file = files.open(path).map_err(io_error)?;
        let length = file.length().map_err(io_error)?;
        let input = Self {
            file,
            path: path.to_owned(),
            length,
        };
        let start = length
            .checked_sub(TRAILER as u64)
            .ok_or_else(|| input.damaged("the file is too short"))?;
        let mut trailer = [0; TRAILER];
        input.file.read_at(&mut trailer, start).map_err(io_error)?;
        let (place, tail) = trailer.split_at(16);
        if tail != TAIL {
            return Err(input.damaged("the end of the file is missing"));
        }
        let mut words = place
            .chunks_exact(4)
            .map(|word| u64::from(u32::from_le_bytes([word[0], word[1], word[2], word[3]])));
        let mut word = || words.next().unwrap_or(0);
        let stretch = Stretch {
            offset: word() | (word() << 32),
            bytes: word() as u32,
            crc: word() as u32,
        };
        let json = input.compressed(stretch)?;
        let footer = serde_json::from_slice(&json)
            .map_err(|_| input.damaged("the footer cannot be read"))?;
        Ok((input, footer))
    }

    /// The file's length.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The error that this file is damaged.
    pub fn damaged(&self, what: &'static str) -> SegmentError {
        SegmentError::Damaged {
            path: self.path.clone(),
            what,
        }
    }

    /// Bytes as they are.
    pub fn raw(&self, stretch: Stretch) -> Result<Vec<u8>, SegmentError> {
        let end = stretch.offset.checked_add(u64::from(stretch.bytes));
        if end.is_none_or(|end| end > self.length) {
            return Err(self.damaged("a page lies beyond the end of the file"));
        }
        let mut bytes = vec![0; stretch.bytes as usize];
        self.file
            .read_at(&mut bytes, stretch.offset)
            .map_err(|source| SegmentError::Io {
                path: self.path.clone(),
                source,
            })?;
        if crc32fast::hash(&bytes) != stretch.crc {
            return Err(self.damaged("a page does not match its checksum"));
        }
        Ok(bytes)
    }

    /// Bytes that were compressed.
    pub fn compressed(&self, stretch: Stretch) -> Result<Vec<u8>, SegmentError> {
        let packed = self.raw(stretch)?;
        let broken = || self.damaged("a page cannot be decompressed");
        let (length, packed) = packed.split_first_chunk::<8>().ok_or_else(broken)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| broken())?;
        let bytes = zstd::bulk::decompress(packed, length).map_err(|_| broken())?;
        if bytes.len() == length {
            Ok(bytes)
        } else {
            Err(broken())
        }
    }
}
