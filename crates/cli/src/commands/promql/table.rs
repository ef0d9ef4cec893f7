//! Values as a table: a series a line, its value on the right.

use swarmscope_model::Timestamp;

use super::answer::{Metric, Value};
use crate::terminal::{FAINT, NAME};

/// The value as lines.
pub fn draw(value: &Value) -> String {
    match value {
        Value::Scalar(point) | Value::String(point) => format!("{}\n", point.1),
        Value::Vector(samples) => {
            let rows = samples.iter().map(|sample| {
                let value = match (&sample.value, &sample.histogram) {
                    (Some(point), _) => point.1.clone(),
                    (None, Some((_, histogram))) => histogram.summary(),
                    (None, None) => String::new(),
                };
                (&sample.metric, vec![value])
            });
            lines(rows.collect())
        }
        Value::Matrix(series) => {
            let rows = series.iter().map(|series| {
                let floats = series.values.iter();
                let mut values: Vec<(f64, String)> = floats
                    .map(|point| (point.0, point.1.clone()))
                    .chain(
                        series
                            .histograms
                            .iter()
                            .map(|(time, histogram)| (*time, histogram.summary())),
                    )
                    .collect();
                values.sort_by(|a, b| a.0.total_cmp(&b.0));
                let lines = values
                    .into_iter()
                    .map(|(time, value)| format!("{FAINT}{}{FAINT:#} {value}", clock(time)));
                (&series.metric, lines.collect())
            });
            lines(rows.collect())
        }
    }
}

/// A time with its date.
fn clock(seconds: f64) -> String {
    Timestamp::from_millisecond((seconds * 1_000.0).round() as i64).to_string()
}

fn lines(rows: Vec<(&Metric, Vec<String>)>) -> String {
    if rows.is_empty() {
        return "no series\n".to_owned();
    }
    let names: Vec<String> = rows.iter().map(|(metric, _)| metric.to_string()).collect();
    let width = names.iter().map(|name| name.chars().count()).max();
    let width = width.unwrap_or(0);
    let mut text = String::new();
    for (name, (_, values)) in names.iter().zip(&rows) {
        for (position, value) in values.iter().enumerate() {
            let shown = if position == 0 { name.as_str() } else { "" };
            text.push_str(&format!("{NAME}{shown:<width$}{NAME:#}  {value}\n"));
        }
    }
    text
}
