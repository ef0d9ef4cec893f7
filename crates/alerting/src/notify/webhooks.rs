//! The webhooks: each is told what changed since it was last told anything, until it says that it got it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use swarmscope_http_client::HttpClient;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::NOTIFICATION_BATCH;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::delivery::{AlertingConfigError, DeliveryError, deliver};
use super::firing::{Difference, Firing, RuleAlerts};
use super::notification::Notification;
use super::told::{self, AlertKey, RuleKey, Told, ToldError};
use super::webhook::{Status, WebhookConfig, body};
use crate::environment::Evaluation;
use crate::rule::AlertState;

/// How a webhook is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookView {
    pub name: String,
    /// Without a password.
    pub url: String,
    /// Alerts that it was told are firing.
    pub told: usize,
    /// Why the last delivery failed, if it did.
    pub last_error: Option<String>,
}

/// All webhooks.
pub struct Webhooks {
    shared: Arc<Shared>,
    stop: CancellationToken,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

struct Shared {
    path: PathBuf,
    external_url: Arc<str>,
    state: Mutex<State>,
    /// Counts changes of what fires.
    changed: watch::Sender<u64>,
    receivers: Vec<Receiver>,
}

struct State {
    firing: Firing,
    external_labels: BTreeMap<String, String>,
    /// By the webhooks' addresses.
    told: BTreeMap<String, Told>,
    errors: BTreeMap<String, String>,
}

struct Receiver {
    config: WebhookConfig,
    client: HttpClient,
    /// Its address, which it is known by on disk.
    key: String,
}

impl Webhooks {
    /// Starts telling. `path` is the file with what was told before. Blocks for as long as reading it takes.
    ///
    /// # Errors
    /// When a webhook cannot be set up.
    pub fn start(
        configs: Vec<WebhookConfig>,
        path: &Path,
        external_url: Arc<str>,
    ) -> Result<Self, WebhooksError> {
        let receivers = configs
            .into_iter()
            .map(|config| {
                Ok(Receiver {
                    client: config.client()?,
                    key: super::alertmanagers::without_password(config.url.url()),
                    config,
                })
            })
            .collect::<Result<Vec<_>, AlertingConfigError>>()?;
        let mut told = told::read(path)?;
        // What a webhook that is configured no longer was told has no meaning any more.
        told.retain(|key, _| receivers.iter().any(|receiver| receiver.key == *key));
        let shared = Arc::new(Shared {
            path: path.to_owned(),
            external_url,
            state: Mutex::new(State {
                firing: Firing::default(),
                external_labels: BTreeMap::new(),
                told,
                errors: BTreeMap::new(),
            }),
            changed: watch::Sender::new(0),
            receivers,
        });
        let stop = CancellationToken::new();
        let tasks = (0..shared.receivers.len())
            .map(|position| tokio::spawn(run(Arc::clone(&shared), position, stop.clone())))
            .collect();
        Ok(Self {
            shared,
            stop,
            tasks: Mutex::new(tasks),
        })
    }

    /// Takes note of an evaluation.
    pub fn evaluated(&self, evaluation: &Evaluation<'_>) {
        if self.shared.receivers.is_empty() {
            return;
        }
        let rule = RuleKey {
            group: evaluation.group.clone(),
            name: evaluation.rule.to_owned(),
        };
        let mut state = self.shared.state();
        let mut alerts = RuleAlerts {
            at: evaluation.at,
            is_settled: evaluation.is_settled,
            firing: BTreeMap::new(),
            pending: BTreeSet::new(),
        };
        for alert in &evaluation.current {
            if alert.state == AlertState::Firing {
                let url = &self.shared.external_url;
                let notification = Notification::new(alert, evaluation.question, url)
                    .relabelled(&state.external_labels, &[]);
                if let Some(notification) = notification {
                    alerts.firing.insert(alert.labels.clone(), notification);
                }
            } else {
                alerts.pending.insert(alert.labels.clone());
            }
        }
        state.firing.set(rule, alerts);
        drop(state);
        self.shared.wake();
    }

    /// From now on there are these rules, each with its group, and alerts have these labels.
    pub fn configure<'a>(
        &self,
        rules: impl Iterator<Item = (&'a crate::environment::GroupKey, &'a str)>,
        external_labels: &BTreeMap<String, String>,
    ) {
        let known = rules
            .map(|(group, name)| RuleKey {
                group: group.clone(),
                name: name.to_owned(),
            })
            .collect();
        let mut state = self.shared.state();
        state.firing.retain(known);
        state.external_labels = external_labels.clone();
        drop(state);
        self.shared.wake();
    }

    /// Which there are, and how they are doing.
    pub fn view(&self) -> Vec<WebhookView> {
        let state = self.shared.state();
        let receivers = self.shared.receivers.iter();
        receivers
            .map(|receiver| WebhookView {
                name: receiver.config.name(),
                url: receiver.key.clone(),
                told: state.told.get(&receiver.key).map_or(0, Told::len),
                last_error: state.errors.get(&receiver.key).cloned(),
            })
            .collect()
    }

