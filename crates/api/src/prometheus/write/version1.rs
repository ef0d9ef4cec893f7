//! Remote write 1.0: every series brings its labels as texts.

use std::collections::HashMap;
use std::sync::Arc;

use swarmscope_model::metrics::{Append, Exemplar, Labels, SampleValue};
use swarmscope_prometheus_wire::types::{self, TimeSeries, WriteRequest, from_labels};
use swarmscope_prometheus_wire::{DecodeError, Message, histogram};

use super::Batch;

/// The samples of a message.
pub fn batch(message: &[u8]) -> Result<Batch, DecodeError> {
    let request = WriteRequest::decode(message)?;
    let mut batch = Batch::default();
    let mut alone = Vec::new();
    for series in &request.timeseries {
        match from_labels(&series.labels) {
            Ok(labels) => add(&mut batch, &mut alone, series, labels),
            Err(name) => {
                let count = (series.samples.len() + series.histograms.len()) as u64;
                batch.refused.note(count, || {
                    let labels = &series.labels;
                    format!("invalid labels for series, labels {labels:?}, duplicated label {name}")
                });
            }
        }
    }
    attach(&mut batch, alone);
    Ok(batch)
}

fn add(
    batch: &mut Batch,
    alone: &mut Vec<(Labels, Exemplar)>,
    series: &TimeSeries,
    labels: Labels,
) {
    let mut exemplars = series.exemplars.iter().filter_map(exemplar);
    for sample in &series.samples {
        batch.samples.push(Append {
            labels: labels.clone(),
            series: None,
            timestamp: sample.timestamp,
            value: SampleValue::Float(sample.value),
            exemplar: exemplars.next(),
        });
    }
    for message in &series.histograms {
        batch.samples.push(Append {
            labels: labels.clone(),
            series: None,
            timestamp: message.timestamp,
            value: SampleValue::Histogram(Arc::new(histogram::from_message(message))),
            exemplar: exemplars.next(),
        });
    }
    alone.extend(exemplars.map(|exemplar| (labels.clone(), exemplar)));
}

/// Prometheus sends exemplars as series of their own, without samples. They go with a sample of their series
/// in the same message; without one they are lost, as exemplars may be.
fn attach(batch: &mut Batch, alone: Vec<(Labels, Exemplar)>) {
    if alone.is_empty() {
        return;
    }
    let samples = &mut batch.samples;
    let places: HashMap<Labels, usize> = samples
        .iter()
        .enumerate()
        .map(|(place, append)| (append.labels.clone(), place))
        .collect();
    for (labels, exemplar) in alone {
        match places.get(&labels) {
            None => tracing::debug!(?labels, "an exemplar came without a sample of its series"),
            Some(&place) if samples[place].exemplar.is_none() => {
                samples[place].exemplar = Some(exemplar);
            }
            Some(&place) => batch.repeats.push(Append {
                exemplar: Some(exemplar),
                ..samples[place].clone()
            }),
        }
    }
}

fn exemplar(message: &types::Exemplar) -> Option<Exemplar> {
    Some(Exemplar {
        labels: from_labels(&message.labels).ok()?,
        value: message.value,
        timestamp: message.timestamp,
    })
}
