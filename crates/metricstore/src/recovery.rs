//! Puts the newest checkpoint and the log behind it into memory.

use std::io;
use std::path::Path;
use std::sync::Arc;

use swarmscope_files::FileSystem;
use swarmscope_model::metrics::{Labels, SampleValue, SeriesId};

use crate::block::Damage;
use crate::chunk::{Chunk, Scratch, TimeRange};
use crate::filenames;
use crate::head::Head;
use crate::head::guard::Guard;
use crate::head::series::MemorySeries;
use crate::wal::checkpoint::{self, Saved, SavedSeries};
use crate::wal::log;
use crate::wal::record::Event;
use crate::wal::replay::{self, Replayed};

/// What is being recovered.
pub struct Recovery<'a> {
    pub head: &'a Head,
    /// Samples in order before it are in blocks.
    pub head_from: i64,
    /// Frames up to it have their samples out of order in blocks, too.
    pub flushed: u64,
    pub guard: Guard,
    scratch: Scratch,
}

/// Where the log goes on.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogEnd {
    /// The newest segment, or checkpoint.
    pub segment: u64,
    /// The newest frame.
    pub number: u64,
    pub checkpoint_bytes: u64,
    /// Of the segments behind the checkpoint.
    pub log_bytes: u64,
}

impl<'a> Recovery<'a> {
    /// Into this head, which is empty.
    pub fn new(head: &'a Head, head_from: i64, flushed: u64) -> Self {
        Self {
            head,
            head_from,
            flushed,
            guard: Guard::default(),
            scratch: Scratch::default(),
        }
    }

