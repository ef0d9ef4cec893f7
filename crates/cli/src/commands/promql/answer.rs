//! What a Prometheus answers, read from its JSON.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::client::Client;
use crate::failure::Failure;

/// An answer with what is said beside it.
pub struct Answer {
    /// As it was sent.
    pub data: String,
    pub value: Value,
    pub warnings: Vec<String>,
    pub infos: Vec<String>,
}

/// The value of a query.
#[derive(Debug, Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub enum Value {
    Scalar(Point),
    String(Point),
    Vector(Vec<Sample>),
    Matrix(Vec<Series>),
}

/// Seconds since 1970, and the value as text.
#[derive(Debug, Clone, Deserialize)]
pub struct Point(pub f64, pub String);

/// One series at one time.
#[derive(Debug, Deserialize)]
pub struct Sample {
    pub metric: Metric,
    pub value: Option<Point>,
    pub histogram: Option<(f64, Histogram)>,
}

/// One series over time.
#[derive(Debug, Deserialize)]
pub struct Series {
    pub metric: Metric,
    #[serde(default)]
    pub values: Vec<Point>,
    #[serde(default)]
    pub histograms: Vec<(f64, Histogram)>,
}

/// A native histogram without its buckets.
#[derive(Debug, Deserialize)]
pub struct Histogram {
    pub count: String,
    pub sum: String,
}

/// The labels of a series.
#[derive(Debug, Default, Deserialize)]
pub struct Metric(BTreeMap<String, String>);

#[derive(Deserialize)]
struct Reply<'a> {
    status: String,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    error: Option<String>,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    infos: Vec<String>,
}

impl std::fmt::Display for Metric {
    /// `name{a="1", b="2"}`
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = self.0.get("__name__").map_or("", String::as_str);
        let labels: Vec<String> = self
            .0
            .iter()
            .filter(|(label, _)| *label != "__name__")
            .map(|(label, value)| format!("{label}={value:?}"))
            .collect();
        match (name, labels.is_empty()) {
            (name, true) if !name.is_empty() => out.write_str(name),
            (name, _) => write!(out, "{name}{{{}}}", labels.join(", ")),
        }
    }
}

impl Histogram {
    /// What fits on a line.
    pub fn summary(&self) -> String {
        format!("count {} sum {}", self.count, self.sum)
    }
}

/// Sends a query and reads the answer.
///
/// # Errors
/// When the server cannot be reached, or with what it says of the query.
pub async fn ask(
    client: &Client,
    path: &str,
    form: &[(&str, String)],
    query: &str,
) -> Result<Answer, Failure> {
    let response = client.send(client.post(path).form(form)).await?;
    let status = response.status();
    let text = response.text().await;
    let text = text.map_err(|error| client.unreachable(&error))?;
    let Ok(reply) = serde_json::from_str::<Reply>(&text) else {
        return Err(Failure::with_hint(
            format!("the server did not answer as a Prometheus does ({status})"),
            "--server is the address of the Prometheus API, http://127.0.0.1:9090 by default",
        ));
    };
    match (reply.status.as_str(), reply.data, reply.error) {
        ("success", Some(data), _) => {
            let value = serde_json::from_str(data.get()).map_err(|error| {
                Failure::new(format!("the server's answer cannot be read: {error}"))
            })?;
            Ok(Answer {
                data: data.get().to_owned(),
                value,
                warnings: reply.warnings,
                infos: reply.infos,
            })
        }
        (_, _, error) => Err(refused(&error.unwrap_or(text), query)),
    }
}

/// A fault in the query is shown below it.
fn refused(error: &str, query: &str) -> Failure {
    let message = error
        .strip_prefix("invalid parameter \"query\": ")
        .unwrap_or(error);
    let mut parts = message.splitn(3, ':');
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<usize>().ok());
    let place = (number(parts.next()), number(parts.next()), parts.next());
    match place {
        (Some(1), Some(column), Some(reason)) if column > 0 && !query.contains('\n') => {
            let before = query.get(..column - 1).unwrap_or(query).chars().count();
            let spaces = " ".repeat(before);
            Failure::new(format!("{}\n  {query}\n  {spaces}^", reason.trim()))
        }
        _ => Failure::new(message),
    }
}
