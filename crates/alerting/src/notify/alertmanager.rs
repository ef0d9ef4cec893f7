//! One Alertmanager: its queue and the task that empties it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use swarmscope_http_client::HttpClient;
use swarmscope_model::limits::NOTIFICATION_DRAIN;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::backoff::Backoff;
use super::delivery::{DeliveryError, deliver};
use super::notification::{Notification, shown};
use super::queue::Queue;

/// An Alertmanager and how deliveries to it went, since it was configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertmanagerView {
    /// Where alerts are posted to, without a password.
    pub url: String,
    pub sent: u64,
    /// Notifications of requests that failed, each time they did.
    pub errors: u64,
    pub dropped: u64,
    pub queued: usize,
}

/// An Alertmanager that alerts are sent to.
pub(super) struct Alertmanager {
    shared: Arc<Shared>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

struct Shared {
    client: HttpClient,
    url: Url,
    timeout: Duration,
    queue: Queue,
    sent: AtomicU64,
    errors: AtomicU64,
}

impl Alertmanager {
    /// Starts sending.
    pub fn start(url: Url, client: HttpClient, timeout: Duration) -> Self {
        let shared = Arc::new(Shared {
            client,
            url,
            timeout,
            queue: Queue::default(),
            sent: AtomicU64::new(0),
            errors: AtomicU64::new(0),
        });
        let stop = CancellationToken::new();
        let task = tokio::spawn(run(Arc::clone(&shared), stop.clone()));
        Self { shared, stop, task }
    }

    /// Adds to what is to be sent.
    pub fn push(&self, notifications: Vec<Notification>) {
        self.shared.queue.push(notifications);
    }

    /// Sends what waits, once, and ends.
    pub async fn stop(self) {
        self.stop.cancel();
        if self.task.await.is_err() {
            tracing::error!(
                url = self.shared.address(),
                "the sender of alerts has panicked"
            );
        }
    }

    /// How it is doing.
    pub fn view(&self) -> AlertmanagerView {
        let (queued, dropped) = self.shared.queue.figures();
        AlertmanagerView {
            url: self.shared.address(),
            sent: self.shared.sent.load(Ordering::Relaxed),
            errors: self.shared.errors.load(Ordering::Relaxed),
            dropped,
            queued,
        }
    }
}

impl Shared {
    fn address(&self) -> String {
        super::alertmanagers::without_password(&self.url)
    }

    async fn send(&self, batch: &[Notification]) -> Result<(), DeliveryError> {
        let count = batch.len() as u64;
        let sent = deliver(&self.client, &self.url, body(batch), self.timeout).await;
        let counter = if sent.is_ok() {
            &self.sent
        } else {
            &self.errors
        };
        counter.fetch_add(count, Ordering::Relaxed);
        sent
    }

    /// Everything that waits, once, for as long as a shutdown may take.
    async fn drain(&self) {
        let all = async {
            while let Some(batch) = self.queue.take() {
                if let Err(error) = self.send(&batch).await {
                    self.queue.count_dropped(batch.len());
                    tracing::warn!(url = self.address(), %error, "alerts are not sent at the end");
                }
            }
        };
        let ended = tokio::time::timeout(NOTIFICATION_DRAIN, all).await;
        let (left, _) = self.queue.figures();
        if ended.is_err() && left > 0 {
            tracing::warn!(url = self.address(), left, "alerts are not sent at the end");
        }
    }
}

async fn run(shared: Arc<Shared>, stop: CancellationToken) {
    let mut backoff = Backoff::default();
    loop {
        let batch = tokio::select! {
            () = stop.cancelled() => break,
            batch = shared.queue.batch() => batch,
        };
        let Err(error) = shared.send(&batch).await else {
            backoff.reset();
            continue;
        };
        let (url, count) = (shared.address(), batch.len());
        if !error.is_passing() {
            tracing::error!(url, count, %error, "alerts are refused and dropped");
            shared.queue.count_dropped(count);
            continue;
        }
        shared.queue.put_back(batch);
        let wait = backoff.next();
        tracing::warn!(url, count, %error, ?wait, "alerts cannot be sent yet");
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(wait) => {}
        }
    }
    shared.drain().await;
}

/// The body of `POST /api/v2/alerts`.
fn body(batch: &[Notification]) -> Vec<u8> {
    let alerts: Vec<_> = batch
        .iter()
        .map(|each| {
            json!({
                "labels": each.labels,
                "annotations": each.annotations,
                "startsAt": shown(each.starts_at),
                "endsAt": shown(each.ends_at),
                "generatorURL": each.generator_url,
            })
        })
        .collect();
    serde_json::Value::from(alerts).to_string().into_bytes()
}
