//! Points of OTLP as samples: sums and gauges as they are, histograms and summaries as the classic series of
//! Prometheus, exponential histograms as native ones.

use std::sync::Arc;

use swarmscope_model::metrics::histogram::CUSTOM_BUCKETS_SCHEMA;
use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{
    Append, Buckets, Exemplar, Histogram, Labels, LabelsBuilder, STALE_NAN, SampleValue,
};
use swarmscope_prometheus_config::OtlpConfig;

use super::attributes::{Source, verbatim};
use super::exponential;
use super::naming::{self, Shape};
use super::proto::{
    self, CUMULATIVE, Data, ExemplarValue, ExponentialPoint, ExportRequest, HistogramPoint, Metric,
    NO_RECORDED_VALUE, Number, NumberPoint, ResourceMetrics, SummaryPoint,
};
use crate::prometheus::ingest::Refused;

/// Characters that the labels of an exemplar may have together, OpenMetrics' limit.
const MAX_EXEMPLAR_CHARACTERS: usize = 128;
/// Distance of `target_info` samples within one request: half of what a query looks back.
const TARGET_INFO_EVERY: i64 = 150_000;

/// A request as samples, and what could not become one.
#[derive(Debug, Default)]
pub struct Converted {
    pub samples: Vec<Append>,
    /// Data points that are not among the samples.
    pub refused: Refused,
}

/// Turns a request into samples.
pub fn request(request: &ExportRequest, settings: &OtlpConfig) -> Converted {
    let mut converted = Converted::default();
    for resource in &request.resource_metrics {
        converted.resource(resource, settings);
    }
    converted
}

impl Converted {
    fn resource(&mut self, metrics: &ResourceMetrics, settings: &OtlpConfig) {
        let mut source = Source::of(metrics.resource.as_ref(), settings);
        let first = self.samples.len();
        for scope in &metrics.scope_metrics {
            source = source.within(scope);
            for metric in &scope.metrics {
                if let Err(reason) = self.metric(metric, &source) {
                    self.refused.note(points(metric), || reason);
                }
            }
        }
        let times = self.samples[first..].iter().map(|sample| sample.timestamp);
        let (Some(earliest), Some(latest)) = (times.clone().min(), times.max()) else {
            return;
        };
        if let Some(labels) = source.target_info() {
            let mut time = earliest;
            while time < latest {
                self.push(labels.clone(), time, SampleValue::Float(1.0), None);
                time += TARGET_INFO_EVERY;
            }
            self.push(labels, latest, SampleValue::Float(1.0), None);
        }
    }

    fn metric(&mut self, metric: &Metric, source: &Source<'_>) -> Result<(), String> {
        let data = metric
            .data
            .as_ref()
            .ok_or_else(|| format!("metric {:?} has no data of a known type", metric.name))?;
        let (temporality, shape) = match data {
            Data::Gauge(_) => (CUMULATIVE, Shape::Gauge),
            Data::Summary(_) => (CUMULATIVE, Shape::Other),
            Data::Sum(sum) if sum.is_monotonic => (sum.aggregation_temporality, Shape::Counter),
            Data::Sum(sum) => (sum.aggregation_temporality, Shape::Other),
            Data::Histogram(histogram) => (histogram.aggregation_temporality, Shape::Other),
            Data::ExponentialHistogram(histogram) => {
                (histogram.aggregation_temporality, Shape::Other)
            }
        };
        if temporality != CUMULATIVE {
            return Err(format!(
                "invalid temporality and type combination for metric {:?}; only cumulative temporality is \
                 stored, which the sender's SDK or a deltatocumulative processor can make",
                metric.name
            ));
        }
        let name = naming::metric(
            &metric.name,
            &metric.unit,
            shape,
            source.settings().translation_strategy,
        )
        .ok_or_else(|| {
            format!(
                "normalization for metric {:?} resulted in empty name",
                metric.name
            )
        })?;
        match data {
            Data::Gauge(gauge) => self.numbers(&name, &gauge.data_points, source),
            Data::Sum(sum) => self.numbers(&name, &sum.data_points, source),
            Data::Histogram(histogram) => {
                for point in &histogram.data_points {
                    if source.settings().convert_histograms_to_nhcb {
                        self.custom(&name, point, source);
                    } else {
                        self.histogram(&name, point, source);
                    }
                }
            }
            Data::ExponentialHistogram(histogram) => {
                for point in &histogram.data_points {
                    self.exponential(&name, point, source);
                }
            }
            Data::Summary(summary) => {
                for point in &summary.data_points {
                    self.summary(&name, point, source);
                }
            }
        }
        Ok(())
    }

    fn numbers(&mut self, name: &str, points: &[NumberPoint], source: &Source<'_>) {
        for point in points {
            let value = match point.value {
                Some(Number::Double(value)) => value,
                Some(Number::Integer(value)) => value as f64,
                None => 0.0,
            };
            let value = SampleValue::Float(recorded(value, point.flags));
            let labels = named(source.labels(&point.attributes), name);
            let exemplar = point.exemplars.last().and_then(exemplar);
            self.push(labels, milliseconds(point.time_unix_nano), value, exemplar);
        }
    }

