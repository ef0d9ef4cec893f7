//! Rows that are computed series by series, in blocks, by two threads when there are many.
//!
//! Blocks come in the order of the series, so that what is summed up is summed up in one order.

use swarmscope_model::limits::QUERY_THREADS;
use swarmscope_model::metrics::SeriesSamples;

use super::annotations::Annotations;
use super::context::{Evaluator, Shared};
use super::error::EvalError;
use super::frame::{Frame, RowBuffer, SeriesKey};

/// Cells of a block: what two threads fill before it is taken over.
const BLOCK_CELLS: usize = 1 << 20;
/// Fewer series are not worth a thread.
const SERIES_PER_THREAD: usize = 64;

/// What one thread reuses from series to series.
pub(crate) struct Worker<'a> {
    pub shared: &'a Shared<'a>,
    pub samples: SeriesSamples,
    pub annotations: Annotations,
}

/// Series whose rows can be computed one by one.
pub(crate) trait RowSource: Sync {
    /// How many series there are.
    fn len(&self) -> usize;

    /// The labels of a series' row.
    fn key(&self, index: usize) -> SeriesKey;

    /// Fills the row of a series; it is empty before.
    fn fill(
        &self,
        index: usize,
        worker: &mut Worker<'_>,
        row: &mut RowBuffer,
    ) -> Result<(), EvalError>;
}

/// All rows in one frame.
pub(crate) fn collect(
    evaluator: &mut Evaluator<'_>,
    source: &dyn RowSource,
    steps: usize,
) -> Result<Frame, EvalError> {
    let mut all = Frame::new(steps);
    each_block(evaluator, source, steps, |_, block| {
        if all.is_empty() {
            all = block;
        } else {
            all.append(block);
        }
        Ok(())
    })?;
    Ok(all)
}

/// The rows in blocks, in order. A block is held while it is taken over.
pub(crate) fn each_block<'a>(
    evaluator: &mut Evaluator<'a>,
    source: &dyn RowSource,
    steps: usize,
    mut take: impl FnMut(&mut Evaluator<'a>, Frame) -> Result<(), EvalError>,
) -> Result<(), EvalError> {
    let block = (BLOCK_CELLS / steps.max(1)).clamp(2 * SERIES_PER_THREAD, 16_384);
    let shared = evaluator.shared;
    let mut start = 0;
    while start < source.len() {
        let end = source.len().min(start + block);
        let frame = compute(evaluator, source, steps, start..end)?;
        shared.hold(frame.samples())?;
        take(evaluator, frame)?;
        start = end;
    }
    Ok(())
}

fn compute(
    evaluator: &mut Evaluator<'_>,
    source: &dyn RowSource,
    steps: usize,
    series: std::ops::Range<usize>,
) -> Result<Frame, EvalError> {
    let shared = evaluator.shared;
    let threads = QUERY_THREADS.min(series.len() / SERIES_PER_THREAD).max(1);
    let share = series.len().div_ceil(threads);
    let mut parts: Vec<std::ops::Range<usize>> = series
        .clone()
        .step_by(share.max(1))
        .map(|start| start..series.end.min(start + share))
        .collect();
    let own = if parts.is_empty() {
        0..0
    } else {
        parts.remove(0)
    };
    let results = std::thread::scope(|scope| {
        let others: Vec<_> = parts
            .into_iter()
            .map(|part| scope.spawn(move || fill(shared, source, steps, part)))
            .collect();
        let mut results = vec![fill(shared, source, steps, own)];
        for other in others {
            match other.join() {
                Ok(result) => results.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    let mut frame = Frame::new(steps);
    for result in results {
        let (part, annotations) = result?;
        evaluator.annotations_mut().merge(annotations);
        if frame.is_empty() {
            frame = part;
        } else {
            frame.append(part);
        }
    }
    Ok(frame)
}

fn fill<'a>(
    shared: &'a Shared<'a>,
    source: &dyn RowSource,
    steps: usize,
    series: std::ops::Range<usize>,
) -> Result<(Frame, Annotations), EvalError> {
    let mut worker = Worker {
        shared,
        samples: SeriesSamples::default(),
        annotations: Annotations::default(),
    };
    let mut frame = Frame::with_capacity(steps, series.len());
    let mut row = RowBuffer::default();
    for index in series {
        shared.check()?;
        row.reset(steps);
        source.fill(index, &mut worker, &mut row)?;
        frame.push(source.key(index), &mut row);
    }
    Ok((frame, worker.annotations))
}