    /// Ends. What was not delivered is found to be untold after the next start.
    pub async fn stop(&self) {
        self.stop.cancel();
        let tasks = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        for task in tasks {
            if task.await.is_err() {
                tracing::error!("the sender of a webhook has panicked");
            }
        }
    }
}

/// Webhooks that cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum WebhooksError {
    #[error(transparent)]
    Config(#[from] AlertingConfigError),
    #[error(transparent)]
    Told(#[from] ToldError),
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        self.changed
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// What the receiver has to be told now.
    fn difference(&self, receiver: &Receiver) -> Difference {
        let state = self.state();
        let nothing = Told::new();
        let told = state.told.get(&receiver.key).unwrap_or(&nothing);
        state
            .firing
            .difference(told, Timestamp::now().as_millisecond())
    }

    /// Tells everything that is to be told, one alert name at a time.
    async fn tell(&self, receiver: &Receiver) -> Result<(), DeliveryError> {
        let Difference { fired, resolved } = self.difference(receiver);
        for batch in batches(resolved) {
            if receiver.config.send_resolved {
                self.post(receiver, Status::Resolved, &batch).await?;
            }
            self.keep(receiver, |told| {
                for (key, _) in &batch {
                    told.remove(key);
                }
            })
            .await;
        }
        for batch in batches(fired) {
            self.post(receiver, Status::Firing, &batch).await?;
            self.keep(receiver, |told| told.extend(batch)).await;
        }
        Ok(())
    }

    async fn post(
        &self,
        receiver: &Receiver,
        status: Status,
        batch: &[(AlertKey, Notification)],
    ) -> Result<(), DeliveryError> {
        let alerts: Vec<Notification> = batch.iter().map(|(_, alert)| alert.clone()).collect();
        let config = &receiver.config;
        let body = body(&config.name(), &self.external_url, status, &alerts);
        let sent = deliver(&receiver.client, config.url.url(), body, config.timeout()).await;
        let mut state = self.state();
        match sent {
            Err(error) if error.is_passing() => {
                state.errors.insert(receiver.key.clone(), error.to_string());
                Err(error)
            }
            Err(error) => {
                // The same again would be refused again; what comes later may be taken.
                let name = config.name();
                tracing::error!(webhook = name, %error, "alerts are refused and count as told");
                state.errors.insert(receiver.key.clone(), error.to_string());
                Ok(())
            }
            Ok(()) => {
                state.errors.remove(&receiver.key);
                Ok(())
            }
        }
    }

    /// Changes what the receiver was told, in memory and on disk.
    async fn keep(&self, receiver: &Receiver, change: impl FnOnce(&mut Told)) {
        let told = {
            let mut state = self.state();
            change(state.told.entry(receiver.key.clone()).or_default());
            state.told.clone()
        };
        let path = self.path.clone();
        let written = tokio::task::spawn_blocking(move || told::write(&path, &told)).await;
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                let path = self.path.display();
                tracing::error!(%path, %error, "a restart would tell webhooks again what they know");
            }
            Err(_) => tracing::error!("the writer of what webhooks were told has panicked"),
        }
    }
}

/// Alerts of one name at a time, as many as go into one request.
fn batches(
    alerts: Vec<(AlertKey, Notification)>,
) -> impl Iterator<Item = Vec<(AlertKey, Notification)>> {
    let mut by_name: BTreeMap<RuleKey, Vec<(AlertKey, Notification)>> = BTreeMap::new();
    for (key, alert) in alerts {
        by_name
            .entry(key.rule.clone())
            .or_default()
            .push((key, alert));
    }
    by_name.into_values().flat_map(|alerts| {
        let chunks = alerts.chunks(NOTIFICATION_BATCH).map(<[_]>::to_vec);
        chunks.collect::<Vec<_>>()
    })
}

async fn run(shared: Arc<Shared>, position: usize, stop: CancellationToken) {
    let receiver = &shared.receivers[position];
    let mut changed = shared.changed.subscribe();
    let mut backoff = Backoff::default();
    loop {
        changed.mark_unchanged();
        let told = tokio::select! {
            () = stop.cancelled() => return,
            told = shared.tell(receiver) => told,
        };
        let wait = match told {
            Ok(()) => {
                backoff.reset();
                None
            }
            Err(error) => {
                let wait = backoff.next();
                let webhook = receiver.config.name();
                tracing::warn!(webhook, %error, ?wait, "alerts cannot be sent yet");
                Some(wait)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = pause(wait, &mut changed) => {}
        }
    }
}

/// Until the wait is over; without one until something changes.
async fn pause(wait: Option<std::time::Duration>, changed: &mut watch::Receiver<u64>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => {
            // The sender lives as long as the task that waits.
            let _ = changed.changed().await;
        }
    }
}
