//! Series that come to have the same labels: one series when their samples never meet, else an error.

use std::collections::HashMap;

use swarmscope_model::metrics::Labels;
use swarmscope_model::metrics::labels::METRIC_NAME;

use super::error::EvalError;
use super::frame::{Frame, HistogramAt, Row, RowBuffer, SampleRef, is_present};

/// The labels that say what a metric is, which most functions drop.
const METADATA_LABELS: [&str; 3] = [METRIC_NAME, "__type__", "__unit__"];

/// The labels without the metric's name, type and unit.
pub(crate) fn without_metadata(labels: &Labels) -> Labels {
    if labels
        .iter()
        .any(|(name, _)| METADATA_LABELS.contains(&name))
    {
        labels.without(&METADATA_LABELS)
    } else {
        labels.clone()
    }
}

/// Drops the names that are marked, and merges what then has the same labels: a row may have a float and a
/// histogram at one step afterwards.
pub(crate) fn drop_names(mut frame: Frame) -> Result<Frame, EvalError> {
    for key in frame.keys_mut() {
        if key.drop_name {
            key.labels = without_metadata(&key.labels);
        }
    }
    merge_by(frame, merged_at_the_end)
}

/// Whether two series have the same labels.
pub(crate) fn any(frame: &Frame) -> bool {
    if frame.len() < 2 {
        return false;
    }
    let mut seen = HashMap::with_capacity_and_hasher(frame.len(), super::hashing::Fast::default());
    frame
        .keys()
        .iter()
        .any(|key| seen.insert(key.labels.packed(), ()).is_some())
}

/// Merges series of the same labels.
///
/// # Errors
/// When two of them have a sample at the same time.
pub(crate) fn merge(frame: Frame) -> Result<Frame, EvalError> {
    merge_by(frame, merged_row)
}

type Merge = fn(usize, &[Row<'_>]) -> Result<RowBuffer, EvalError>;

fn merge_by(frame: Frame, merge: Merge) -> Result<Frame, EvalError> {
    if !any(&frame) {
        return Ok(frame);
    }
    let mut members: Vec<Vec<usize>> = Vec::with_capacity(frame.len());
    let mut groups =
        HashMap::with_capacity_and_hasher(frame.len(), super::hashing::Fast::default());
    for (index, key) in frame.keys().iter().enumerate() {
        let next = members.len();
        let group = *groups.entry(key.labels.packed()).or_insert(next);
        if group == next {
            members.push(Vec::new());
        }
        members[group].push(index);
    }
    let mut merged = Frame::with_capacity(frame.steps(), members.len());
    for group in members {
        let rows: Vec<Row<'_>> = group.iter().map(|index| frame.row(*index)).collect();
        let mut buffer = merge(frame.steps(), &rows)?;
        merged.push(rows[0].key.clone(), &mut buffer);
    }
    Ok(merged)
}

fn merged_row(steps: usize, rows: &[Row<'_>]) -> Result<RowBuffer, EvalError> {
    let buffer = merged_at_the_end(steps, rows)?;
    let has_both = |(at, _): &HistogramAt| is_present(buffer.floats[*at]);
    if buffer.histograms.iter().any(has_both) {
        return Err(EvalError::DuplicateLabels);
    }
    Ok(buffer)
}

/// A float and a histogram may meet: at the end of an evaluation, Prometheus 3.14 looks at either kind alone.
fn merged_at_the_end(steps: usize, rows: &[Row<'_>]) -> Result<RowBuffer, EvalError> {
    let mut buffer = RowBuffer::default();
    buffer.reset(steps);
    for row in rows {
        for (step, sample) in row.iter() {
            match sample {
                SampleRef::Float(_) if is_present(buffer.floats[step]) => {
                    return Err(EvalError::DuplicateLabels);
                }
                SampleRef::Float(value) => buffer.floats[step] = value,
                SampleRef::Histogram(histogram) => {
                    buffer.histograms.push((step, histogram.clone()));
                }
            }
        }
    }
    buffer.histograms.sort_by_key(|(step, _)| *step);
    let meet = |pair: &[HistogramAt]| pair[0].0 == pair[1].0;
    if buffer.histograms.windows(2).any(meet) {
        return Err(EvalError::DuplicateLabels);
    }
    Ok(buffer)
}
