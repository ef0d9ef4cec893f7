//! Frames: mark, length, checksum, number, payload.

use std::io;
use std::sync::Arc;

use swarmscope_files::StoredFile;

/// What every frame begins with, so that reading can go on behind a damaged one.
const MARK: [u8; 4] = *b"SWm\x01";
/// Bytes before the payload.
pub const HEADER: usize = 4 + 4 + 4 + 8;
/// Bytes that are read from a file at a time.
const WINDOW: usize = 1024 * 1024;

/// Appends a frame. Numbers ascend from frame to frame.
pub fn write(out: &mut Vec<u8>, number: u64, payload: &[u8]) {
    let start = out.len();
    out.extend_from_slice(&MARK);
    out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(payload);
    let checksum = checksum(&out[start..]);
    out[start + 8..start + 12].copy_from_slice(&checksum.to_le_bytes());
}

/// Of the length, the number and the payload.
fn checksum(frame: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&frame[4..8]);
    hasher.update(&frame[12..]);
    hasher.finalize()
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word)
}

/// What comes next in a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// A whole frame's number; its payload is [`Frames::payload`].
    Frame(u64),
    /// Bytes that are no frame, before a whole one.
    Damage {
        offset: u64,
        bytes: u64,
    },
    /// Bytes that are no frame, up to the end of the file.
    Torn {
        offset: u64,
        bytes: u64,
    },
    End,
}

/// Reads a file's frames one after the other, holding one of them at a time.
#[derive(Debug)]
pub struct Frames {
    file: Arc<dyn StoredFile>,
    length: u64,
    /// Where `buffer[used]` is in the file.
    offset: u64,
    buffer: Vec<u8>,
    used: usize,
    payload: std::ops::Range<usize>,
}

impl Frames {
    /// From the front of the file.
    ///
    /// # Errors
    /// When its length cannot be asked for.
    pub fn new(file: Arc<dyn StoredFile>) -> io::Result<Self> {
        Ok(Self {
            length: file.length()?,
            file,
            offset: 0,
            buffer: Vec::new(),
            used: 0,
            payload: 0..0,
        })
    }

    /// The payload of the frame that was met last.
    pub fn payload(&self) -> &[u8] {
        &self.buffer[self.payload.clone()]
    }

    /// Goes on to the next frame or the next damage.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next(&mut self) -> io::Result<Next> {
        if self.offset == self.length {
            return Ok(Next::End);
        }
        if let Some((number, length)) = self.frame_here()? {
            self.payload = self.used + HEADER..self.used + length;
            self.used += length;
            self.offset += length as u64;
            return Ok(Next::Frame(number));
        }
        let begin = self.offset;
        while self.fill(1)? {
            self.used += 1;
            self.offset += 1;
            self.skip_to_mark()?;
            if self.offset < self.length && self.frame_here()?.is_some() {
                return Ok(Next::Damage {
                    offset: begin,
                    bytes: self.offset - begin,
                });
            }
        }
        Ok(Next::Torn {
            offset: begin,
            bytes: self.length - begin,
        })
    }

    /// The number and the length of the whole frame that begins here, if one does.
    fn frame_here(&mut self) -> io::Result<Option<(u64, usize)>> {
        if !self.fill(HEADER)? || self.buffer[self.used..self.used + 4] != MARK {
            return Ok(None);
        }
        let length = HEADER + word(&self.buffer, self.used + 4) as usize;
        if !self.fill(length)? {
            return Ok(None);
        }
        let frame = &self.buffer[self.used..self.used + length];
        if checksum(frame) != word(frame, 8) {
            return Ok(None);
        }
        let mut number = [0; 8];
        number.copy_from_slice(&frame[12..HEADER]);
        Ok(Some((u64::from_le_bytes(number), length)))
    }

    /// Moves to the next byte that may begin a frame.
    fn skip_to_mark(&mut self) -> io::Result<()> {
        while self.fill(1)? {
            let rest = &self.buffer[self.used..];
            let step = rest.iter().position(|byte| *byte == MARK[0]);
            let skipped = step.unwrap_or(rest.len());
            self.used += skipped;
            self.offset += skipped as u64;
            if step.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// Has so many bytes in the buffer from here on. False when the file has fewer.
    fn fill(&mut self, wanted: usize) -> io::Result<bool> {
        if self.length - self.offset < wanted as u64 {
            return Ok(false);
        }
        if self.buffer.len() - self.used >= wanted {
            return Ok(true);
        }
        self.buffer.drain(..self.used);
        self.used = 0;
        let have = self.buffer.len();
        let left = usize::try_from(self.length - self.offset).unwrap_or(usize::MAX);
        let target = wanted.max(WINDOW).min(left);
        self.buffer.resize(target, 0);
        if self.buffer.capacity() > 4 * target.max(WINDOW) {
            self.buffer.shrink_to(target);
        }
        self.file
            .read_at(&mut self.buffer[have..], self.offset + have as u64)?;
        Ok(true)
    }
}