    fn histogram(&mut self, name: &str, point: &HistogramPoint, source: &Source<'_>) {
        let base = source.labels(&point.attributes);
        let time = milliseconds(point.time_unix_nano);
        let value = |value: f64| SampleValue::Float(recorded(value, point.flags));
        if let Some(sum) = point.sum {
            let labels = named(base.clone(), &format!("{name}_sum"));
            self.push(labels, time, value(sum), None);
        }
        let count = value(point.count as f64);
        let labels = named(base.clone(), &format!("{name}_count"));
        self.push(labels, time, count.clone(), None);

        let bucket_name = format!("{name}_bucket");
        let bucket = |bound: &str| {
            let mut builder = base.clone();
            builder.set("le", bound);
            named(builder, &bucket_name)
        };
        let mut below = f64::NEG_INFINITY;
        let mut cumulative: u64 = 0;
        for (bound, count) in point.explicit_bounds.iter().zip(&point.bucket_counts) {
            cumulative = cumulative.saturating_add(*count);
            let exemplar = exemplar_within(point, below, *bound);
            let labels = bucket(&bound.to_string());
            self.push(labels, time, value(cumulative as f64), exemplar);
            below = *bound;
        }
        let exemplar = exemplar_within(point, below, f64::INFINITY);
        self.push(bucket("+Inf"), time, count, exemplar);
    }

    /// With bounds of its own, as one native histogram.
    fn custom(&mut self, name: &str, point: &HistogramPoint, source: &Source<'_>) {
        let counts = (0..).zip(&point.bucket_counts);
        let filled = counts.filter(|(_, count)| **count > 0);
        let histogram = Histogram {
            schema: CUSTOM_BUCKETS_SCHEMA,
            count: point.count as f64,
            sum: recorded(point.sum.unwrap_or(0.0), point.flags),
            positive: Buckets::from_indexed(filled.map(|(index, count)| (index, *count as f64))),
            custom_bounds: point.explicit_bounds.clone(),
            ..Histogram::default()
        };
        let labels = named(source.labels(&point.attributes), name);
        let exemplar = point.exemplars.last().and_then(exemplar);
        let value = SampleValue::Histogram(Arc::new(histogram));
        self.push(labels, milliseconds(point.time_unix_nano), value, exemplar);
    }

    fn exponential(&mut self, name: &str, point: &ExponentialPoint, source: &Source<'_>) {
        match exponential::native(point) {
            Ok(histogram) => {
                let labels = named(source.labels(&point.attributes), name);
                let value = SampleValue::Histogram(Arc::new(histogram));
                let exemplar = point.exemplars.last().and_then(exemplar);
                self.push(labels, milliseconds(point.time_unix_nano), value, exemplar);
            }
            Err(reason) => self.refused.note(1, || reason),
        }
    }

    fn summary(&mut self, name: &str, point: &SummaryPoint, source: &Source<'_>) {
        let base = source.labels(&point.attributes);
        let time = milliseconds(point.time_unix_nano);
        let value = |value: f64| SampleValue::Float(recorded(value, point.flags));
        for (suffix, number) in [("_sum", point.sum), ("_count", point.count as f64)] {
            let labels = named(base.clone(), &format!("{name}{suffix}"));
            self.push(labels, time, value(number), None);
        }
        for quantile in &point.quantile_values {
            let mut builder = base.clone();
            builder.set("quantile", quantile.quantile.to_string());
            self.push(named(builder, name), time, value(quantile.value), None);
        }
    }

    fn push(
        &mut self,
        labels: Labels,
        timestamp: i64,
        value: SampleValue,
        exemplar: Option<Exemplar>,
    ) {
        self.samples.push(Append {
            labels,
            series: None,
            timestamp,
            value,
            exemplar,
        });
    }
}

fn named(mut builder: LabelsBuilder, name: &str) -> Labels {
    builder.set(METRIC_NAME, name);
    builder.build()
}

/// A point may say that there is nothing any more.
fn recorded(value: f64, flags: u32) -> f64 {
    if flags & NO_RECORDED_VALUE != 0 {
        STALE_NAN
    } else {
        value
    }
}

fn milliseconds(nanoseconds: u64) -> i64 {
    (nanoseconds / 1_000_000) as i64
}

fn points(metric: &Metric) -> u64 {
    let count = match &metric.data {
        None => 0,
        Some(Data::Gauge(data)) => data.data_points.len(),
        Some(Data::Sum(data)) => data.data_points.len(),
        Some(Data::Histogram(data)) => data.data_points.len(),
        Some(Data::ExponentialHistogram(data)) => data.data_points.len(),
        Some(Data::Summary(data)) => data.data_points.len(),
    };
    count as u64
}

/// The last exemplar of a bucket.
fn exemplar_within(point: &HistogramPoint, above: f64, up_to: f64) -> Option<Exemplar> {
    let mut all = point.exemplars.iter().rev().filter_map(exemplar);
    all.find(|exemplar| exemplar.value > above && exemplar.value <= up_to)
}

fn exemplar(from: &proto::Exemplar) -> Option<Exemplar> {
    let value = match from.value? {
        ExemplarValue::Double(value) => value,
        ExemplarValue::Integer(value) => value as f64,
    };
    let mut builder = LabelsBuilder::default();
    let mut characters = 0;
    for (name, id) in [("trace_id", &from.trace_id), ("span_id", &from.span_id)] {
        if id.iter().any(|byte| *byte != 0) {
            let text: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
            characters += name.len() + text.len();
            builder.set(name, text);
        }
    }
    // The way to the trace goes before what else is known.
    let further: Vec<_> = verbatim(&from.filtered_attributes).collect();
    let length = |text: &str| text.chars().count();
    characters += further
        .iter()
        .map(|(name, value)| length(name) + length(value))
        .sum::<usize>();
    if characters <= MAX_EXEMPLAR_CHARACTERS {
        for (name, value) in further {
            builder.set(name, value);
        }
    }
    Some(Exemplar {
        labels: builder.build(),
        value,
        timestamp: milliseconds(from.time_unix_nano),
    })
}
