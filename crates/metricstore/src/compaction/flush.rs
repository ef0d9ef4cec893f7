//! Memory becomes blocks: what is older than the newest block's end leaves the head.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use hashbrown::HashMap;
use swarmscope_model::metrics::{MetricError, SeriesId, SeriesSamples};

use super::commit::{self, commit, new_block, open_block};
use super::joining::{cut, join};
use crate::block::writer::BlockWriter;
use crate::chunk::{Chunk, Scratch, TimeRange};
use crate::error::io_error;
use crate::head::series::{MemorySeries, remove_span};
use crate::merging::merge;
use crate::shared::Shared;
use crate::stats::{add, count};
use crate::view::{BlockPart, View};

/// Series whose removal holds up readers at a time.
const REMOVE_AT_A_TIME: usize = 1_000;

/// Samples out of order, by series.
type Late = Vec<(Arc<MemorySeries>, SeriesSamples)>;

/// The end of the oldest period that is ready to become a block: half a period has passed since.
pub fn due(shared: &Shared) -> Option<i64> {
    let end = oldest_period_end(shared)?;
    let newest = shared.head.max_time();
    (newest >= end.saturating_add(shared.head.period / 2)).then_some(end)
}

/// The end of the period of the oldest sample in memory.
pub fn oldest_period_end(shared: &Shared) -> Option<i64> {
    let (oldest, period) = (shared.head.min_time(), shared.head.period);
    if oldest > shared.head.max_time() {
        return None;
    }
    let oldest = oldest.max(shared.view().head_from);
    Some(
        oldest
            .div_euclid(period)
            .saturating_add(1)
            .saturating_mul(period),
    )
}

/// Writes everything in memory before `end` into blocks. Memory forgets it when nobody reads it any more,
/// see [`forget`].
///
/// # Errors
/// When the file system refuses; everything is then in memory as before.
pub fn flush(shared: &Shared, end: i64) -> Result<(), MetricError> {
    let mut scratch = Scratch::default();
    let (late, number) = begin(shared, end, &mut scratch)?;
    let mut new = Vec::new();
    let first = end.saturating_sub(shared.head.period);
    let (own, earlier) = by_period(late, first, shared.head.period);
    for samples in earlier.into_values() {
        new.extend(write_late(shared, samples, &mut scratch)?);
    }
    new.extend(write_head(shared, end, own, &mut scratch)?);
    let view = View {
        head_from: end,
        flushed: number,
        reliance: Arc::default(),
        ..commit::exchanged(shared, &[], new)
    };
    let before = commit(shared, view, || {
        for series in shared.head.late().iter() {
            if let Some(out_of_order) = &mut series.state().out_of_order {
                out_of_order.end_flush();
            }
        }
    })?;
    count(&shared.counters.flushes);
    shared.set_forgetting(Some((Arc::clone(&before.reliance), end)));
    Ok(())
}

/// Lets no more samples in before the end, and marks those out of order as on their way.
fn begin(shared: &Shared, end: i64, scratch: &mut Scratch) -> Result<(Late, u64), MetricError> {
    let writer = shared.writer();
    shared.in_order_from.fetch_max(end, Ordering::Relaxed);
    let all: Vec<Arc<MemorySeries>> = shared.head.late().clone();
    let mut late = Late::new();
    for series in all {
        let mut state = series.state();
        let Some(out_of_order) = &mut state.out_of_order else {
            continue;
        };
        let samples = out_of_order
            .begin_flush(end, scratch)
            .map_err(damaged_memory)?;
        drop(state);
        if !samples.is_empty() {
            late.push((series, samples));
        }
    }
    Ok((late, writer.log.number()))
}

fn damaged_memory(error: crate::wire::Malformed) -> MetricError {
    MetricError::Damaged {
        path: "memory".to_owned(),
        offset: 0,
        reason: error.to_string(),
    }
}

/// Parts samples at `first` and at the periods before it.
fn by_period(
    late: Late,
    first: i64,
    period: i64,
) -> (HashMap<SeriesId, SeriesSamples>, BTreeMap<i64, Late>) {
    let mut own = HashMap::new();
    let mut earlier: BTreeMap<i64, Late> = BTreeMap::new();
    for (series, mut samples) in late {
        while let Some(oldest) = oldest(&samples).filter(|oldest| *oldest < first) {
            let begin = oldest.div_euclid(period) * period;
            let span = TimeRange {
                start: begin,
                end: begin + period - 1,
            };
            let mut inside = samples.clone();
            remove_span(
                &mut inside,
                TimeRange {
                    start: span.end + 1,
                    end: i64::MAX,
                },
            );
            remove_span(&mut samples, span);
            earlier
                .entry(begin)
                .or_default()
                .push((Arc::clone(&series), inside));
        }
        if !samples.is_empty() {
            own.insert(series.id, samples);
        }
    }
    (own, earlier)
}

