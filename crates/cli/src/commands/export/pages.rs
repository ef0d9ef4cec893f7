//! Documents page by page, in the order in which the server has taken them.
//!
//! Every document has its own place in that order, and one that is replaced goes to the end of it. So a
//! walk from the beginning misses none that stays where it is, whatever is written meanwhile.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use swarmscope_model::limits::{EXPORT_PAGE_BYTES, MAX_RESULT_WINDOW};

use super::selection::Selection;
use crate::client::Client;
use crate::failure::Failure;

/// Documents of the first page, before it is known how large they are.
const FIRST_PAGE: usize = 64;
/// A page is at most so many times the one before it: documents of one size often lie together.
const GROWTH: usize = 8;
/// How often a busy server is asked, the first wait doubling each time.
const TRIES: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// A walk over the documents that are selected.
pub struct Pages<'a> {
    client: &'a Client,
    selection: &'a Selection,
    after: Option<u64>,
    size: usize,
}

/// A reply of the server.
pub struct Page {
    body: Bytes,
}

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow)]
    hits: Hits<'a>,
    #[serde(rename = "_shards")]
    shards: Shards,
}

#[derive(Deserialize)]
struct Hits<'a> {
    #[serde(borrow)]
    hits: Vec<Hit<'a>>,
}

#[derive(Deserialize)]
struct Shards {
    #[serde(default)]
    failures: Vec<Value>,
}

/// One document.
#[derive(Debug, Deserialize)]
pub struct Hit<'a> {
    #[serde(rename = "_index", borrow)]
    pub index: Cow<'a, str>,
    #[serde(rename = "_id", borrow)]
    pub id: Cow<'a, str>,
    #[serde(rename = "_version")]
    pub version: u64,
    #[serde(rename = "_source", borrow)]
    pub source: &'a RawValue,
    sort: [u64; 1],
}

impl Hit<'_> {
    /// Its place in the order of writes.
    pub fn sequence(&self) -> u64 {
        self.sort[0]
    }
}

/// The documents of a page and what they are without.
pub struct Documents<'a> {
    pub hits: Vec<Hit<'a>>,
    /// Damaged parts, as the server says it.
    pub left_out: Vec<String>,
}

impl Page {
    /// Reads the reply.
    ///
    /// # Errors
    /// When it is none, or its documents are in no order.
    pub fn documents(&self) -> Result<Documents<'_>, Failure> {
        let reply: Reply<'_> =
            serde_json::from_slice(&self.body).map_err(|error| garbled(&error))?;
        let hits = reply.hits.hits;
        if !hits.is_sorted_by(|a, b| a.sequence() < b.sequence()) {
            return Err(Failure::with_hint(
                "the server's documents have no order of writes",
                "export reads from Swarmscope alone; for Elasticsearch there is elasticdump",
            ));
        }
        let told = |failure: &Value| {
            let reason = &failure["reason"]["reason"];
            let index = failure["index"].as_str().unwrap_or("an index");
            format!("{index}: {}", reason.as_str().unwrap_or("damaged"))
        };
        Ok(Documents {
            hits,
            left_out: reply.shards.failures.iter().map(told).collect(),
        })
    }
}

impl<'a> Pages<'a> {
    /// From the first document on.
    pub fn new(client: &'a Client, selection: &'a Selection) -> Self {
        Self {
            client,
            selection,
            after: None,
            size: FIRST_PAGE,
        }
    }

    /// The next page; the last one is empty.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn next(&self) -> Result<Page, Failure> {
        self.ask("asc", self.size, self.after).await
    }

    /// Goes on behind these documents.
    pub fn go_behind(&mut self, hits: &[Hit<'_>]) {
        let Some(last) = hits.last() else { return };
        self.after = Some(last.sequence());
        let bytes: usize = hits.iter().map(|hit| hit.source.get().len()).sum();
        let average = (bytes / hits.len()).max(1);
        self.size = (EXPORT_PAGE_BYTES / average)
            .min(self.size * GROWTH)
            .clamp(1, MAX_RESULT_WINDOW);
    }

    /// The place of the newest document in the order of writes; `None` when there is none.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn newest(&self) -> Result<Option<u64>, Failure> {
        let page = self.ask("desc", 1, None).await?;
        Ok(page.documents()?.hits.first().map(Hit::sequence))
    }

    /// How many documents there are.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub async fn count(&self) -> Result<u64, Failure> {
        #[derive(Deserialize)]
        struct Counted {
            count: u64,
        }
        let path = self.selection.path("", "/_count");
        let body = json!({ "query": self.selection.query() });
        let body = answer(self.client, self.client.post(&path).json(&body)).await?;
        let counted: Counted = serde_json::from_slice(&body).map_err(|error| garbled(&error))?;
        Ok(counted.count)
    }

    async fn ask(&self, order: &str, size: usize, after: Option<u64>) -> Result<Page, Failure> {
        let mut search = json!({
            "query": self.selection.query(),
            "sort": [{ "_doc": order }],
            "size": size,
            "version": true,
            "track_total_hits": false,
        });
        if let Some(after) = after {
            search["search_after"] = json!([after]);
        }
        let partial = self.selection.partial.to_string();
        let request = self
            .client
            .post(&self.selection.path("", "/_search"))
            .query(&[("allow_partial_search_results", partial)])
            .json(&search);
        let body = answer(self.client, request).await?;
        Ok(Page { body })
    }
}

/// The body of a successful reply; a busy server is asked again.
///
/// # Errors
/// When the server cannot be reached, refuses, or stays busy.
pub async fn answer(client: &Client, request: RequestBuilder) -> Result<Bytes, Failure> {
    let mut wait = FIRST_WAIT;
    for _ in 0..TRIES {
        let Some(again) = request.try_clone() else {
            break;
        };
        let response = client.send(again).await?;
        let status = response.status();
        if matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            tokio::time::sleep(wait).await;
            wait *= 2;
            continue;
        }
        let body = response.bytes().await;
        let body = body.map_err(|error| client.unreachable(&error))?;
        return match status.is_success() {
            true => Ok(body),
            false => Err(refused(status, &body)),
        };
    }
    Err(Failure::with_hint(
        "the server is busy",
        "try again later; nothing was exported",
    ))
}

fn refused(status: StatusCode, body: &[u8]) -> Failure {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let told = |place: &str| body.pointer(place).and_then(Value::as_str);
    let reason = told("/error/root_cause/0/reason").or(told("/error/reason"));
    let mut message = format!(
        "the server refused to search ({status}): {}",
        reason.unwrap_or("it does not say why")
    );
    if let Some(cause) = told("/error/failed_shards/0/reason/caused_by/reason") {
        message = format!("{message}: {cause}");
    }
    match told("/error/reason") {
        Some("Partial shards failure") => Failure::with_hint(
            message,
            "a part of the logs is damaged; export the rest with --partial",
        ),
        _ => Failure::new(message),
    }
}

/// The failure of a reply that cannot be read.
pub fn garbled(error: &serde_json::Error) -> Failure {
    Failure::with_hint(
        format!("the server did not answer in Elasticsearch's way: {error}"),
        "--elastic has to name Swarmscope's Elasticsearch API, by default port 9200",
    )
}
