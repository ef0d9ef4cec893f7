//! One series in memory: its labels, its chunks, and where the next sample goes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use swarmscope_model::metrics::{Histogram, Labels, SampleValue, SeriesId, SeriesSamples};

use super::out_of_order::OutOfOrder;
use crate::chunk::histogram::OpenHistograms;
use crate::chunk::open::OpenFloats;
use crate::chunk::{self, Chunk, Scratch, TimeRange};
use crate::wire::Malformed;

/// Samples in a chunk. More would be shorter on disk by a little and slower to read a part of.
pub const CHUNK_SAMPLES: u32 = 120;
/// Bytes after which a histogram chunk is full, however few samples it has.
const HISTOGRAM_CHUNK_BYTES: usize = 4 * 1024;

/// A series in memory.
#[derive(Debug)]
pub struct MemorySeries {
    pub id: SeriesId,
    pub labels: Labels,
    state: Mutex<SeriesState>,
}

/// The chunk that grows.
#[derive(Debug, Default)]
enum Open {
    #[default]
    Nothing,
    Floats(OpenFloats),
    Histograms(Box<OpenHistograms>),
}

/// What changes of a series.
#[derive(Debug)]
pub struct SeriesState {
    /// Of the newest sample that was accepted in order. It runs ahead of the chunks while a batch is on
    /// its way to the log, and stays when samples are deleted.
    pub last_time: i64,
    /// Of the newest sample that came into the chunks in order. It stays when samples are forgotten.
    pub pushed_time: i64,
    open: Open,
    sealed: Vec<Chunk>,
    pub out_of_order: Option<Box<OutOfOrder>>,
}

impl MemorySeries {
    /// Without samples.
    pub fn new(id: SeriesId, labels: Labels) -> Self {
        Self {
            id,
            labels,
            state: Mutex::new(SeriesState {
                last_time: i64::MIN,
                pushed_time: i64::MIN,
                open: Open::Nothing,
                sealed: Vec::new(),
                out_of_order: None,
            }),
        }
    }

    /// What changes of it.
    pub fn state(&self) -> MutexGuard<'_, SeriesState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SeriesState {
    /// Appends a sample later than all others. `period` is the length of a block, across which no chunk
    /// reaches.
    pub fn push(&mut self, time: i64, value: &SampleValue, period: i64, scratch: &mut Scratch) {
        self.pushed(time);
        if self.is_full(time, value, period) {
            self.seal(scratch);
        }
        match (&mut self.open, value) {
            (Open::Floats(open), SampleValue::Float(value)) => open.push(time, *value),
            (Open::Histograms(open), SampleValue::Histogram(value)) => open.push(time, value),
            (open, SampleValue::Float(value)) => {
                *open = Open::Floats(OpenFloats::new(time, *value));
            }
            (open, SampleValue::Histogram(value)) => {
                *open = Open::Histograms(Box::new(OpenHistograms::new(time, value)));
            }
        }
    }

    /// Notes that a sample in order is in the chunks, or was.
    pub fn pushed(&mut self, time: i64) {
        self.last_time = self.last_time.max(time);
        self.pushed_time = self.pushed_time.max(time);
    }

    /// Whether the open chunk cannot take the sample.
    fn is_full(&self, time: i64, value: &SampleValue, period: i64) -> bool {
        let crosses = |first: i64| first.div_euclid(period) != time.div_euclid(period);
        match (&self.open, value) {
            (Open::Nothing, _) => false,
            (Open::Floats(open), SampleValue::Float(_)) => {
                open.samples >= CHUNK_SAMPLES || crosses(open.first_time)
            }
            (Open::Histograms(open), SampleValue::Histogram(_)) => {
                open.samples >= CHUNK_SAMPLES
                    || open.length() >= HISTOGRAM_CHUNK_BYTES
                    || crosses(open.first_time)
            }
            _ => true,
        }
    }

    /// Finishes the open chunk.
    fn seal(&mut self, scratch: &mut Scratch) {
        let sealed = self.open_as_chunk(scratch);
        self.open = Open::Nothing;
        if let Some(chunk) = sealed {
            self.sealed.reserve_exact(1);
            self.sealed.push(chunk);
        }
    }

