//! The made-up series of a test, written as time goes on.

use swarmscope_model::metrics::{Append, Durability, Labels, MetricStore, SampleValue};
use swarmscope_promql::parser::{SequenceValue, parse_series_description};

use super::error::UnitTestError;
use super::file::InputSeries;

/// Series whose samples are not all written yet.
pub(super) struct Input {
    interval: i64,
    series: Vec<(Labels, Vec<SequenceValue>)>,
    /// The first sample that is not written.
    next: usize,
}

impl Input {
    /// Reads series whose samples are `interval` milliseconds apart, from the epoch on.
    ///
    /// # Errors
    /// When one is not in the notation of series.
    pub fn new(given: &[InputSeries], interval: i64) -> Result<Self, UnitTestError> {
        let series = given
            .iter()
            .map(|each| {
                let text = format!("{} {}", each.series, each.values);
                match parse_series_description(&text) {
                    Ok(described) => Ok((described.labels, described.values)),
                    Err(source) => Err(UnitTestError::Series { text, source }),
                }
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            interval,
            series,
            next: 0,
        })
    }

    /// Writes the samples up to a time.
    ///
    /// # Errors
    /// When the store does not take them.
    pub fn write_until(&mut self, at: i64, store: &dyn MetricStore) -> Result<(), UnitTestError> {
        let mut batch = Vec::new();
        while self.next as i64 * self.interval <= at {
            let due = self.series.iter().filter_map(|(labels, values)| {
                let value = match values.get(self.next)? {
                    SequenceValue::Omitted => return None,
                    SequenceValue::Float(value) => SampleValue::Float(*value),
                    SequenceValue::Histogram { histogram, .. } => {
                        SampleValue::Histogram(histogram.clone())
                    }
                };
                Some(Append {
                    labels: labels.clone(),
                    series: None,
                    timestamp: self.next as i64 * self.interval,
                    value,
                    exemplar: None,
                })
            });
            batch.extend(due);
            self.next += 1;
        }
        if !batch.is_empty() {
            store.append(&batch, Durability::Buffered)?;
        }
        Ok(())
    }
}
