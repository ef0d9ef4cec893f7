//! Writes what a rule gave, and marks the series that it no longer gives.

use std::collections::BTreeMap;

use swarmscope_model::metrics::{Append, Durability, MetricStore, Refusal, STALE_NAN, SampleValue};

use super::LastSeries;
use crate::rule::{RuleError, Written};

/// Writes series at a time. Gives those to mark should they be gone the next time.
pub(super) fn write(
    store: &dyn MetricStore,
    written: Vec<Written>,
    mut last: LastSeries,
    timestamp: i64,
) -> (LastSeries, Result<(), RuleError>) {
    let count = written.len();
    let mut batch: Vec<Append> = written
        .into_iter()
        .map(|(labels, value)| Append {
            series: last.remove(&labels).flatten(),
            labels,
            timestamp,
            value,
            exemplar: None,
        })
        .collect();
    batch.extend(stale_marks(last, timestamp));
    if batch.is_empty() {
        return (LastSeries::new(), Ok(()));
    }
    let outcome = match store.append(&batch, Durability::Buffered) {
        Ok(outcome) => outcome,
        Err(error) => {
            // Nothing was marked; it has to be once the store takes samples again.
            let unmarked = batch.into_iter().map(|each| (each.labels, each.series));
            return (unmarked.collect(), Err(error.into()));
        }
    };
    // A mark is refused when another rule gives the series now, which is as it should be.
    let refused: BTreeMap<usize, Refusal> = outcome
        .refused
        .into_iter()
        .filter(|(index, _)| *index < count)
        .collect();
    let taken = batch
        .into_iter()
        .zip(outcome.series)
        .take(count)
        .enumerate()
        .filter(|(index, _)| !refused.contains_key(index))
        .map(|(_, (each, series))| (each.labels, series))
        .collect();
    let result = match refused.values().next_back() {
        None => Ok(()),
        Some(reason) => Err(RuleError::Refused {
            refused: refused.len(),
            reason: reason.clone(),
        }),
    };
    (taken, result)
}

/// The marks that say of series that they are gone.
pub(super) fn stale_marks(series: LastSeries, timestamp: i64) -> impl Iterator<Item = Append> {
    series.into_iter().map(move |(labels, series)| Append {
        labels,
        series,
        timestamp,
        value: SampleValue::Float(STALE_NAN),
        exemplar: None,
    })
}
