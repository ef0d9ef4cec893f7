//! `otlp/v1/metrics`: metrics that OpenTelemetry's SDKs and Collector send, over HTTP and in protobuf.
//!
//! Names, units and resources become Prometheus's by the same rules as there. What cannot be stored is
//! counted and explained in the reply, as OTLP asks; the rest is stored.

mod attributes;
mod convert;
mod exponential;
mod naming;
mod proto;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use swarmscope_prometheus_wire::Message;

use super::PrometheusState;
use super::ingest::{IngestError, append, blocking};
use proto::{ExportReply, ExportRequest, PartialSuccess};

const PROTOBUF: &str = "application/x-protobuf";

/// `POST /api/v1/otlp/v1/metrics`
pub async fn metrics(
    State(state): State<PrometheusState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, IngestError> {
    let kind = headers
        .get(CONTENT_TYPE)
        .map_or("", |value| value.to_str().unwrap_or("?"));
    if kind.split(';').next().map(str::trim) != Some(PROTOBUF) {
        return Err(IngestError::UnsupportedType {
            found: kind.to_owned(),
            expected: PROTOBUF,
        });
    }
    let settings = state.environment.otlp();
    let refused = blocking(&state, move |store| {
        let request = ExportRequest::decode(body)?;
        let mut converted = convert::request(&request, &settings);
        drop(request);
        let stored = append(store, &converted.samples, converted.samples.len())?;
        converted.refused.add(stored.refused);
        Ok(converted.refused)
    })
    .await?;
    let partial_success = (!refused.is_empty()).then(|| PartialSuccess {
        rejected_data_points: refused.count as i64,
        error_message: refused.text(),
    });
    let reply = ExportReply { partial_success }.encode_to_vec();
    Ok((StatusCode::OK, [(CONTENT_TYPE, PROTOBUF)], reply).into_response())
}
