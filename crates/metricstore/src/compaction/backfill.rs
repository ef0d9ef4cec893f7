//! Samples of the past, written as blocks at once: what is imported would be too old for memory.

use std::collections::BTreeMap;

use swarmscope_model::metrics::{Append, Labels, MetricError, Refusal, SampleValue, SeriesSamples};

use super::commit::{commit, exchanged};
use super::flush::write_block;
use super::joining::cut;
use crate::chunk::Scratch;
use crate::head::validity::{check_histogram, check_labels};
use crate::shared::Shared;

/// The samples of one series in one period, in the order in which they were handed in.
type Rows = Vec<(i64, SampleValue)>;

/// Writes samples, which may be of any time and in any order, as blocks. Gives positions and reasons of
/// those that are not taken. Of samples with the same time the first counts; those in memory count
/// after those in blocks.
///
/// # Errors
/// When a block cannot be written; then nothing was taken.
pub fn backfill(shared: &Shared, samples: &[Append]) -> Result<Vec<(usize, Refusal)>, MetricError> {
    let _alone = shared.maintenance();
    let mut refused = Vec::new();
    let mut periods: BTreeMap<i64, BTreeMap<&Labels, Rows>> = BTreeMap::new();
    for (position, append) in samples.iter().enumerate() {
        if let Err(refusal) = check(append) {
            refused.push((position, refusal));
            continue;
        }
        let period = append.timestamp.div_euclid(shared.head.period);
        let series = periods.entry(period).or_default();
        let rows = series.entry(&append.labels).or_default();
        rows.push((append.timestamp, append.value.clone()));
    }
    let mut scratch = Scratch::default();
    let mut new = Vec::new();
    for series in periods.into_values() {
        let block = write_block(shared, 1, |writer| {
            for (labels, rows) in series {
                writer.add(labels, &cut(&in_order(rows), &mut scratch))?;
            }
            Ok(())
        })?;
        new.extend(block);
    }
    commit(shared, exchanged(shared, &[], new), || {})?;
    Ok(refused)
}

fn check(append: &Append) -> Result<(), Refusal> {
    check_labels(&append.labels)?;
    match &append.value {
        SampleValue::Float(_) => Ok(()),
        SampleValue::Histogram(histogram) => check_histogram(histogram),
    }
}

/// Rows by time, each time once.
fn in_order(mut rows: Rows) -> SeriesSamples {
    rows.sort_by_key(|(time, _)| *time);
    rows.dedup_by_key(|(time, _)| *time);
    let mut samples = SeriesSamples::default();
    for (time, value) in rows {
        match value {
            SampleValue::Float(value) => samples.push(time, value),
            SampleValue::Histogram(value) => samples.histograms.push((time, value)),
        }
    }
    samples
}
