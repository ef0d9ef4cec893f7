//! Samples of a series that came later than newer ones: few, kept apart, merged when they are read.

use swarmscope_model::metrics::{SampleValue, SeriesSamples};

use super::series::remove_span;
use crate::chunk::{self, Chunk, Scratch, TimeRange};
use crate::merging::merge;
use crate::wire::Malformed;

/// Samples that are kept sorted before they become a chunk, as in Prometheus.
const MAX_OPEN: usize = 32;

/// The samples of one series.
#[derive(Debug, Default, Clone)]
pub struct OutOfOrder {
    /// By time.
    open: Vec<(i64, SampleValue)>,
    /// In the order in which they were filled; they may overlap.
    sealed: Vec<Chunk>,
    /// On their way into a block.
    flushing: Vec<Chunk>,
}

impl OutOfOrder {
    /// Adds a sample. Whoever calls has seen that there is none of its time.
    pub fn insert(&mut self, time: i64, value: SampleValue, scratch: &mut Scratch) {
        match self.open.binary_search_by_key(&time, |(time, _)| *time) {
            Ok(_) => return,
            Err(place) => self.open.insert(place, (time, value)),
        }
        if self.open.len() >= MAX_OPEN {
            self.seal(scratch);
        }
    }

    /// Makes chunks of the sorted samples, one of each kind.
    fn seal(&mut self, scratch: &mut Scratch) {
        let samples = columns(&self.open, TimeRange::ALL);
        self.open = Vec::new();
        push_chunks(&samples, scratch, &mut self.sealed);
    }

    /// The samples in the range, by time, appended to what is in `into`.
    ///
    /// # Errors
    /// When a chunk is damaged.
    pub fn read(
        &self,
        range: TimeRange,
        scratch: &mut Scratch,
        into: &mut SeriesSamples,
    ) -> Result<(), Malformed> {
        let mut sources = Vec::new();
        for chunk in self.flushing.iter().chain(&self.sealed) {
            if range.overlaps(chunk.min_time, chunk.max_time) {
                let mut samples = SeriesSamples::default();
                chunk::decode(&chunk.bytes, range, scratch, &mut samples)?;
                sources.push(samples);
            }
        }
        sources.push(columns(&self.open, range));
        merge(&sources, into);
        Ok(())
    }

    /// Marks everything before a time as on its way into a block. Gives the samples.
    ///
    /// # Errors
    /// When a chunk is damaged.
    pub fn begin_flush(
        &mut self,
        end: i64,
        scratch: &mut Scratch,
    ) -> Result<SeriesSamples, Malformed> {
        self.seal(scratch);
        let mut all = SeriesSamples::default();
        self.read(TimeRange::ALL, scratch, &mut all)?;
        let before = TimeRange {
            start: i64::MIN,
            end: end.saturating_sub(1),
        };
        let mut kept = all.clone();
        remove_span(&mut kept, before);
        remove_span(
            &mut all,
            TimeRange {
                start: end,
                end: i64::MAX,
            },
        );
        self.sealed.clear();
        self.flushing.clear();
        push_chunks(&kept, scratch, &mut self.sealed);
        push_chunks(&all, scratch, &mut self.flushing);
        Ok(all)
    }

    /// Forgets what was on its way into a block, because it is there.
    pub fn end_flush(&mut self) {
        self.flushing = Vec::new();
    }

    /// Removes the samples in a span. True when there were any.
    ///
    /// # Errors
    /// When a chunk is damaged.
    pub fn delete(&mut self, span: TimeRange, scratch: &mut Scratch) -> Result<bool, Malformed> {
        let open = self.open.len();
        self.open.retain(|(time, _)| !span.contains(*time));
        let mut changed = self.open.len() < open;
        for chunks in [&mut self.sealed, &mut self.flushing] {
            for chunk in std::mem::take(chunks) {
                if !span.overlaps(chunk.min_time, chunk.max_time) {
                    chunks.push(chunk);
                    continue;
                }
                let mut samples = SeriesSamples::default();
                chunk::decode(&chunk.bytes, TimeRange::ALL, scratch, &mut samples)?;
                let all = samples.len();
                remove_span(&mut samples, span);
                changed |= samples.len() < all;
                push_chunks(&samples, scratch, chunks);
            }
        }
        Ok(changed)
    }

    /// The earliest time of it, if there is any.
    pub fn oldest(&self) -> Option<i64> {
        let chunks = self.flushing.iter().chain(&self.sealed);
        let open = self.open.first().map(|(time, _)| *time);
        chunks.map(|chunk| chunk.min_time).chain(open).min()
    }

    /// The latest time of it, if there is any.
    pub fn newest(&self) -> Option<i64> {
        let chunks = self.flushing.iter().chain(&self.sealed);
        let open = self.open.last().map(|(time, _)| *time);
        chunks.map(|chunk| chunk.max_time).chain(open).max()
    }

    /// Copies of it as chunks, which may overlap; those filled first are first.
    pub fn chunks(&self, scratch: &mut Scratch) -> Vec<Chunk> {
        let mut chunks: Vec<Chunk> = self.flushing.iter().chain(&self.sealed).cloned().collect();
        push_chunks(&columns(&self.open, TimeRange::ALL), scratch, &mut chunks);
        chunks
    }

    /// Chunks, the sorted samples counted as one.
    pub fn chunk_count(&self) -> usize {
        self.sealed.len() + self.flushing.len() + usize::from(!self.open.is_empty())
    }
}

/// Samples as columns, those of the range.
fn columns(samples: &[(i64, SampleValue)], range: TimeRange) -> SeriesSamples {
    let mut columns = SeriesSamples::default();
    for (time, value) in samples.iter().filter(|(time, _)| range.contains(*time)) {
        match value {
            SampleValue::Float(value) => columns.push(*time, *value),
            SampleValue::Histogram(value) => columns.histograms.push((*time, value.clone())),
        }
    }
    columns
}

/// Appends chunks of the samples, one of each kind that is there.
pub fn push_chunks(samples: &SeriesSamples, scratch: &mut Scratch, into: &mut Vec<Chunk>) {
    if !samples.times.is_empty() {
        into.push(chunk::of_floats(&samples.times, &samples.floats, scratch));
    }
    if !samples.histograms.is_empty() {
        into.push(chunk::of_histograms(&samples.histograms));
    }
}
