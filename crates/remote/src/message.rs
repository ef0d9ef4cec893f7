//! Samples as the body of a request, in either version of the protocol.

use std::collections::HashMap;
use std::sync::Arc;

use swarmscope_model::metrics::{Labels, MetricKind, MetricMetadata, SampleValue};
use swarmscope_prometheus_config::ProtobufMessage;
use swarmscope_prometheus_wire::types::{self, Sample, to_labels};
use swarmscope_prometheus_wire::write_v2::{self, Symbols};
use swarmscope_prometheus_wire::{Message, compression, histogram};

use crate::queue::QueuedSample;

/// Where types and meanings of metrics come from.
pub type MetadataSource = Arc<dyn Fn() -> Vec<(String, MetricMetadata)> + Send + Sync>;

/// Metadata by family.
pub(crate) type Families = HashMap<String, MetricMetadata>;

/// A request that is ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub bytes: Vec<u8>,
    pub samples: usize,
    pub histograms: usize,
    pub exemplars: usize,
    /// The newest sample, in milliseconds since the epoch.
    pub newest: i64,
}

/// The request of samples.
///
/// # Errors
/// When it would have more than 4 GiB.
pub(crate) fn samples(
    samples: &[QueuedSample],
    version: ProtobufMessage,
    families: &Families,
) -> Result<Body, compression::BadCompression> {
    let message = match version {
        ProtobufMessage::WriteRequestV1 => version_1(samples),
        ProtobufMessage::RequestV2 => version_2(samples, families),
    };
    let histogram = |sample: &&QueuedSample| matches!(sample.value, SampleValue::Histogram(_));
    Ok(Body {
        bytes: compression::compress(&message)?,
        samples: samples.len(),
        histograms: samples.iter().filter(histogram).count(),
        exemplars: samples
            .iter()
            .filter(|sample| sample.exemplar.is_some())
            .count(),
        newest: samples
            .iter()
            .map(|sample| sample.timestamp)
            .max()
            .unwrap_or_default(),
    })
}

/// A request of metadata alone, which only version 1 has.
///
/// # Errors
/// When it would have more than 4 GiB.
pub(crate) fn metadata(
    families: &[(String, MetricMetadata)],
) -> Result<Vec<u8>, compression::BadCompression> {
    let metadata = families
        .iter()
        .map(|(family, metadata)| types::MetricMetadata {
            kind: kind_1(metadata.kind) as i32,
            metric_family_name: family.clone(),
            help: metadata.help.clone(),
            unit: metadata.unit.clone(),
        })
        .collect();
    let request = types::WriteRequest {
        timeseries: Vec::new(),
        metadata,
    };
    compression::compress(&request.encode_to_vec())
}

/// The samples of each series, in the order of their first samples. One that comes again, as those with
/// several exemplars do, gives only its exemplar.
fn by_series(samples: &[QueuedSample]) -> Vec<(&Labels, Vec<&QueuedSample>)> {
    let mut places: HashMap<&Labels, usize> = HashMap::new();
    let mut grouped: Vec<(&Labels, Vec<&QueuedSample>)> = Vec::new();
    for sample in samples {
        let place = *places.entry(&sample.labels).or_insert(grouped.len());
        if place == grouped.len() {
            grouped.push((&sample.labels, Vec::new()));
        }
        grouped[place].1.push(sample);
    }
    grouped
}

fn first_of_each_time<'a>(
    samples: &'a [&'a QueuedSample],
) -> impl Iterator<Item = &'a QueuedSample> {
    let repeats = move |position: usize| {
        position > 0 && samples[position - 1].timestamp == samples[position].timestamp
    };
    (0..samples.len())
        .filter(move |position| !repeats(*position))
        .map(|position| samples[position])
}

fn floats(samples: &[&QueuedSample]) -> Vec<Sample> {
    first_of_each_time(samples)
        .filter_map(|sample| match sample.value {
            SampleValue::Float(value) => Some(Sample {
                value,
                timestamp: sample.timestamp,
                start_timestamp: 0,
            }),
            SampleValue::Histogram(_) => None,
        })
        .collect()
}

