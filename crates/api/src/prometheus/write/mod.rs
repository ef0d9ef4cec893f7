//! `write`: what other Prometheus servers and agents send, in both versions of remote write.
//!
//! What is wrong with single samples does not keep the others out: those are stored, and the reply says
//! 400 with the reasons, so that the sender does not send the same again. A status of 500 or more means that
//! nothing was stored and that it is worth another try.

mod version1;
mod version2;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use swarmscope_model::limits::MAX_REMOTE_WRITE_BYTES;
use swarmscope_model::metrics::Append;
use swarmscope_prometheus_wire::compression::decompress;

use super::PrometheusState;
use super::ingest::{IngestError, Refused, Stored, append, blocking};

const PROTOBUF: &str = "application/x-protobuf";
const SNAPPY: &str = "snappy";
const WRITTEN_SAMPLES: HeaderName =
    HeaderName::from_static("x-prometheus-remote-write-samples-written");
const WRITTEN_HISTOGRAMS: HeaderName =
    HeaderName::from_static("x-prometheus-remote-write-histograms-written");
const WRITTEN_EXEMPLARS: HeaderName =
    HeaderName::from_static("x-prometheus-remote-write-exemplars-written");

/// The messages that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// The samples of a request, and what of it is none.
#[derive(Debug, Default)]
struct Batch {
    samples: Vec<Append>,
    /// Samples again, for what they have of exemplars beside their first.
    repeats: Vec<Append>,
    refused: Refused,
}

/// `POST /api/v1/write`
pub async fn write(
    State(state): State<PrometheusState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, IngestError> {
    let version = version(text_of(&headers, &CONTENT_TYPE))?;
    // The protocol has one encoding; senders that do not name it use it all the same.
    let encoding = text_of(&headers, &CONTENT_ENCODING);
    if !encoding.is_empty() && !encoding.eq_ignore_ascii_case(SNAPPY) {
        return Err(IngestError::UnsupportedEncoding {
            found: encoding.to_owned(),
            expected: SNAPPY,
        });
    }
    let stored = blocking(&state, move |store| {
        let message = decompress(&body, MAX_REMOTE_WRITE_BYTES)?;
        drop(body);
        let mut batch = match version {
            Version::One => version1::batch(&message)?,
            Version::Two => version2::batch(&message)?,
        };
        drop(message);
        let distinct = batch.samples.len();
        batch.samples.append(&mut batch.repeats);
        let mut stored = append(store, &batch.samples, distinct)?;
        batch.refused.add(stored.refused);
        stored.refused = batch.refused;
        Ok(stored)
    })
    .await?;
    Ok(reply(version, &stored))
}

fn reply(version: Version, stored: &Stored) -> Response {
    let (status, text) = if stored.refused.is_empty() {
        (StatusCode::NO_CONTENT, String::new())
    } else {
        (StatusCode::BAD_REQUEST, stored.refused.text() + "\n")
    };
    let mut response = (status, text).into_response();
    if version == Version::Two {
        let headers = response.headers_mut();
        headers.insert(WRITTEN_SAMPLES, stored.samples.into());
        headers.insert(WRITTEN_HISTOGRAMS, stored.histograms.into());
        headers.insert(WRITTEN_EXEMPLARS, stored.exemplars.into());
    }
    response
}

/// Which message a content type says; the first version when it says none.
fn version(content_type: &str) -> Result<Version, IngestError> {
    let unsupported = || IngestError::UnsupportedType {
        found: content_type.to_owned(),
        expected: "application/x-protobuf with proto=prometheus.WriteRequest or \
                   proto=io.prometheus.write.v2.Request",
    };
    let mut parts = content_type.split(';').map(str::trim);
    if !matches!(parts.next(), Some("" | PROTOBUF)) {
        return Err(unsupported());
    }
    match parts.find_map(|part| part.strip_prefix("proto=")) {
        None | Some("prometheus.WriteRequest") => Ok(Version::One),
        Some("io.prometheus.write.v2.Request") => Ok(Version::Two),
        Some(_) => Err(unsupported()),
    }
}

fn text_of<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap_or("?"))
}