    /// A copy of the open chunk, as it would be when finished.
    fn open_as_chunk(&self, scratch: &mut Scratch) -> Option<Chunk> {
        match &self.open {
            Open::Nothing => None,
            Open::Floats(open) => {
                let mut samples = SeriesSamples::default();
                read_open(open, TimeRange::ALL, &mut samples).ok()?;
                Some(chunk::of_floats(&samples.times, &samples.floats, scratch))
            }
            Open::Histograms(open) => {
                let mut bytes = Vec::new();
                open.encode(&mut bytes);
                Some(Chunk {
                    min_time: open.first_time,
                    max_time: open.last_time,
                    samples: open.samples,
                    bytes: bytes.into_boxed_slice(),
                })
            }
        }
    }

    /// Copies of the chunks that were written in order and begin before `end`, by time.
    pub fn chunks_before(&self, end: i64, scratch: &mut Scratch) -> Vec<Chunk> {
        let sealed = self.sealed.iter().filter(|chunk| chunk.min_time < end);
        let mut chunks: Vec<Chunk> = sealed.cloned().collect();
        if self.open_first_time().is_some_and(|first| first < end) {
            chunks.extend(self.open_as_chunk(scratch));
        }
        chunks
    }

    /// Forgets the chunks that end before a time.
    pub fn forget_before(&mut self, time: i64) {
        self.sealed.retain(|chunk| chunk.max_time >= time);
        self.sealed.shrink_to_fit();
        if self.newest().is_some_and(|newest| newest < time) {
            self.open = Open::Nothing;
        }
    }

    /// Puts chunks of an earlier run in front of what is there. The last one may grow further.
    ///
    /// # Errors
    /// When a chunk is damaged; what was before it is there.
    pub fn restore(
        &mut self,
        chunk: Chunk,
        period: i64,
        scratch: &mut Scratch,
    ) -> Result<(), Malformed> {
        if chunk.samples >= CHUNK_SAMPLES
            || self.newest().is_some_and(|newest| newest >= chunk.min_time)
        {
            self.seal(scratch);
            self.sealed.push(chunk);
            return Ok(());
        }
        let mut samples = SeriesSamples::default();
        chunk::decode(&chunk.bytes, TimeRange::ALL, scratch, &mut samples)?;
        self.seal(scratch);
        for (time, value) in samples.times.iter().zip(&samples.floats) {
            self.push(*time, &SampleValue::Float(*value), period, scratch);
        }
        for (time, histogram) in samples.histograms {
            self.push(time, &SampleValue::Histogram(histogram), period, scratch);
        }
        Ok(())
    }

    /// Removes the samples in a span, wherever they are. True when there were any.
    ///
    /// # Errors
    /// When a chunk is damaged.
    pub fn delete(&mut self, span: TimeRange, scratch: &mut Scratch) -> Result<bool, Malformed> {
        let mut changed = false;
        if let Some(out_of_order) = &mut self.out_of_order {
            changed |= out_of_order.delete(span, scratch)?;
        }
        let touched = |min: i64, max: i64| span.overlaps(min, max);
        if self
            .open_first_time()
            .zip(self.newest())
            .is_some_and(|(min, max)| touched(min, max))
        {
            self.seal(scratch);
        }
        if !self
            .sealed
            .iter()
            .any(|chunk| touched(chunk.min_time, chunk.max_time))
        {
            return Ok(changed);
        }
        let open = std::mem::take(&mut self.open);
        for chunk in std::mem::take(&mut self.sealed) {
            if !touched(chunk.min_time, chunk.max_time) {
                self.sealed.push(chunk);
                continue;
            }
            let mut samples = SeriesSamples::default();
            chunk::decode(&chunk.bytes, TimeRange::ALL, scratch, &mut samples)?;
            let all = samples.len();
            remove_span(&mut samples, span);
            changed |= samples.len() < all;
            if !samples.times.is_empty() {
                self.sealed
                    .push(chunk::of_floats(&samples.times, &samples.floats, scratch));
            }
            if !samples.histograms.is_empty() {
                self.sealed.push(chunk::of_histograms(&samples.histograms));
            }
        }
        self.open = open;
        Ok(changed)
    }

