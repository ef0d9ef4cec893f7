//! Chunks: runs of samples of one series, of one kind, by time, compressed.
//!
//! A chunk is bytes; the first says what is in it. Decoding never panics, whatever the bytes are.

mod bits;
mod decimal;
pub mod float;
pub mod histogram;
mod integers;
pub mod open;
mod xor;

use std::sync::Arc;

use swarmscope_model::metrics::{Histogram, SeriesSamples};

use crate::wire::Malformed;

/// Samples in a chunk, at most. A damaged count must not take all memory.
pub const MAX_CHUNK_SAMPLES: usize = 64 * 1024;

/// A span of time; both ends are inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    pub start: i64,
    pub end: i64,
}

impl TimeRange {
    /// All time.
    pub const ALL: Self = Self {
        start: i64::MIN,
        end: i64::MAX,
    };

    /// Whether a point lies in it.
    pub fn contains(self, time: i64) -> bool {
        self.start <= time && time <= self.end
    }

    /// Whether it shares a point with the span from `min` to `max`.
    pub fn overlaps(self, min: i64, max: i64) -> bool {
        self.start <= max && min <= self.end
    }
}

/// A finished chunk in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    pub min_time: i64,
    pub max_time: i64,
    pub samples: u32,
    pub bytes: Box<[u8]>,
}

/// Memory that is used again from chunk to chunk.
pub type Scratch = float::Scratch;

/// A chunk of floats; there has to be one at least.
pub fn of_floats(times: &[i64], values: &[f64], scratch: &mut Scratch) -> Chunk {
    let mut bytes = Vec::new();
    float::encode(times, values, scratch, &mut bytes);
    Chunk {
        min_time: times.first().copied().unwrap_or_default(),
        max_time: times.last().copied().unwrap_or_default(),
        samples: times.len() as u32,
        bytes: bytes.into_boxed_slice(),
    }
}

/// A chunk of histograms; there has to be one at least.
pub fn of_histograms(samples: &[(i64, Arc<Histogram>)]) -> Chunk {
    let mut bytes = Vec::new();
    histogram::encode(samples, &mut bytes);
    Chunk {
        min_time: samples.first().map_or(0, |(time, _)| *time),
        max_time: samples.last().map_or(0, |(time, _)| *time),
        samples: samples.len() as u32,
        bytes: bytes.into_boxed_slice(),
    }
}

/// Appends the samples of a chunk that are in the range.
///
/// # Errors
/// When the bytes are no chunk.
pub fn decode(
    bytes: &[u8],
    range: TimeRange,
    scratch: &mut Scratch,
    into: &mut SeriesSamples,
) -> Result<(), Malformed> {
    match bytes.first() {
        Some(&histogram::HISTOGRAMS) => histogram::decode(bytes, range, &mut into.histograms),
        _ => float::decode(bytes, range, scratch, &mut into.times, &mut into.floats),
    }
}

/// Whether the bytes are a chunk of histograms.
pub fn is_histograms(bytes: &[u8]) -> bool {
    bytes.first() == Some(&histogram::HISTOGRAMS)
}
