//! Bulk requests to the Elasticsearch API, with patience when the server is busy.

use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::Outcome;
use crate::client::Client;
use crate::failure::Failure;

/// A request is sent when it holds this much: large enough to be quick, small enough for any server.
const FULL_BYTES: usize = 4 * 1024 * 1024;
const FULL_LINES: u64 = 5_000;
/// A busy server is asked again so many times, waiting twice as long each time.
const TRIES: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// A bulk request in the making.
pub struct Bulk<'a> {
    client: &'a Client,
    index: &'a str,
    body: Vec<u8>,
    lines: u64,
    first_refusal: Option<String>,
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

impl<'a> Bulk<'a> {
    pub fn new(client: &'a Client, index: &'a str) -> Self {
        Self {
            client,
            index,
            body: Vec::new(),
            lines: 0,
            first_refusal: None,
        }
    }

    /// Adds a document.
    pub fn add(&mut self, document: &[u8], id: Option<&str>) {
        let action = match id {
            Some(id) => json!({ "create": { "_id": id } }),
            None => json!({ "create": {} }),
        };
        self.body.extend_from_slice(action.to_string().as_bytes());
        self.body.push(b'\n');
        self.body.extend_from_slice(document);
        self.body.push(b'\n');
        self.lines += 1;
    }

    /// Whether it is time to send.
    pub fn is_full(&self) -> bool {
        self.body.len() >= FULL_BYTES || self.lines >= FULL_LINES
    }

    /// Sends what was added and counts what became of it.
    ///
    /// # Errors
    /// When the server cannot be reached, refuses the request, or stays busy.
    pub async fn send(&mut self, outcome: &mut Outcome) -> Result<(), Failure> {
        if self.lines == 0 {
            return Ok(());
        }
        let body = Bytes::from(std::mem::take(&mut self.body));
        self.lines = 0;
        let mut wait = FIRST_WAIT;
        for _ in 0..TRIES {
            let request = self
                .client
                .post(&format!("/{}/_bulk", self.index))
                .header("content-type", "application/x-ndjson")
                .body(body.clone());
            let response = self.client.send(request).await?;
            match response.status() {
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                status if status.is_success() => {
                    let reply = response.json().await;
                    let reply: Reply = reply.map_err(|error| self.client.unreachable(&error))?;
                    self.count(reply, outcome);
                    return Ok(());
                }
                status => {
                    let text = response
                        .text()
                        .await
                        .unwrap_or_else(|error| error.to_string());
                    return Err(refused_whole(status, &text));
                }
            }
        }
        Err(Failure::with_hint(
            format!(
                "the server is busy; {} lines were sent before",
                outcome.stored
            ),
            "import the file again later: lines that are stored already are left out",
        ))
    }

    /// Why the first refused line was refused.
    pub fn into_first_refusal(self) -> Option<String> {
        self.first_refusal
    }

    fn count(&mut self, reply: Reply, outcome: &mut Outcome) {
        for Item { create } in reply.items {
            match create.status {
                200..=299 => outcome.stored += 1,
                409 => outcome.already_there += 1,
                _ => {
                    outcome.refused += 1;
                    let reason = create.error.map(|error| error.reason);
                    self.first_refusal = self.first_refusal.take().or(reason);
                }
            }
        }
    }
}

fn refused_whole(status: StatusCode, text: &str) -> Failure {
    let reason = serde_json::from_str::<serde_json::Value>(text)
        .ok()
        .and_then(|body| body["error"]["reason"].as_str().map(str::to_owned))
        .unwrap_or_else(|| text.to_owned());
    Failure::new(format!("the server refused the lines ({status}): {reason}"))
}
