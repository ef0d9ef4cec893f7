//! Bodies of OTLP, made of what a scenario says.

use std::collections::BTreeMap;

use prost::Message;
use reqwest::RequestBuilder;
use serde::Deserialize;

#[allow(dead_code, reason = "replies are not read here")]
#[path = "../../src/prometheus/otlp/proto.rs"]
mod proto;

use proto::{
    AnyValue, Data, DenseBuckets, ExponentialHistogram, ExponentialPoint, ExportRequest, Gauge,
    Histogram, HistogramPoint, KeyValue, Metric, Number, NumberPoint, Resource, ResourceMetrics,
    ScopeMetrics, Sum, Summary, SummaryPoint, Value, ValueAtQuantile,
};

type Attributes = BTreeMap<String, String>;

/// One request about one resource.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Otlp {
    pub resource: Attributes,
    pub metrics: Vec<WrittenMetric>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenMetric {
    name: String,
    #[serde(default)]
    unit: String,
    /// `gauge`, `counter`, `delta`, `histogram`, `exponential` or `summary`.
    kind: String,
    /// Seconds since the epoch.
    at: u64,
    #[serde(default)]
    attributes: Attributes,
    #[serde(default)]
    value: f64,
    #[serde(default)]
    count: u64,
    #[serde(default)]
    bounds: Vec<f64>,
    #[serde(default)]
    counts: Vec<u64>,
    #[serde(default)]
    scale: i32,
    #[serde(default)]
    offset: i32,
    #[serde(default)]
    quantiles: Vec<(f64, f64)>,
}

/// Adds the body and its headers.
pub fn attach(request: RequestBuilder, otlp: &Otlp) -> RequestBuilder {
    let message = ExportRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(Resource {
                attributes: attributes(&otlp.resource),
            }),
            scope_metrics: vec![ScopeMetrics {
                metrics: otlp.metrics.iter().map(metric).collect(),
                ..ScopeMetrics::default()
            }],
        }],
    };
    request
        .header("content-type", "application/x-protobuf")
        .body(message.encode_to_vec())
}

fn attributes(of: &Attributes) -> Vec<KeyValue> {
    of.iter()
        .map(|(key, text)| KeyValue {
            key: key.clone(),
            value: Some(AnyValue {
                value: Some(Value::Text(text.clone())),
            }),
        })
        .collect()
}

fn metric(written: &WrittenMetric) -> Metric {
    const DELTA: i32 = 1;
    let attributes = attributes(&written.attributes);
    let time_unix_nano = written.at * 1_000_000_000;
    let (count, sum) = (written.count, written.value);
    let number = NumberPoint {
        attributes: attributes.clone(),
        time_unix_nano,
        value: Some(Number::Double(written.value)),
        ..NumberPoint::default()
    };
    let sum_of = |aggregation_temporality| {
        Data::Sum(Sum {
            data_points: vec![number.clone()],
            aggregation_temporality,
            is_monotonic: true,
        })
    };
    let data = match written.kind.as_str() {
        "gauge" => Data::Gauge(Gauge {
            data_points: vec![number],
        }),
        "counter" => sum_of(proto::CUMULATIVE),
        "delta" => sum_of(DELTA),
        "histogram" => Data::Histogram(Histogram {
            data_points: vec![HistogramPoint {
                attributes,
                time_unix_nano,
                count,
                sum: Some(sum),
                bucket_counts: written.counts.clone(),
                explicit_bounds: written.bounds.clone(),
                ..HistogramPoint::default()
            }],
            aggregation_temporality: proto::CUMULATIVE,
        }),
        "exponential" => Data::ExponentialHistogram(ExponentialHistogram {
            data_points: vec![ExponentialPoint {
                attributes,
                time_unix_nano,
                count,
                sum: Some(sum),
                scale: written.scale,
                positive: Some(DenseBuckets {
                    offset: written.offset,
                    bucket_counts: written.counts.clone(),
                }),
                ..ExponentialPoint::default()
            }],
            aggregation_temporality: proto::CUMULATIVE,
        }),
        "summary" => Data::Summary(Summary {
            data_points: vec![SummaryPoint {
                attributes,
                time_unix_nano,
                count,
                sum,
                quantile_values: written
                    .quantiles
                    .iter()
                    .map(|(quantile, value)| ValueAtQuantile {
                        quantile: *quantile,
                        value: *value,
                    })
                    .collect(),
                flags: 0,
            }],
        }),
        other => panic!("there is no kind {other}"),
    };
    Metric {
        name: written.name.clone(),
        description: String::new(),
        unit: written.unit.clone(),
        data: Some(data),
    }
}
