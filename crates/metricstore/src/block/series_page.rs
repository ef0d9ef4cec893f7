//! Pages of series: labels, and where the chunks are.
//!
//! ```text
//! page and offset of the first chunk, then for each series
//!   bytes shared with the labels before, the others, count of chunks, for each chunk
//!     start since the end of the chunk before, duration, samples, length × 2 + whether it begins a page
//! ```
//! Chunks stand in the order of series, so that their places follow from their lengths.

use swarmscope_model::metrics::Labels;

use crate::wire::{Malformed, Reader, put_bytes, put_signed, put_varint};

/// Where a chunk is and what it spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkPlace {
    pub min_time: i64,
    pub max_time: i64,
    pub samples: u32,
    pub page: u32,
    pub offset: u32,
    pub length: u32,
}

/// One series of a page.
#[derive(Debug)]
pub struct Entry {
    pub labels: Labels,
    chunks: std::ops::Range<usize>,
}

/// A page in memory.
#[derive(Debug, Default)]
pub struct SeriesPage {
    pub entries: Vec<Entry>,
    chunks: Vec<ChunkPlace>,
}

impl SeriesPage {
    /// The chunks of a series, by time.
    pub fn chunks(&self, entry: &Entry) -> &[ChunkPlace] {
        &self.chunks[entry.chunks.clone()]
    }

    /// Memory that it takes, about.
    pub fn bytes(&self) -> usize {
        let labels: usize = self
            .entries
            .iter()
            .map(|entry| entry.labels.packed().len() + 24)
            .sum();
        labels
            + self.entries.len() * size_of::<Entry>()
            + self.chunks.len() * size_of::<ChunkPlace>()
    }

    /// Reads a page.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let narrow =
            |value: u64| u32::try_from(value).map_err(|_| Malformed("a number is too large"));
        let mut page = Self::default();
        let (mut number, mut offset) = (narrow(reader.varint()?)?, narrow(reader.varint()?)?);
        let mut is_first = true;
        let mut packed = Vec::new();
        while !reader.is_empty() {
            let shared = reader.length()?;
            if shared > packed.len() {
                return Err(Malformed("labels share more than there is"));
            }
            packed.truncate(shared);
            packed.extend_from_slice(reader.bytes()?);
            let labels = std::str::from_utf8(&packed)
                .ok()
                .and_then(Labels::from_packed)
                .ok_or(Malformed("labels are none"))?;
            let begin = page.chunks.len();
            let mut time = 0_i64;
            for _ in 0..reader.varint()? {
                let min_time = time.wrapping_add(reader.signed()?);
                let max_time = min_time.wrapping_add(reader.varint()? as i64);
                let samples = narrow(reader.varint()?)?;
                let length = reader.varint()?;
                if length & 1 == 1 && !is_first {
                    number = number.wrapping_add(1);
                    offset = 0;
                }
                is_first = false;
                let length = narrow(length >> 1)?;
                page.chunks.push(ChunkPlace {
                    min_time,
                    max_time,
                    samples,
                    page: number,
                    offset,
                    length,
                });
                offset = offset.wrapping_add(length);
                time = max_time;
            }
            page.entries.push(Entry {
                labels,
                chunks: begin..page.chunks.len(),
            });
        }
        Ok(page)
    }
}

/// Puts a page together.
#[derive(Debug, Default)]
pub struct SeriesPageBuilder {
    bytes: Vec<u8>,
    previous: Vec<u8>,
    pub count: u32,
}

impl SeriesPageBuilder {
    /// Adds a series. There has to be a chunk at least.
    pub fn add(&mut self, labels: &Labels, chunks: &[ChunkPlace]) {
        if self.bytes.is_empty() {
            let (page, offset) = chunks
                .first()
                .map_or((0, 0), |first| (first.page, first.offset));
            put_varint(&mut self.bytes, u64::from(page));
            put_varint(&mut self.bytes, u64::from(offset));
        }
        let packed = labels.packed().as_bytes();
        let shared = packed
            .iter()
            .zip(&self.previous)
            .take_while(|(one, other)| one == other)
            .count();
        put_varint(&mut self.bytes, shared as u64);
        put_bytes(&mut self.bytes, &packed[shared..]);
        self.previous.clear();
        self.previous.extend_from_slice(packed);
        put_varint(&mut self.bytes, chunks.len() as u64);
        let mut time = 0_i64;
        for chunk in chunks {
            put_signed(&mut self.bytes, chunk.min_time.wrapping_sub(time));
            let duration = chunk.max_time.wrapping_sub(chunk.min_time);
            put_varint(&mut self.bytes, duration as u64);
            put_varint(&mut self.bytes, u64::from(chunk.samples));
            let begins = u64::from(chunk.offset == 0);
            put_varint(&mut self.bytes, u64::from(chunk.length) << 1 | begins);
            time = chunk.max_time;
        }
        self.count += 1;
    }

    /// Raw bytes so far.
    pub fn length(&self) -> usize {
        self.bytes.len()
    }

    /// The page; the builder begins anew.
    pub fn finish(&mut self) -> Vec<u8> {
        self.previous.clear();
        self.count = 0;
        std::mem::take(&mut self.bytes)
    }
}
