//! Remote write 2.0: labels are places in a table of texts, and each series says what it is.

use std::sync::Arc;

use swarmscope_model::metrics::{Append, Exemplar, Labels, SampleValue};
use swarmscope_prometheus_wire::write_v2::{Request, TimeSeries, resolve};
use swarmscope_prometheus_wire::{DecodeError, Message, histogram};

use super::Batch;

/// The samples of a message.
pub fn batch(message: &[u8]) -> Result<Batch, DecodeError> {
    let request = Request::decode(message)?;
    let mut batch = Batch::default();
    for series in &request.timeseries {
        let count = (series.samples.len() + series.histograms.len()) as u64;
        match resolve(&series.labels_refs, &request.symbols) {
            Ok(labels) if count == 0 => batch.refused.note(0, || {
                format!(
                    "TimeSeries must contain at least one sample or histogram for series {labels:?}"
                )
            }),
            Ok(labels) => add(&mut batch, series, &labels, &request.symbols),
            Err(error) => batch.refused.note(count, || {
                format!(
                    "parsing labels for series {:?}: {error}",
                    series.labels_refs
                )
            }),
        }
    }
    Ok(batch)
}

fn add(batch: &mut Batch, series: &TimeSeries, labels: &Labels, symbols: &[String]) {
    let mut exemplars = Vec::with_capacity(series.exemplars.len());
    for message in &series.exemplars {
        match resolve(&message.labels_refs, symbols) {
            Ok(its_labels) => exemplars.push(Exemplar {
                labels: its_labels,
                value: message.value,
                timestamp: message.timestamp,
            }),
            Err(error) => batch.refused.note(0, || {
                format!("parsing exemplar for series {labels:?}: {error}")
            }),
        }
    }
    let floats = series
        .samples
        .iter()
        .map(|sample| (sample.timestamp, SampleValue::Float(sample.value)));
    let histograms = series.histograms.iter().map(|message| {
        let histogram = Arc::new(histogram::from_message(message));
        (message.timestamp, SampleValue::Histogram(histogram))
    });
    let mut exemplars = exemplars.into_iter();
    for (timestamp, value) in floats.chain(histograms) {
        batch.samples.push(Append {
            labels: labels.clone(),
            series: None,
            timestamp,
            value,
            exemplar: exemplars.next(),
        });
    }
    if let Some(last) = batch.samples.last() {
        batch.repeats.extend(exemplars.map(|exemplar| Append {
            exemplar: Some(exemplar),
            ..last.clone()
        }));
    }
}
