//! Pieces of text as they are, one behind the other: literals, words, whole plain pages.

use std::sync::OnceLock;

use bytes::Bytes;

use crate::segment::codec::compress::{Kept, Stored, put_section};
use crate::varint::{put, take_u32};

/// Pieces under construction.
#[derive(Debug, Default)]
pub struct PieceWriter {
    lengths: Vec<u8>,
    text: Vec<u8>,
}

/// What there was at a time.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    lengths: usize,
    text: usize,
}

impl PieceWriter {
    /// Adds a piece.
    pub fn push(&mut self, piece: &[u8]) {
        put(&mut self.lengths, piece.len() as u64);
        self.text.extend_from_slice(piece);
    }

    /// Length of all of them together.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// Marks what there is.
    pub fn mark(&self) -> Mark {
        Mark {
            lengths: self.lengths.len(),
            text: self.text.len(),
        }
    }

    /// Forgets what came after the mark.
    pub fn forget(&mut self, mark: Mark) {
        self.lengths.truncate(mark.lengths);
        self.text.truncate(mark.text);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.lengths.clear();
        self.text.clear();
    }

    /// Appends them.
    pub fn write(&self, out: &mut Vec<u8>) {
        put_section(&self.lengths, out);
        put_section(&self.text, out);
    }
}

/// Pieces that are decompressed when one of them is wanted.
#[derive(Debug)]
pub struct Pieces {
    lengths: Stored,
    text: Kept,
    /// Where each ends.
    ends: OnceLock<Option<Vec<u32>>>,
}

impl Pieces {
    /// Takes what [`PieceWriter::write`] wrote.
    pub fn take(page: &mut Bytes) -> Option<Self> {
        Some(Self {
            lengths: Stored::take(page)?,
            text: Kept::take(page)?,
            ends: OnceLock::new(),
        })
    }

    /// Memory they take at most beside the page.
    pub fn memory(&self) -> usize {
        self.lengths.len() * size_of::<u32>() + self.text.len()
    }

    /// Where each ends.
    pub fn ends(&self) -> Option<&[u32]> {
        self.ends.get_or_init(|| self.read_ends()).as_deref()
    }

    /// Their text, one behind the other.
    pub fn text(&self) -> Option<&[u8]> {
        self.text.bytes()
    }

    /// One of them.
    pub fn get(&self, at: usize) -> Option<&[u8]> {
        let ends = self.ends()?;
        let end = *ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| ends[before]);
        self.text()?.get(start as usize..end as usize)
    }

    /// All of them: where each ends, and their text.
    pub fn read(self) -> Option<(Vec<u32>, Vec<u8>)> {
        Some((self.read_ends()?, self.text.into_bytes()?))
    }

    fn read_ends(&self) -> Option<Vec<u32>> {
        let mut ends = numbers(&self.lengths.bytes()?)?;
        let mut end = 0_u32;
        for length in &mut ends {
            end = end.checked_add(*length)?;
            *length = end;
        }
        Some(ends)
    }
}

/// All of `bytes` as numbers of variable length.
pub fn numbers(mut bytes: &[u8]) -> Option<Vec<u32>> {
    let mut numbers = Vec::with_capacity(bytes.len());
    while !bytes.is_empty() {
        numbers.push(take_u32(&mut bytes)?);
    }
    Some(numbers)
}
