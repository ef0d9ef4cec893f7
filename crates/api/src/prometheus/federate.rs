//! `/federate`: the latest sample of chosen series, in the text format, for another Prometheus to scrape.
//!
//! Native histograms have no text form and are left out; those with bounds of their own are written as the
//! classic ones that they come from.

use std::collections::BTreeMap;
use std::fmt::Write;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::IntoResponse;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::QUERY_LOOKBACK;
use swarmscope_model::metrics::float::general;
use swarmscope_model::metrics::histogram::CUSTOM_BUCKETS_SCHEMA;
use swarmscope_model::metrics::labels::{METRIC_NAME, is_legacy_label_name, is_legacy_metric_name};
use swarmscope_model::metrics::{
    Histogram, Labels, Queryable, SampleValue, Selection, SeriesSamples, is_stale,
};

use super::PrometheusState;
use super::errors::PrometheusError;
use super::gate::Permit;
use super::names::underscored;
use super::parameters::Form;
use super::reply::Reply;

/// The latest sample of a series.
struct Latest {
    time: i64,
    value: SampleValue,
}

/// `GET /federate`
pub async fn federate(
    State(state): State<PrometheusState>,
    headers: HeaderMap,
    form: Form,
) -> Reply {
    let lists = form.selectors()?;
    let utf8 = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("escaping=allow-utf-8"));
    let mut globals = state.environment.external_labels();
    globals.entry("instance".to_owned()).or_default();
    let end = Timestamp::now().as_millisecond();
    let start = end - QUERY_LOOKBACK.as_millis() as i64;
    let store = state.store.clone();
    let text = state
        .gate
        .run(None, move |permit| {
            let mut found: BTreeMap<Labels, Latest> = BTreeMap::new();
            for matchers in lists {
                let mut selection = Selection::new(start, end, matchers);
                selection.cancellation = permit.cancellation.clone();
                collect(&*store, &selection, permit, &mut found)?;
            }
            let mut text = Text {
                out: String::new(),
                family: None,
                globals,
                utf8,
            };
            let mut samples: Vec<_> = found.iter().collect();
            samples.sort_by_key(|(labels, _)| labels.metric_name());
            for (labels, latest) in samples {
                text.sample(labels, latest);
            }
            Ok(text.out)
        })
        .await?;
    let escaping = if utf8 { "allow-utf-8" } else { "underscores" };
    let kind = format!("text/plain; version=0.0.4; charset=utf-8; escaping={escaping}");
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}

fn collect(
    store: &dyn Queryable,
    selection: &Selection,
    permit: &Permit,
    found: &mut BTreeMap<Labels, Latest>,
) -> Result<(), PrometheusError> {
    let mut samples = SeriesSamples::default();
    for series in store.select(selection)? {
        permit.check()?;
        series.read(&mut samples)?;
        if let Some(latest) = latest(&samples) {
            found.insert(series.labels().clone(), latest);
        }
    }
    Ok(())
}

/// The last sample, unless it says that the series is gone: the text format has no such sample.
fn latest(samples: &SeriesSamples) -> Option<Latest> {
    let float = samples.times.last().zip(samples.floats.last());
    let histogram = samples.histograms.last();
    match (float, histogram) {
        (Some((time, value)), later) if later.is_none_or(|(at, _)| at < time) => {
            (!is_stale(*value)).then_some(Latest {
                time: *time,
                value: SampleValue::Float(*value),
            })
        }
        (_, Some((time, histogram))) => (!is_stale(histogram.sum)).then(|| Latest {
            time: *time,
            value: SampleValue::Histogram(histogram.clone()),
        }),
        _ => None,
    }
}

/// The text format in the making.
struct Text {
    out: String,
    /// Name and type of the family that is open.
    family: Option<(String, &'static str)>,
    /// Labels that every series has unless it has its own.
    globals: BTreeMap<String, String>,
    /// Whether the client reads names that are no identifiers.
    utf8: bool,
}

impl Text {
    fn sample(&mut self, labels: &Labels, latest: &Latest) {
        let Some(name) = labels.metric_name() else {
            return;
        };
        match &latest.value {
            SampleValue::Float(value) => {
                self.open(name, "untyped");
                self.line(name, "", labels, None, *value, latest.time);
            }
            SampleValue::Histogram(histogram) if histogram.schema == CUSTOM_BUCKETS_SCHEMA => {
                self.open(name, "histogram");
                self.classic(name, labels, histogram, latest.time);
            }
            SampleValue::Histogram(_) => {}
        }
    }

    fn open(&mut self, name: &str, kind: &'static str) {
        let is_open = self
            .family
            .as_ref()
            .is_some_and(|(open, its_kind)| open == name && *its_kind == kind);
        if is_open {
            return;
        }
        self.out.push_str("# TYPE ");
        if self.utf8 && !is_legacy_metric_name(name) {
            self.quoted(name);
        } else {
            self.out.push_str(&underscored(name, is_legacy_metric_name));
        }
        self.out.push(' ');
        self.out.push_str(kind);
        self.out.push('\n');
        self.family = Some((name.to_owned(), kind));
    }

    fn classic(&mut self, name: &str, labels: &Labels, histogram: &Histogram, time: i64) {
        let mut counts = histogram.positive.iter().peekable();
        let mut below = 0.0;
        for (index, bound) in (0..).zip(&histogram.custom_bounds) {
            while let Some((_, count)) = counts.next_if(|(place, _)| *place <= index) {
                below += count;
            }
            self.line(name, "_bucket", labels, Some(*bound), below, time);
        }
        let infinite = Some(f64::INFINITY);
        self.line(name, "_bucket", labels, infinite, histogram.count, time);
        self.line(name, "_sum", labels, None, histogram.sum, time);
        self.line(name, "_count", labels, None, histogram.count, time);
    }

    fn line(
        &mut self,
        name: &str,
        suffix: &str,
        labels: &Labels,
        bound: Option<f64>,
        value: f64,
        time: i64,
    ) {
        let name = format!("{name}{suffix}");
        let quote_name = self.utf8 && !is_legacy_metric_name(&name);
        if !quote_name {
            self.out
                .push_str(&underscored(&name, is_legacy_metric_name));
        }
        self.out.push('{');
        let mut separator = "";
        if quote_name {
            self.quoted(&name);
            separator = ",";
        }
        let globals = std::mem::take(&mut self.globals);
        let missing = globals
            .iter()
            .filter(|(name, _)| labels.get(name).is_none())
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let own = labels.iter().filter(|(name, _)| *name != METRIC_NAME);
        for (name, value) in own.chain(missing) {
            self.out.push_str(separator);
            self.label(name, value);
            separator = ",";
        }
        self.globals = globals;
        if let Some(bound) = bound {
            self.out.push_str(separator);
            self.label("le", &general(bound));
        }
        // A string takes all text.
        let _ = writeln!(self.out, "}} {} {time}", general(value));
    }

    fn label(&mut self, name: &str, value: &str) {
        if self.utf8 && !is_legacy_label_name(name) {
            self.quoted(name);
        } else {
            self.out.push_str(&underscored(name, is_legacy_label_name));
        }
        self.out.push('=');
        self.quoted(value);
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            match character {
                '\\' => self.out.push_str("\\\\"),
                '"' => self.out.push_str("\\\""),
                '\n' => self.out.push_str("\\n"),
                other => self.out.push(other),
            }
        }
        self.out.push('"');
    }
}
