//! Rows that are computed series by series, in blocks, by two threads when they take long.
//!
//! Blocks come in the order of the series, so that what is summed up is summed up in one order.

use std::time::{Duration, Instant};

use swarmscope_model::limits::QUERY_THREADS;
use swarmscope_model::metrics::SeriesSamples;

use super::annotations::Annotations;
use super::context::{Evaluator, Shared};
use super::error::EvalError;
use super::frame::{Frame, RowBuffer, SeriesKey};

/// Cells of a block: what two threads fill before it is taken over.
const BLOCK_CELLS: usize = 1 << 20;
/// Series that are computed first, to see how long the rest will take.
const FIRST_SERIES: usize = 16;
/// A thread is worth its start when the rest takes longer than this.
const WORTH_A_THREAD: Duration = Duration::from_millis(4);

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
    let block = (BLOCK_CELLS / steps.max(1)).clamp(8 * FIRST_SERIES, 16_384);
    let shared = evaluator.shared;
    let began = Instant::now();
    let (mut start, mut end, mut threads) = (0, source.len().min(FIRST_SERIES), 1);
    while start < source.len() {
        let frame = compute(evaluator, source, steps, start..end, threads)?;
        shared.hold(frame.samples())?;
        take(evaluator, frame)?;
        if start == 0 {
            let each = began.elapsed() / FIRST_SERIES as u32;
            let rest = each.saturating_mul((source.len() - end) as u32);
            threads = if rest > WORTH_A_THREAD {
                QUERY_THREADS
            } else {
                1
            };
        }
        start = end;
        end = source.len().min(start + block);
    }
    Ok(())
}

fn compute(
    evaluator: &mut Evaluator<'_>,
    source: &dyn RowSource,
    steps: usize,
    series: std::ops::Range<usize>,
    threads: usize,
) -> Result<Frame, EvalError> {
    let shared = evaluator.shared;
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
