//! Media types: which ones requests come in, and which one a client wants its reply in.

use axum::body::{Body, HttpBody};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};

/// The beginnings of what we read. Bodies are read as JSON or lines of JSON by the endpoint, never
/// by the media type.
const READ: [&str; 4] = [
    "application/json",
    "application/x-ndjson",
    "application/vnd.elasticsearch+json",
    "application/vnd.elasticsearch+x-ndjson",
];

/// The media type of the request, when it is one that Elasticsearch does not take either. That of no body is of no
/// interest: clients send some with it (aiohttp `application/octet-stream`).
pub fn refused<'a>(headers: &'a HeaderMap, body: &Body) -> Option<&'a str> {
    if body.is_end_stream() {
        return None;
    }
    let given = headers.get(CONTENT_TYPE)?.to_str().unwrap_or("?");
    let name = given.split(';').next().unwrap_or(given).trim();
    let known = READ.iter().any(|read| name.eq_ignore_ascii_case(read));
    (!known).then_some(given)
}

/// Clients of version 8 and 9 ask for replies under a name that carries their version.
pub fn vendor(headers: &HeaderMap) -> Option<HeaderValue> {
    let accept = headers.get(ACCEPT)?.to_str().ok()?;
    let compact: String = accept
        .chars()
        .filter(|character| *character != ' ')
        .collect();
    if !compact.contains("application/vnd.elasticsearch+json") {
        return None;
    }
    match ["8", "9"].map(|version| compact.contains(&format!("compatible-with={version}"))) {
        [true, _] => Some(HeaderValue::from_static(
            "application/vnd.elasticsearch+json;compatible-with=8",
        )),
        [_, true] => Some(HeaderValue::from_static(
            "application/vnd.elasticsearch+json;compatible-with=9",
        )),
        _ => None,
    }
}