    /// Reads everything.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn run(
        &mut self,
        files: &dyn FileSystem,
        folder: &Path,
        damage: &Damage,
    ) -> io::Result<LogEnd> {
        let (segments, checkpoints) = log::numbers(files, folder)?;
        let mut end = LogEnd {
            number: self.flushed,
            ..LogEnd::default()
        };
        let newest = checkpoints.last().copied();
        if let Some(segment) = newest {
            let mut contained = 0;
            let damaged = checkpoint::read(files, folder, segment, &mut |saved| {
                self.restore(saved, &mut contained);
            })?;
            damage.add(damaged);
            let path = filenames::checkpoint(folder, segment);
            end.checkpoint_bytes = files.open(&path)?.length()?;
            end.number = end.number.max(contained);
            end.segment = segment;
        }
        let mut replayed = Replayed::default();
        let behind: Vec<u64> = segments
            .into_iter()
            .filter(|segment| Some(*segment) >= newest)
            .collect();
        let last = last_written(files, folder, &behind)?;
        for segment in &behind {
            let is_last = Some(*segment) >= last;
            let mut apply = |number, event| self.apply(number, event);
            replay::segment(files, folder, *segment, is_last, &mut replayed, &mut apply)?;
            end.segment = end.segment.max(*segment);
        }
        damage.add(replayed.damaged);
        end.number = end.number.max(replayed.number);
        end.log_bytes = replayed.bytes;
        self.head.index_mut().tidy();
        if replayed.frames > 0 || newest.is_some() {
            tracing::info!(
                series = self.head.index().len(),
                frames = replayed.frames,
                events = replayed.events,
                torn_bytes = replayed.torn_bytes,
                damaged = damage.count(),
                "the metrics' log was read"
            );
        }
        Ok(end)
    }

    fn restore(&mut self, saved: Saved, contained: &mut u64) {
        match saved {
            Saved::Number(number) => *contained = number,
            Saved::Series(series) => self.restore_series(series, *contained),
            Saved::Exemplar(event) => self.apply(*contained, event),
        }
    }

    fn restore_series(&mut self, saved: SavedSeries, contained: u64) {
        let labels = saved.labels.clone();
        self.series(saved.id, saved.labels);
        let Some(series) = self.head.index().get(saved.id).cloned() else {
            return;
        };
        let mut state = series.state();
        state.pushed(saved.last_time);
        for chunk in saved.in_order {
            // Chunks do not reach across the end of a block.
            if chunk.max_time < self.head_from {
                continue;
            }
            self.head.saw(chunk.min_time);
            self.head.saw(chunk.max_time);
            if let Err(error) = state.restore(chunk, self.head.period, &mut self.scratch) {
                tracing::error!(series = ?labels, %error, "a chunk of the checkpoint is damaged; its samples are lost");
            }
        }
        drop(state);
        for chunk in saved.out_of_order {
            self.restore_late(&series, &chunk, contained);
        }
    }

    fn restore_late(&mut self, series: &Arc<MemorySeries>, chunk: &Chunk, contained: u64) {
        let mut samples = swarmscope_model::metrics::SeriesSamples::default();
        let range = TimeRange {
            start: if contained <= self.flushed {
                self.head_from
            } else {
                i64::MIN
            },
            end: i64::MAX,
        };
        let read = crate::chunk::decode(&chunk.bytes, range, &mut self.scratch, &mut samples);
        if let Err(error) = read {
            tracing::error!(series = ?series.labels, %error, "a chunk of the checkpoint is damaged; its samples are lost");
        }
        let floats = samples.times.iter().zip(&samples.floats);
        for (time, value) in floats {
            self.late(series, *time, &SampleValue::Float(*value));
        }
        for (time, value) in samples.histograms {
            self.late(series, time, &SampleValue::Histogram(value));
        }
    }

    /// Adds a sample out of order, unless it is there.
    fn late(&mut self, series: &Arc<MemorySeries>, time: i64, value: &SampleValue) {
        let there = series.state().value_at(time, &mut self.scratch);
        if there.is_ok_and(|value| value.is_none()) {
            self.head.add(series, time, value, true, &mut self.scratch);
        }
    }

    fn apply(&mut self, number: u64, event: Event) {
        match event {
            Event::Series { id, labels } => self.series(id, labels),
            Event::Sample {
                id,
                time,
                value,
                out_of_order,
            } => {
                if let Some(series) = self.head.index().get(id).cloned() {
                    self.sample(&series, number, time, &value, out_of_order);
                }
            }
            Event::Exemplar { id, exemplar } => {
                let index = self.head.index();
                let Some(series) = index.get(id) else {
                    return;
                };
                let mut exemplars = self.head.exemplars_mut();
                // What a checkpoint has is in the log once more.
                if exemplars.check(&series.labels, &exemplar) == Ok(true) {
                    exemplars.add(&series.labels, exemplar);
                }
            }
            Event::Deletion { id, start, end } => {
                let Some(series) = self.head.index().get(id).cloned() else {
                    return;
                };
                let span = TimeRange { start, end };
                if let Err(error) = series.state().delete(span, &mut self.scratch) {
                    tracing::error!(series = ?series.labels, %error, "samples could not be deleted");
                }
            }
        }
    }

    fn sample(
        &mut self,
        series: &Arc<MemorySeries>,
        number: u64,
        time: i64,
        value: &SampleValue,
        out_of_order: bool,
    ) {
        if out_of_order {
            if time >= self.head_from || number > self.flushed {
                self.late(series, time, value);
            }
            return;
        }
        {
            let mut state = series.state();
            // What a checkpoint has is in the log once more.
            if time <= state.last_time {
                return;
            }
            state.pushed(time);
        }
        if time >= self.head_from {
            self.head.add(series, time, value, false, &mut self.scratch);
        }
    }

    /// A place in the index may have had another series before, which was gone when this one came.
    fn series(&mut self, id: SeriesId, labels: Labels) {
        let mut index = self.head.index_mut();
        let gone: Vec<_> = [index.at(id.0 as u32), index.find(&labels)]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        if gone
            .iter()
            .any(|series| series.id == id && series.labels == labels)
        {
            return;
        }
        for series in gone {
            if index.get(series.id).is_some() {
                self.guard.remove(&series.labels);
                index.remove(series.id);
            }
        }
        self.guard.add(&labels);
        index.insert(Arc::new(MemorySeries::new(id, labels)));
    }
}

/// The newest segment that has content. One behind it was begun in vain: the log went on in the one before.
fn last_written(
    files: &dyn FileSystem,
    folder: &Path,
    segments: &[u64],
) -> io::Result<Option<u64>> {
    for segment in segments.iter().rev() {
        if files.open(&filenames::wal(folder, *segment))?.length()? > 0 {
            return Ok(Some(*segment));
        }
    }
    Ok(None)
}
