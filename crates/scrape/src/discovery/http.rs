//! HTTP services that answer with target groups. While one does not answer, its targets stay.

use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use swarmscope_http_client::{HttpClient, Request, RequestError};
use swarmscope_model::limits::MAX_DISCOVERY_BYTES;
use swarmscope_prometheus_config::yaml::YamlError;
use swarmscope_prometheus_config::{HttpDiscovery, TargetGroup, parse_target_groups};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::Update;

const URL: &str = "__meta_url";
const JSON: &str = "application/json";

/// Why a service told no targets.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error("no answer within the refresh interval")]
    Timeout,
    #[error("server returned HTTP status {0}")]
    Status(http::StatusCode),
    #[error("unsupported content type {0:?}; it has to be application/json")]
    ContentType(String),
    #[error("the reply is no UTF-8")]
    NotUtf8,
    #[error("the reply is no list of target groups: {0}")]
    Content(#[from] YamlError),
}

pub(super) async fn run(
    discovery: HttpDiscovery,
    client: HttpClient,
    source: usize,
    updates: mpsc::Sender<Update>,
) {
    let mut ticks = interval(discovery.refresh_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = None;
    loop {
        ticks.tick().await;
        let asked = timeout(discovery.refresh_interval, ask(&discovery, &client)).await;
        match asked.unwrap_or(Err(Failure::Timeout)) {
            Ok(groups) if told.as_ref() != Some(&groups) => {
                told = Some(groups.clone());
                if updates.send(Update { source, groups }).await.is_err() {
                    return;
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(url = %discovery.url, %error, "http discovery; its targets stay");
            }
        }
        if updates.is_closed() {
            return;
        }
    }
}

async fn ask(discovery: &HttpDiscovery, client: &HttpClient) -> Result<Vec<TargetGroup>, Failure> {
    let mut request = Request::get(discovery.url.url().clone());
    request
        .headers
        .insert(ACCEPT, HeaderValue::from_static(JSON));
    request.headers.insert(
        "x-prometheus-refresh-interval-seconds",
        HeaderValue::from(discovery.refresh_interval.as_secs()),
    );
    let response = client.send(request, MAX_DISCOVERY_BYTES).await?;
    if response.status != http::StatusCode::OK {
        return Err(Failure::Status(response.status));
    }
    let content_type = response
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !content_type.to_ascii_lowercase().starts_with(JSON) {
        return Err(Failure::ContentType(content_type.to_owned()));
    }
    let text = std::str::from_utf8(&response.body).map_err(|_| Failure::NotUtf8)?;
    let mut groups = parse_target_groups(text)?;
    for group in &mut groups {
        let url = discovery.url.to_string();
        group.labels.insert(URL.to_owned(), url);
    }
    Ok(groups)
}
