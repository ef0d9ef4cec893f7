//! What a scenario file holds.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::otlp::Otlp;

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    #[serde(skip)]
    pub name: String,
    /// Where the expectations come from.
    pub source: Vec<String>,
    /// Removed before the first step, so that a server with a history can be used.
    #[serde(default)]
    pub indices: Vec<String>,
    pub steps: Vec<Step>,
}

/// One request and what has to come back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// `METHOD /path?query`
    #[serde(rename = "do")]
    pub request: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Sent as JSON.
    pub body: Option<Value>,
    /// Sent as one line of JSON each.
    pub ndjson: Option<Vec<Value>>,
    /// Sent as it is.
    pub text: Option<String>,
    /// Sent as a form.
    pub form: Option<Vec<(String, String)>>,
    /// Sent as protobuf in snappy.
    pub remote_write: Option<RemoteWrite>,
    /// Sent as protobuf of OTLP.
    pub otlp: Option<Otlp>,
    #[serde(default)]
    pub gzip: bool,
    #[serde(default = "ok")]
    pub status: u16,
    /// A part of the reply; see `subset`.
    pub reply: Option<Value>,
    /// A part of the reply's bytes, which may be no text otherwise.
    pub reply_contains: Option<String>,
    /// The whole reply as text.
    pub reply_text: Option<String>,
    /// Dotted paths that the reply must not have.
    #[serde(default)]
    pub absent: Vec<String>,
    /// Lengths of arrays and objects, by dotted path.
    #[serde(default)]
    pub lengths: BTreeMap<String, usize>,
    /// Names for parts of the reply, by dotted path, which later steps call `${name}`.
    #[serde(default)]
    pub save: BTreeMap<String, String>,
    #[serde(default)]
    pub reply_headers: BTreeMap<String, String>,
    #[serde(default)]
    pub absent_headers: Vec<String>,
    /// Why the step is not for the reference.
    pub not_on_reference: Option<String>,
    /// Why the step is only for the reference.
    pub only_on_reference: Option<String>,
}

/// A request of remote write.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteWrite {
    /// 1 or 2.
    pub version: u8,
    pub series: Vec<WrittenSeries>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSeries {
    /// In this order, and as often as they stand here.
    pub labels: Vec<(String, String)>,
    /// Seconds since the epoch, and values.
    #[serde(default)]
    pub samples: Vec<(i64, f64)>,
    /// Seconds since the epoch, the value, and the id of a trace.
    #[serde(default)]
    pub exemplars: Vec<(i64, f64, String)>,
    /// Seconds since the epoch, count and sum: all observations in the zero bucket.
    #[serde(default)]
    pub histograms: Vec<(i64, u64, f64)>,
}

fn ok() -> u16 {
    200
}

/// Reads a file. `{{now}}` and its kin, such as `{{now-60}}`, become seconds since the epoch.
pub fn read(path: &Path) -> Scenario {
    let text = std::fs::read_to_string(path).expect("a readable scenario");
    let text = with_times(&text, jiff::Timestamp::now().as_second());
    let mut scenario: Scenario = serde_yaml_ng::from_str(&text)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    scenario.name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    scenario
}

fn with_times(text: &str, now: i64) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{now") {
        let (distance, after) = after.split_once("}}").expect("a time ends with }}");
        let distance: i64 = match distance {
            "" => 0,
            distance => distance.parse().expect("a distance in seconds"),
        };
        out.push_str(before);
        out.push_str(&(now + distance).to_string());
        rest = after;
    }
    out + rest
}
