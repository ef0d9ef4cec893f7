//! `read`: samples of chosen series as protobuf, for another Prometheus that reads from here.
//!
//! Answers with samples, never with chunks: ours are not laid out as Prometheus's are.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::response::IntoResponse;
use swarmscope_model::limits::{MAX_QUERY_SAMPLES, MAX_REMOTE_READ_BYTES};
use swarmscope_model::metrics::{
    InvalidMatcher, Labels, MatchOperator, Matcher, MetricError, Queryable, Selection,
    SeriesSamples,
};
use swarmscope_prometheus_wire::compression::{compress, decompress};
use swarmscope_prometheus_wire::read::{
    LabelMatcher, MatchType, Query, QueryResult, ReadRequest, ReadResponse, ResponseType,
};
use swarmscope_prometheus_wire::types::{Sample, TimeSeries, to_labels};
use swarmscope_prometheus_wire::{Message, histogram};

use super::PrometheusState;
use super::errors::PrometheusError;
use super::gate::Permit;
use super::reply::Reply;

/// `POST /api/v1/read`
pub async fn read(State(state): State<PrometheusState>, body: Bytes) -> Reply {
    let globals = state.environment.external_labels();
    let store = state.store.clone();
    let message = state
        .gate
        .run(None, move |permit| {
            let request = request(&body)?;
            let mut reply = ReadResponse::default();
            let mut left = MAX_QUERY_SAMPLES;
            for query in &request.queries {
                let result = answer(&*store, query, &globals, permit, &mut left)?;
                reply.results.push(result);
            }
            compress(&reply.encode_to_vec())
                .map_err(|error| PrometheusError::internal(error.to_string()))
        })
        .await?;
    let headers = [
        (CONTENT_TYPE, "application/x-protobuf"),
        (CONTENT_ENCODING, "snappy"),
    ];
    Ok((headers, message).into_response())
}

fn request(body: &[u8]) -> Result<ReadRequest, PrometheusError> {
    let message = decompress(body, MAX_REMOTE_READ_BYTES)
        .map_err(|error| PrometheusError::bad_data(error.to_string()))?;
    let request = ReadRequest::decode(message.as_slice())
        .map_err(|error| PrometheusError::bad_data(error.to_string()))?;
    let accepted = &request.accepted_response_types;
    if accepted.is_empty() || accepted.contains(&(ResponseType::Samples as i32)) {
        return Ok(request);
    }
    Err(PrometheusError::bad_data(
        "server does not support any of the requested response types; it answers with SAMPLES",
    ))
}

fn answer(
    store: &dyn Queryable,
    query: &Query,
    globals: &BTreeMap<String, String>,
    permit: &Permit,
    left: &mut usize,
) -> Result<QueryResult, PrometheusError> {
    let matchers = query
        .matchers
        .iter()
        .map(|message| matcher(message, globals))
        .collect::<Result<_, _>>()
        .map_err(|error: InvalidMatcher| PrometheusError::bad_data(error.to_string()))?;
    let mut selection = Selection::new(query.start_timestamp_ms, query.end_timestamp_ms, matchers);
    selection.cancellation = permit.cancellation.clone();
    let mut result = QueryResult::default();
    let mut samples = SeriesSamples::default();
    for series in store.select(&selection)? {
        permit.check()?;
        series.read(&mut samples)?;
        *left = left
            .checked_sub(samples.len())
            .ok_or(MetricError::TooMuch {
                what: "samples",
                limit: MAX_QUERY_SAMPLES,
            })?;
        if !samples.is_empty() {
            result
                .timeseries
                .push(message(series.labels(), globals, &samples));
        }
    }
    Ok(result)
}

/// Series here do not have the external labels, which the reader knows them by.
fn matcher(
    message: &LabelMatcher,
    globals: &BTreeMap<String, String>,
) -> Result<Matcher, InvalidMatcher> {
    let operator = match message.kind() {
        MatchType::Equal => MatchOperator::Equal,
        MatchType::NotEqual => MatchOperator::NotEqual,
        MatchType::Regex => MatchOperator::Regex,
        MatchType::NotRegex => MatchOperator::NotRegex,
    };
    let is_global = globals.get(&message.name) == Some(&message.value);
    let value = match operator {
        MatchOperator::Equal if is_global => "",
        _ => message.value.as_str(),
    };
    Matcher::new(message.name.as_str(), operator, value)
}

fn message(
    labels: &Labels,
    globals: &BTreeMap<String, String>,
    samples: &SeriesSamples,
) -> TimeSeries {
    let mut builder = labels.to_builder();
    for (name, value) in globals {
        if builder.get(name).is_none() {
            builder.set(name, value);
        }
    }
    let floats = samples.times.iter().zip(&samples.floats);
    TimeSeries {
        labels: to_labels(&builder.build()),
        samples: floats
            .map(|(timestamp, value)| Sample {
                value: *value,
                timestamp: *timestamp,
                start_timestamp: 0,
            })
            .collect(),
        exemplars: Vec::new(),
        histograms: samples
            .histograms
            .iter()
            .map(|(timestamp, value)| histogram::to_message(value, *timestamp))
            .collect(),
    }
}
