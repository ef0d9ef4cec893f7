//! A segment's file: checked stretches, and the trailer that finds the footer.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use swarmscope_files::durable::{self, Appender};
use swarmscope_files::{FileSystem, StoredFile};

use super::footer::{SegmentFooter, Stretch};
use crate::error::SegmentError;

const HEAD: &[u8; 8] = b"SWseg\x00\x02\n";
/// Footer's offset, length and checksum, then the mark.
const TRAILER: usize = 8 + 4 + 4 + 8;
const TAIL: &[u8; 8] = b"SWend\x00\x02\n";
/// Of footers and shapes: small, and read often.
const LEVEL: i32 = 3;
/// What a footer or shapes may unpack to: far beyond what the limits on columns and groups allow.
const MAX_UNPACKED: usize = 256 * 1024 * 1024;

/// Appends stretches to a new file.
pub struct Output {
    file: BufWriter<Appender>,
    offset: u64,
    base: u64,
    group: crc32fast::Hasher,
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
            base: 0,
            group: crc32fast::Hasher::new(),
            compressor: zstd::bulk::Compressor::new(LEVEL)?,
        })
    }

    /// Begins a group: places count from here until it ends.
    pub fn begin_group(&mut self) {
        self.base = self.offset;
        self.group = crc32fast::Hasher::new();
    }

    /// Ends the group; gives its offset, length and checksum.
    pub fn end_group(&mut self) -> (u64, u64, u32) {
        let base = std::mem::take(&mut self.base);
        let crc = std::mem::take(&mut self.group).finalize();
        (base, self.offset - base, crc)
    }

    /// Appends bytes that belong to no stretch of their own: a piece of a copied group.
    pub fn copied(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.group.update(bytes);
        self.offset += bytes.len() as u64;
        Ok(())
    }

    /// Appends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<Stretch> {
        let length = u32::try_from(bytes.len())
            .map_err(|_| io::Error::new(io::ErrorKind::FileTooLarge, "a stretch beyond 4 GB"))?;
        let stretch = Stretch {
            offset: self.offset - self.base,
            bytes: length,
            crc: crc32fast::hash(bytes),
        };
        self.copied(bytes)?;
        Ok(stretch)
    }

    /// Appends bytes compressed.
    pub fn compressed(&mut self, bytes: &[u8]) -> io::Result<Stretch> {
        let mut packed = (bytes.len() as u64).to_le_bytes().to_vec();
        packed.extend(self.compressor.compress(bytes)?);
        self.raw(&packed)
    }

    /// Appends the footer and puts everything on disk; gives the file's length.
    pub fn finish(mut self, footer: &SegmentFooter) -> io::Result<u64> {
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
    pub fn open(
        files: &dyn FileSystem,
        path: &Path,
    ) -> Result<(Self, SegmentFooter), SegmentError> {
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
        let json = input.compressed(0, stretch)?;
        let footer = serde_json::from_slice(&json)
            .map_err(|_| input.damaged("the footer cannot be read"))?;
        Ok((input, footer))
    }

    /// Checks the mark at the start, which reading needs not.
    ///
    /// # Errors
    /// When it is another one, or cannot be read.
    pub fn check_head(&self) -> Result<(), SegmentError> {
        let mut head = [0; HEAD.len()];
        let read = self.file.read_at(&mut head, 0);
        read.map_err(|source| SegmentError::Io {
            path: self.path.clone(),
            source,
        })?;
        match head == *HEAD {
            true => Ok(()),
            false => Err(self.damaged("the start of the file is not that of a segment")),
        }
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

    /// Bytes without a checksum of their own: a piece of a group that is copied.
    pub fn piece(&self, offset: u64, bytes: usize) -> Result<Vec<u8>, SegmentError> {
        let end = offset.checked_add(bytes as u64);
        if end.is_none_or(|end| end > self.length) {
            return Err(self.damaged("a page lies beyond the end of the file"));
        }
        let mut buffer = vec![0; bytes];
        self.file
            .read_at(&mut buffer, offset)
            .map_err(|source| SegmentError::Io {
                path: self.path.clone(),
                source,
            })?;
        Ok(buffer)
    }

    /// Bytes as they are; the place counts from `base`.
    pub fn raw(&self, base: u64, stretch: Stretch) -> Result<Vec<u8>, SegmentError> {
        let bytes = self.piece(base.saturating_add(stretch.offset), stretch.bytes as usize)?;
        if crc32fast::hash(&bytes) != stretch.crc {
            return Err(self.damaged("a page does not match its checksum"));
        }
        Ok(bytes)
    }

    /// Bytes that were compressed.
    pub fn compressed(&self, base: u64, stretch: Stretch) -> Result<Vec<u8>, SegmentError> {
        let packed = self.raw(base, stretch)?;
        let broken = || self.damaged("a page cannot be decompressed");
        let (length, packed) = packed.split_first_chunk::<8>().ok_or_else(broken)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| broken())?;
        if length > MAX_UNPACKED {
            return Err(broken());
        }
        let bytes = zstd::bulk::decompress(packed, length).map_err(|_| broken())?;
        if bytes.len() == length {
            Ok(bytes)
        } else {
            Err(broken())
        }
    }
}
