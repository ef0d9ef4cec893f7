//! Bulk requests to an Elasticsearch API, with patience when the server is busy.

use std::time::Duration;

use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::client::Client;
use crate::failure::Failure;

const NDJSON: &str = "application/x-ndjson";
const JSON: &str = "application/json";
/// A request is sent when it holds this much: large enough to be quick, small enough for any server.
pub const FULL_BYTES: usize = 4 * 1024 * 1024;
const FULL_DOCUMENTS: u64 = 5_000;
/// First wait before a busy server is asked again; doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// A bulk request in the making.
#[derive(Debug, Default)]
pub struct Bulk {
    body: Vec<u8>,
    documents: u64,
}

/// What became of a request's documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    pub stored: u64,
    /// Documents that an earlier request had stored.
    pub already_there: u64,
    pub refused: u64,
    /// Why the first refused document was refused.
    #[serde(skip)]
    pub first_refusal: Option<String>,
}

#[derive(Deserialize)]
struct Reply {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    create: ItemResult,
}

#[derive(Deserialize)]
struct ItemResult {
    status: u16,
    error: Option<ItemError>,
}

#[derive(Deserialize)]
struct ItemError {
    reason: String,
}

impl Outcome {
    /// Adds what became of another request.
    pub fn add(&mut self, other: Outcome) {
        self.stored += other.stored;
        self.already_there += other.already_there;
        self.refused += other.refused;
        self.first_refusal = self.first_refusal.take().or(other.first_refusal);
    }
}

impl Bulk {
    /// Adds a document.
    pub fn add(&mut self, index: &str, id: Option<&str>, document: &[u8]) {
        let action = match id {
            Some(id) => json!({ "create": { "_index": index, "_id": id } }),
            None => json!({ "create": { "_index": index } }),
        };
        self.body.extend_from_slice(action.to_string().as_bytes());
        self.body.push(b'\n');
        self.body.extend_from_slice(document);
        self.body.push(b'\n');
        self.documents += 1;
    }

    /// Whether it is time to send.
    pub fn is_full(&self) -> bool {
        self.body.len() >= FULL_BYTES || self.documents >= FULL_DOCUMENTS
    }

    /// Sends what was added; a busy server is asked up to `tries` times.
    ///
    /// # Errors
    /// When the server cannot be reached, refuses the request, or stays busy.
    pub async fn send(self, client: &Client, tries: u32) -> Result<Outcome, Failure> {
        if self.documents == 0 {
            return Ok(Outcome::default());
        }
        let response = patiently(client, "/_bulk", NDJSON, self.body.into(), tries).await?;
        match response.status() {
            status if status.is_success() => {
                let reply = response.json().await;
                let reply: Reply = reply.map_err(|error| client.unreachable(&error))?;
                Ok(count(reply))
            }
            status => refused_whole(client, status, &text(response).await, self.documents),
        }
    }
}

/// Sends one document that has ends of lines, which no bulk can hold.
///
/// # Errors
/// As [`Bulk::send`].
pub async fn send_alone(
    client: &Client,
    index: &str,
    id: Option<&str>,
    document: Vec<u8>,
    tries: u32,
) -> Result<Outcome, Failure> {
    let encoded = |name| utf8_percent_encode(name, NON_ALPHANUMERIC);
    let path = match id {
        Some(id) => format!("/{}/_create/{}", encoded(index), encoded(id)),
        None => format!("/{}/_doc", encoded(index)),
    };
    let response = patiently(client, &path, JSON, document.into(), tries).await?;
    let mut outcome = Outcome::default();
    match response.status() {
        status if status.is_success() => outcome.stored = 1,
        StatusCode::CONFLICT => outcome.already_there = 1,
        status => return refused_whole(client, status, &text(response).await, 1),
    }
    Ok(outcome)
}

/// Posts until the server is not busy, up to `tries` times.
async fn patiently(
    client: &Client,
    path: &str,
    kind: &str,
    body: Bytes,
    tries: u32,
) -> Result<Response, Failure> {
    let mut wait = FIRST_WAIT;
    for _ in 0..tries {
        let request = client.post(path).header("content-type", kind);
        let response = client.send(request.body(body.clone())).await?;
        if !matches!(
            response.status(),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            return Ok(response);
        }
        tokio::time::sleep(wait).await;
        wait *= 2;
    }
    Err(Failure::with_hint(
        "the server is busy",
        "try again later: what is stored already is left out",
    ))
}

async fn text(response: Response) -> String {
    let text = response.text().await;
    text.unwrap_or_else(|error| error.to_string())
}

fn count(reply: Reply) -> Outcome {
    let mut outcome = Outcome::default();
    for Item { create } in reply.items {
        match create.status {
            200..=299 => outcome.stored += 1,
            409 => outcome.already_there += 1,
            _ => {
                outcome.refused += 1;
                let reason = create.error.map(|error| error.reason);
                outcome.first_refusal = outcome.first_refusal.take().or(reason);
            }
        }
    }
    outcome
}

/// A request that will never be taken is a refusal of all its documents; any other may be sent again.
fn refused_whole(
    client: &Client,
    status: StatusCode,
    text: &str,
    documents: u64,
) -> Result<Outcome, Failure> {
    let reason = serde_json::from_str::<serde_json::Value>(text)
        .ok()
        .and_then(|body| body["error"]["reason"].as_str().map(str::to_owned))
        .unwrap_or_else(|| text.to_owned());
    let reason = format!("the server refused the request ({status}): {reason}");
    match status {
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => Ok(Outcome {
            refused: documents,
            first_refusal: Some(reason),
            ..Outcome::default()
        }),
        // There is no such door where something else than the Elasticsearch API answers.
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Err(client.another_door(reason)),
        _ => Err(Failure::new(reason)),
    }
}