fn histograms(samples: &[&QueuedSample]) -> Vec<types::Histogram> {
    first_of_each_time(samples)
        .filter_map(|sample| match &sample.value {
            SampleValue::Histogram(value) => Some(histogram::to_message(value, sample.timestamp)),
            SampleValue::Float(_) => None,
        })
        .collect()
}

fn version_1(samples: &[QueuedSample]) -> Vec<u8> {
    let timeseries = by_series(samples)
        .into_iter()
        .map(|(labels, samples)| types::TimeSeries {
            labels: to_labels(labels),
            samples: floats(&samples),
            histograms: histograms(&samples),
            exemplars: samples
                .iter()
                .filter_map(|sample| sample.exemplar.as_ref())
                .map(|exemplar| types::Exemplar {
                    labels: to_labels(&exemplar.labels),
                    value: exemplar.value,
                    timestamp: exemplar.timestamp,
                })
                .collect(),
        })
        .collect();
    let request = types::WriteRequest {
        timeseries,
        metadata: Vec::new(),
    };
    request.encode_to_vec()
}

fn version_2(samples: &[QueuedSample], families: &Families) -> Vec<u8> {
    let mut symbols = Symbols::default();
    let timeseries = by_series(samples)
        .into_iter()
        .map(|(labels, samples)| {
            let labels_refs = symbols.references(labels);
            let exemplars = samples
                .iter()
                .filter_map(|sample| sample.exemplar.as_ref())
                .map(|exemplar| write_v2::Exemplar {
                    labels_refs: symbols.references(&exemplar.labels),
                    value: exemplar.value,
                    timestamp: exemplar.timestamp,
                })
                .collect();
            let metadata = labels
                .metric_name()
                .and_then(|name| family(name, families))
                .map(|metadata| write_v2::Metadata {
                    kind: kind_2(metadata.kind) as i32,
                    help_ref: symbols.place(&metadata.help),
                    unit_ref: symbols.place(&metadata.unit),
                });
            write_v2::TimeSeries {
                labels_refs,
                samples: floats(&samples),
                histograms: histograms(&samples),
                exemplars,
                metadata,
            }
        })
        .collect();
    let request = write_v2::Request {
        symbols: symbols.finish(),
        timeseries,
    };
    request.encode_to_vec()
}

/// The metadata of the family that a metric belongs to by its name.
fn family<'a>(name: &str, families: &'a Families) -> Option<&'a MetricMetadata> {
    families.get(name).or_else(|| {
        ["_total", "_bucket", "_count", "_sum"]
            .iter()
            .find_map(|suffix| families.get(name.strip_suffix(suffix)?))
    })
}

fn kind_1(kind: MetricKind) -> types::MetricType {
    match kind {
        MetricKind::Counter => types::MetricType::Counter,
        MetricKind::Gauge => types::MetricType::Gauge,
        MetricKind::Histogram => types::MetricType::Histogram,
        MetricKind::GaugeHistogram => types::MetricType::GaugeHistogram,
        MetricKind::Summary => types::MetricType::Summary,
        MetricKind::Info => types::MetricType::Info,
        MetricKind::StateSet => types::MetricType::StateSet,
        MetricKind::Unknown => types::MetricType::Unknown,
    }
}

fn kind_2(kind: MetricKind) -> write_v2::MetricType {
    match kind {
        MetricKind::Counter => write_v2::MetricType::Counter,
        MetricKind::Gauge => write_v2::MetricType::Gauge,
        MetricKind::Histogram => write_v2::MetricType::Histogram,
        MetricKind::GaugeHistogram => write_v2::MetricType::GaugeHistogram,
        MetricKind::Summary => write_v2::MetricType::Summary,
        MetricKind::Info => write_v2::MetricType::Info,
        MetricKind::StateSet => write_v2::MetricType::StateSet,
        MetricKind::Unknown => write_v2::MetricType::Unspecified,
    }
}
