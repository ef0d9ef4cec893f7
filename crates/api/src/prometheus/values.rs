//! Values of queries as JSON: `resultType` before `result`, as clients that read in one pass need it.

use swarmscope_model::metrics::{Labels, SampleValue};
use swarmscope_promql::evaluator::{MatrixSeries, Value, VectorSample};

use super::json::Json;

/// Cuts a value to so many series; says whether there were more.
pub fn truncate(value: &mut Value, limit: usize) -> bool {
    match value {
        Value::Vector(samples) if samples.len() > limit => {
            samples.truncate(limit);
            true
        }
        Value::Matrix(series) if series.len() > limit => {
            series.truncate(limit);
            true
        }
        _ => false,
    }
}

/// `"resultType":…,"result":…`
pub fn write_value(json: &mut Json, value: &Value) {
    let kind = match value {
        Value::Scalar { .. } => "scalar",
        Value::String { .. } => "string",
        Value::Vector(_) => "vector",
        Value::Matrix(_) => "matrix",
    };
    json.key("resultType");
    json.string(kind);
    json.raw(",\"result\":");
    match value {
        Value::Scalar { timestamp, value } => json.point(*timestamp, *value),
        Value::String { timestamp, value } => {
            json.raw("[");
            json.timestamp(*timestamp);
            json.raw(",");
            json.string(value);
            json.raw("]");
        }
        Value::Vector(samples) => json.list(samples, write_sample),
        Value::Matrix(series) => json.list(series, write_series),
    }
}

fn write_sample(json: &mut Json, sample: &VectorSample) {
    write_metric(json, &sample.labels);
    match &sample.value {
        SampleValue::Float(value) => {
            json.raw(",\"value\":");
            json.point(sample.timestamp, *value);
        }
        SampleValue::Histogram(histogram) => {
            json.raw(",\"histogram\":");
            json.histogram_point(sample.timestamp, histogram);
        }
    }
    json.raw("}");
}

fn write_series(json: &mut Json, series: &MatrixSeries) {
    write_metric(json, &series.labels);
    if !series.floats.is_empty() {
        json.raw(",\"values\":");
        json.list(&series.floats, |json, (time, value)| {
            json.point(*time, *value);
        });
    }
    if !series.histograms.is_empty() {
        json.raw(",\"histograms\":");
        json.list(&series.histograms, |json, (time, histogram)| {
            json.histogram_point(*time, histogram);
        });
    }
    json.raw("}");
}

fn write_metric(json: &mut Json, labels: &Labels) {
    json.raw("{\"metric\":");
    json.labels(labels);
}
