//! One request and what its answer means: done, again later, or never.

use std::time::Duration;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, HeaderName, Method, StatusCode};
use rand::RngExt;
use swarmscope_http_client::{HttpClient, Request};
use swarmscope_model::limits::REMOTE_REPLY_BYTES;
use swarmscope_prometheus_config::{ProtobufMessage, RemoteWriteConfig};
use tokio::time::{sleep, timeout};

const VERSION: HeaderName = HeaderName::from_static("x-prometheus-remote-write-version");
const ATTEMPT: HeaderName = HeaderName::from_static("retry-attempt");
/// Longest wait that a receiver can ask for: longer ones are mistakes.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Sends to one receiver.
#[derive(Debug)]
pub(crate) struct Sender {
    client: HttpClient,
    config: RemoteWriteConfig,
}

/// How a body ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    Delivered,
    /// The receiver will never take it.
    Refused {
        reason: String,
    },
}

enum Attempt {
    Delivered,
    Refused(String),
    /// With the wait that the receiver asks for.
    Again(String, Option<Duration>),
}

impl Sender {
    pub(crate) fn new(client: HttpClient, config: RemoteWriteConfig) -> Self {
        Self { client, config }
    }

    /// Sends a body until it is delivered or refused. `retrying` is told of every try after the first.
    pub(crate) async fn deliver(&self, body: &[u8], retrying: impl Fn()) -> Fate {
        let queue = &self.config.queue_config;
        let mut backoff = queue.min_backoff;
        for attempt in 0_u64.. {
            if attempt > 0 {
                retrying();
            }
            let (reason, asked) = match self.attempt(body, attempt).await {
                Attempt::Delivered => return Fate::Delivered,
                Attempt::Refused(reason) => return Fate::Refused { reason },
                Attempt::Again(reason, asked) => (reason, asked),
            };
            let wait = asked.unwrap_or(backoff).min(LONGEST_WAIT);
            // Shards that failed together should not come back together.
            let wait = wait.mul_f64(1.0 + rand::rng().random_range(0.0..0.25));
            let url = &self.config.url;
            if attempt.is_power_of_two() || attempt == 0 {
                tracing::warn!(%url, attempt, %reason, ?wait, "remote write has to be tried again");
            }
            sleep(wait).await;
            backoff = (backoff * 2).min(queue.max_backoff);
        }
        Fate::Refused {
            reason: "tried for ever".to_owned(),
        }
    }

    async fn attempt(&self, body: &[u8], attempt: u64) -> Attempt {
        let mut request = Request {
            method: Method::POST,
            url: self.config.url.url().clone(),
            headers: self.headers(),
            body: body.to_vec().into(),
        };
        if attempt > 0 {
            request.headers.insert(ATTEMPT, HeaderValue::from(attempt));
        }
        let sent = self.client.send(request, REMOTE_REPLY_BYTES);
        let answer = match timeout(self.config.remote_timeout, sent).await {
            Err(_) => return Attempt::Again("no answer in time".to_owned(), None),
            Ok(Err(error)) => return Attempt::Again(error.to_string(), None),
            Ok(Ok(answer)) => answer,
        };
        if answer.status.is_success() {
            return Attempt::Delivered;
        }
        let words: String = String::from_utf8_lossy(&answer.body)
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(256)
            .collect();
        let reason = format!("server returned HTTP status {}: {words}", answer.status);
        let limited = answer.status == StatusCode::TOO_MANY_REQUESTS
            && self.config.queue_config.retry_on_http_429;
        if answer.status.is_server_error() || limited {
            return Attempt::Again(reason, retry_after(&answer.headers));
        }
        Attempt::Refused(reason)
    }

    fn headers(&self) -> HeaderMap {
        let (media_type, version) = match self.config.protobuf_message {
            ProtobufMessage::WriteRequestV1 => ("application/x-protobuf", "0.1.0"),
            ProtobufMessage::RequestV2 => (
                "application/x-protobuf;proto=io.prometheus.write.v2.Request",
                "2.0.0",
            ),
        };
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("snappy"));
        headers.insert(VERSION, HeaderValue::from_static(version));
        for (name, value) in &self.config.headers {
            let (Ok(key), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value))
            else {
                tracing::error!(header = %name, "a header from the configuration cannot be sent");
                continue;
            };
            headers.insert(key, value);
        }
        headers
    }
}

/// The wait that a receiver asks for in seconds. A date is not understood, and the own backoff goes on.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}