fn oldest(samples: &SeriesSamples) -> Option<i64> {
    let histogram = samples.histograms.first().map(|(time, _)| *time);
    samples
        .times
        .first()
        .copied()
        .into_iter()
        .chain(histogram)
        .min()
}

/// A block of samples out of order alone.
fn write_late(
    shared: &Shared,
    mut late: Late,
    scratch: &mut Scratch,
) -> Result<Option<BlockPart>, MetricError> {
    late.sort_by(|(one, _), (other, _)| one.labels.cmp(&other.labels));
    write_block(shared, 1, |writer| {
        for (series, samples) in &late {
            writer.add(&series.labels, &cut(samples, scratch))?;
        }
        Ok(())
    })
}

/// A block of everything in memory before `end`, with the samples out of order that belong to it.
fn write_head(
    shared: &Shared,
    end: i64,
    mut late: HashMap<SeriesId, SeriesSamples>,
    scratch: &mut Scratch,
) -> Result<Option<BlockPart>, MetricError> {
    let from = shared.view().head_from;
    let all = shared.head.index().by_labels();
    write_block(shared, 1, |writer| {
        for series in &all {
            let mut chunks = series.state().chunks_before(end, scratch);
            chunks.retain(|chunk| chunk.max_time >= from);
            let late = late.remove(&series.id);
            let chunks = finished(chunks, late, scratch).map_err(std::io::Error::other)?;
            writer.add(&series.labels, &chunks)?;
        }
        Ok(())
    })
}

/// The chunks of a block from those of memory and the samples out of order.
pub fn finished(
    chunks: Vec<Chunk>,
    late: Option<SeriesSamples>,
    scratch: &mut Scratch,
) -> Result<Vec<Chunk>, crate::wire::Malformed> {
    let Some(late) = late else {
        return join(chunks, scratch);
    };
    let mut sources = [SeriesSamples::default(), late];
    for chunk in &chunks {
        crate::chunk::decode(&chunk.bytes, TimeRange::ALL, scratch, &mut sources[0])?;
    }
    let mut merged = SeriesSamples::default();
    merge(&sources, &mut merged);
    Ok(cut(&merged, scratch))
}

/// Writes a block and opens it; none when nothing was added.
pub fn write_block(
    shared: &Shared,
    level: u32,
    fill: impl FnOnce(&mut BlockWriter) -> std::io::Result<()>,
) -> Result<Option<BlockPart>, MetricError> {
    let (name, path) = new_block(shared);
    let files = Arc::clone(&shared.options.files);
    let written = BlockWriter::begin(files, &path, level).and_then(|mut writer| {
        fill(&mut writer)?;
        let is_empty = writer.series() == 0;
        if is_empty {
            writer.abandon()?;
        } else {
            writer.finish()?;
        }
        Ok(!is_empty)
    });
    match written {
        Ok(true) => Ok(Some(open_block(shared, &name)?)),
        Ok(false) => Ok(None),
        Err(error) => {
            shared.remove_temporary(&path);
            Err(io_error("writing", &path)(error))
        }
    }
}

/// Lets memory forget what is in blocks, unless somebody still reads it from memory. False when somebody
/// does.
pub fn forget(shared: &Shared) -> bool {
    let Some((reliance, end)) = shared.take_forgetting() else {
        return true;
    };
    if Arc::strong_count(&reliance) > 1 {
        shared.set_forgetting(Some((reliance, end)));
        return false;
    }
    let all: Vec<Arc<MemorySeries>> = shared.head.index().iter().cloned().collect();
    let mut empty = Vec::new();
    for series in &all {
        let mut state = series.state();
        state.forget_before(end);
        if state.is_empty() {
            empty.push(Arc::clone(series));
        }
    }
    remove_empty(shared, &empty);
    // Nobody adds samples meanwhile: that would need the list and a series the other way round, and put a
    // series on the list twice that is about to leave it.
    let _writer = shared.writer();
    shared.head.late().retain(|series| {
        let mut state = series.state();
        let late = state.out_of_order.take();
        state.out_of_order = late.filter(|late| late.chunk_count() > 0);
        state.out_of_order.is_some()
    });
    let index = shared.head.index();
    let oldest = index
        .iter()
        .filter_map(|series| series.state().oldest())
        .min();
    shared.head.set_min_time(oldest.unwrap_or(i64::MAX));
    true
}

/// Takes series that have nothing in memory out of the index.
fn remove_empty(shared: &Shared, empty: &[Arc<MemorySeries>]) {
    for some in empty.chunks(REMOVE_AT_A_TIME) {
        let mut writer = shared.writer();
        let mut index = shared.head.index_mut();
        for series in some {
            if series.state().is_empty() {
                index.remove(series.id);
                writer.guard.remove(&series.labels);
                add(&shared.counters.series_removed, 1);
            }
        }
    }
    if !empty.is_empty() {
        let _writer = shared.writer();
        shared.head.index_mut().tidy();
    }
}
