//! Asks targets for their pages.

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, HeaderName, StatusCode};
use swarmscope_http_client::{HttpClient, HttpClientError, Request};
use swarmscope_model::limits::MAX_SCRAPE_BYTES;
use swarmscope_prometheus_config::{ScrapeConfig, ScrapeProtocol};
use tokio::time::timeout;

use crate::ingest::{Page, ScrapeError};
use crate::negotiation::{accept, protocol};
use crate::target::Target;

/// Tells a target how long its answer is waited for, in seconds.
const TIMEOUT: HeaderName = HeaderName::from_static("x-prometheus-scrape-timeout-seconds");

/// The client of one job.
#[derive(Debug)]
pub(crate) struct Fetcher {
    client: HttpClient,
    accept: String,
    encoding: &'static str,
    fallback: Option<ScrapeProtocol>,
    limit: usize,
}

impl Fetcher {
    pub(crate) fn new(config: &ScrapeConfig) -> Result<Self, HttpClientError> {
        let limit = match usize::try_from(config.limits.body_size_limit.0) {
            Ok(0) | Err(_) => MAX_SCRAPE_BYTES,
            Ok(own) => own.min(MAX_SCRAPE_BYTES),
        };
        Ok(Self {
            client: HttpClient::new(&config.http)?,
            accept: accept(&config.scrape_protocols, config.metric_name_escaping_scheme),
            encoding: if config.enable_compression {
                "gzip"
            } else {
                "identity"
            },
            fallback: config.fallback_scrape_protocol,
            limit,
        })
    }

    /// The page of a target, within its timeout.
    pub(crate) async fn fetch(&self, target: &Target) -> Result<Page, ScrapeError> {
        let mut request = Request::get(target.url.clone());
        let headers = [
            (ACCEPT, self.accept.clone()),
            (ACCEPT_ENCODING, self.encoding.to_owned()),
            (TIMEOUT, target.timeout.as_secs_f64().to_string()),
        ];
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                request.headers.insert(name, value);
            }
        }
        let answer = timeout(target.timeout, self.client.send(request, self.limit))
            .await
            .map_err(|_| ScrapeError::Timeout {
                url: target.url.to_string(),
                timeout: target.timeout,
            })??;
        if answer.status != StatusCode::OK {
            return Err(ScrapeError::Status(answer.status));
        }
        Ok(Page {
            protocol: protocol(text(&answer.headers, &CONTENT_TYPE), self.fallback)?,
            gzip: text(&answer.headers, &CONTENT_ENCODING)
                .is_some_and(|encoding| encoding.eq_ignore_ascii_case("gzip")),
            body: answer.body,
            limit: self.limit,
        })
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