    /// Appends the samples that were written in order and are in the range.
    ///
    /// # Errors
    /// When a chunk is damaged.
    pub fn read(
        &self,
        range: TimeRange,
        scratch: &mut Scratch,
        into: &mut SeriesSamples,
    ) -> Result<(), Malformed> {
        for chunk in &self.sealed {
            if range.overlaps(chunk.min_time, chunk.max_time) {
                chunk::decode(&chunk.bytes, range, scratch, into)?;
            }
        }
        match &self.open {
            Open::Nothing => {}
            Open::Floats(open) if range.overlaps(open.first_time, open.last_time) => {
                read_open(open, range, into)?;
            }
            Open::Histograms(open) if range.overlaps(open.first_time, open.last_time) => {
                let mut bytes = Vec::new();
                open.encode(&mut bytes);
                chunk::decode(&bytes, range, scratch, into)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether a chunk that was written in order overlaps the range.
    pub fn overlaps(&self, range: TimeRange) -> bool {
        self.sealed
            .iter()
            .any(|chunk| range.overlaps(chunk.min_time, chunk.max_time))
            || self
                .open_first_time()
                .zip(self.newest())
                .is_some_and(|(first, last)| range.overlaps(first, last))
    }

    fn open_first_time(&self) -> Option<i64> {
        match &self.open {
            Open::Nothing => None,
            Open::Floats(open) => Some(open.first_time),
            Open::Histograms(open) => Some(open.first_time),
        }
    }

    /// The time of the newest sample in the chunks that are written in order.
    pub fn newest(&self) -> Option<i64> {
        match &self.open {
            Open::Nothing => self.sealed.last().map(|chunk| chunk.max_time),
            Open::Floats(open) => Some(open.last_time),
            Open::Histograms(open) => Some(open.last_time),
        }
    }

    /// The time of the oldest sample in the chunks that are written in order.
    pub fn oldest(&self) -> Option<i64> {
        self.sealed
            .first()
            .map(|chunk| chunk.min_time)
            .or_else(|| self.open_first_time())
    }

    /// The time of the newest sample, in order or not, or of the newest that was accepted.
    pub fn newest_of_all(&self) -> Option<i64> {
        let accepted = Some(self.last_time).filter(|time| *time > i64::MIN);
        let late = self.out_of_order.as_ref().and_then(|late| late.newest());
        accepted.max(late)
    }

    /// The newest sample in the chunks, when it has this time and is at hand without decoding.
    pub fn newest_value(&self, time: i64) -> Option<SampleValue> {
        match &self.open {
            Open::Floats(open) if open.last_time == time => {
                Some(SampleValue::Float(open.last_value()))
            }
            Open::Histograms(open) if open.last_time == time => {
                Some(SampleValue::Histogram(Arc::clone(open.last())))
            }
            _ => None,
        }
    }

    /// The sample at a time, wherever it is.
    ///
    /// # Errors
    /// When a chunk is damaged.
    pub fn value_at(
        &self,
        time: i64,
        scratch: &mut Scratch,
    ) -> Result<Option<SampleValue>, Malformed> {
        if let Some(value) = self.newest_value(time) {
            return Ok(Some(value));
        }
        let mut found = SeriesSamples::default();
        let point = TimeRange {
            start: time,
            end: time,
        };
        self.read(point, scratch, &mut found)?;
        if found.is_empty()
            && let Some(out_of_order) = &self.out_of_order
        {
            out_of_order.read(point, scratch, &mut found)?;
        }
        Ok(first(&found))
    }

    /// Chunks in memory.
    pub fn chunk_count(&self) -> usize {
        let open = usize::from(!matches!(self.open, Open::Nothing));
        let out_of_order = self
            .out_of_order
            .as_ref()
            .map_or(0, |each| each.chunk_count());
        self.sealed.len() + open + out_of_order
    }

    /// Whether it holds no sample.
    pub fn is_empty(&self) -> bool {
        self.chunk_count() == 0
    }
}

/// The one sample of a point in time.
fn first(samples: &SeriesSamples) -> Option<SampleValue> {
    let float = samples.floats.first().copied().map(SampleValue::Float);
    let histogram =
        |(_, histogram): &(i64, Arc<Histogram>)| SampleValue::Histogram(Arc::clone(histogram));
    float.or_else(|| samples.histograms.first().map(histogram))
}

/// Removes the samples in a span.
pub fn remove_span(samples: &mut SeriesSamples, span: TimeRange) {
    let from = samples.times.partition_point(|time| *time < span.start);
    let to = samples
        .times
        .partition_point(|time| *time <= span.end)
        .max(from);
    samples.times.drain(from..to);
    samples.floats.drain(from..to);
    samples.histograms.retain(|(time, _)| !span.contains(*time));
}

fn read_open(
    open: &OpenFloats,
    range: TimeRange,
    into: &mut SeriesSamples,
) -> Result<(), Malformed> {
    open.read(|time, value| {
        if range.contains(time) {
            into.push(time, value);
        }
    })
}
