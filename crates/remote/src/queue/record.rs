//! A batch of samples as bytes: length, checksum, and the message of remote write 2.0, compressed. The
//! message is a good fit, as every text stands in it once, and its reader is there anyway.

use std::sync::Arc;

use swarmscope_model::limits::REMOTE_RECORD_BYTES;
use swarmscope_model::metrics::{Exemplar, Labels, SampleValue};
use swarmscope_prometheus_wire::types::Sample;
use swarmscope_prometheus_wire::write_v2::{self, BadReferences, Request, Symbols, TimeSeries};
use swarmscope_prometheus_wire::{Message, compression, histogram};

/// Length and checksum, four bytes each, little-endian.
const HEADER: usize = 8;

/// One sample on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct QueuedSample {
    pub labels: Labels,
    /// Milliseconds since the epoch.
    pub timestamp: i64,
    pub value: SampleValue,
    pub exemplar: Option<Exemplar>,
}

/// A record that has the right checksum and still makes no sense.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadRecord {
    #[error(transparent)]
    Compression(#[from] compression::BadCompression),
    #[error(transparent)]
    Message(#[from] swarmscope_prometheus_wire::DecodeError),
    #[error(transparent)]
    References(#[from] BadReferences),
}

/// The record of samples, or several when one would be too large.
pub(super) fn encode(samples: &[QueuedSample]) -> Vec<Vec<u8>> {
    let message = request(samples).encode_to_vec();
    if message.len() > REMOTE_RECORD_BYTES && samples.len() > 1 {
        let (front, back) = samples.split_at(samples.len() / 2);
        return [encode(front), encode(back)].concat();
    }
    let Ok(body) = compression::compress(&message) else {
        // Beyond 4 GiB, which one series with its labels never reaches.
        return Vec::new();
    };
    let mut record = Vec::with_capacity(HEADER + body.len());
    record.extend((body.len() as u32).to_le_bytes());
    record.extend(crc32fast::hash(&body).to_le_bytes());
    record.extend(body);
    vec![record]
}

/// The body of the record at the front and the length of the whole record; `None` when it is cut off or
/// damaged.
pub(super) fn cut(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (checksum, rest) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    let body = rest.get(..length)?;
    // Bytes that a failing disk left as zeros must not pass as an empty record.
    (length > 0 && crc32fast::hash(body) == u32::from_le_bytes(*checksum))
        .then_some((body, HEADER + length))
}

/// The samples of a record's body.
pub(super) fn decode(body: &[u8]) -> Result<Vec<QueuedSample>, BadRecord> {
    // One sample alone may be larger than the limit at which batches are split.
    let message = compression::decompress(body, 4 * REMOTE_RECORD_BYTES)?;
    let request = Request::decode(message.as_slice())?;
    let mut samples = Vec::with_capacity(request.timeseries.len());
    for series in &request.timeseries {
        let labels = write_v2::resolve(&series.labels_refs, &request.symbols)?;
        let exemplar = match series.exemplars.first() {
            Some(exemplar) => Some(Exemplar {
                labels: write_v2::resolve(&exemplar.labels_refs, &request.symbols)?,
                value: exemplar.value,
                timestamp: exemplar.timestamp,
            }),
            None => None,
        };
        let floats = series
            .samples
            .iter()
            .map(|sample| (sample.timestamp, SampleValue::Float(sample.value)));
        let histograms = series.histograms.iter().map(|message| {
            let value = histogram::from_message(message);
            (message.timestamp, SampleValue::Histogram(Arc::new(value)))
        });
        samples.extend(
            floats
                .chain(histograms)
                .map(|(timestamp, value)| QueuedSample {
                    labels: labels.clone(),
                    timestamp,
                    value,
                    exemplar: exemplar.clone(),
                }),
        );
    }
    Ok(samples)
}

fn request(samples: &[QueuedSample]) -> Request {
    let mut symbols = Symbols::default();
    let timeseries = samples
        .iter()
        .map(|sample| {
            let mut series = TimeSeries {
                labels_refs: symbols.references(&sample.labels),
                ..TimeSeries::default()
            };
            match &sample.value {
                SampleValue::Float(value) => series.samples.push(Sample {
                    value: *value,
                    timestamp: sample.timestamp,
                    start_timestamp: 0,
                }),
                SampleValue::Histogram(value) => series
                    .histograms
                    .push(histogram::to_message(value, sample.timestamp)),
            }
            if let Some(exemplar) = &sample.exemplar {
                series.exemplars.push(write_v2::Exemplar {
                    labels_refs: symbols.references(&exemplar.labels),
                    value: exemplar.value,
                    timestamp: exemplar.timestamp,
                });
            }
            series
        })
        .collect();
    Request {
        symbols: symbols.finish(),
        timeseries,
    }
}
