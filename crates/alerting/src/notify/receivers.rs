//! All receivers: each is told what it has to hear, until it says that it got it. One that is slow or away holds
//! up nobody else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use swarmscope_model::Timestamp;
use swarmscope_model::limits::{GROUP_MEMORY, LAST_WORD_WAIT};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::backoff::Backoff;
use super::delivery::{AlertingConfigError, DeliveryError};
use super::firing::{Firing, RuleAlerts};
use super::message::Message;
use super::mute::Mutes;
use super::notification::Notification;
use super::plan::{Look, Plan, Waiting, plan};
use super::receiver::Receiver;
use super::routing::{Routing, UnknownReceiver};
use super::settings::{AlertingSettings, InhibitConfig};
use super::told::{self, Log, Logs, RuleKey, ToldError};
use crate::environment::{Evaluation, GroupKey};
use crate::question::Addresses;
use crate::rule::AlertState;
use crate::silence::Silences;

/// How a receiver is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverView {
    pub name: String,
    /// `webhook`, `slack` or `email`.
    pub kind: &'static str,
    /// Where it is, without a password.
    pub address: String,
    /// Alerts that it was told are firing.
    pub told: usize,
    /// When it was last told anything, in milliseconds since the epoch.
    pub last_sent: Option<i64>,
    /// Messages that got through since the start.
    pub sent: u64,
    /// Deliveries that failed since the start.
    pub failed: u64,
    /// Why the last delivery failed, if it did.
    pub last_error: Option<String>,
}

/// All receivers.
pub struct Receivers {
    shared: Arc<Shared>,
    stop: CancellationToken,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

struct Shared {
    path: PathBuf,
    addresses: Arc<Addresses>,
    silences: Arc<Silences>,
    inhibit: Vec<InhibitConfig>,
    routing: Routing,
    receivers: Vec<Receiver>,
    state: Mutex<State>,
    /// What is on disk is written by one at a time, in order.
    writing: tokio::sync::Mutex<()>,
    /// Counts changes of what fires.
    changed: watch::Sender<u64>,
}

struct State {
    firing: Firing,
    external_labels: BTreeMap<String, String>,
    logs: Logs,
    figures: BTreeMap<String, Figures>,
}

#[derive(Default)]
struct Figures {
    sent: u64,
    failed: u64,
    last_error: Option<String>,
}

/// Receivers that cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ReceiversError {
    #[error(transparent)]
    Config(#[from] AlertingConfigError),
    #[error(transparent)]
    Route(#[from] UnknownReceiver),
    #[error("two receivers of [alerting] are called {name:?}; give one of them another `name`")]
    SameName { name: String },
    #[error(transparent)]
    Told(#[from] ToldError),
}

impl Receivers {
    /// Starts telling. `path` is the file with what was told before. Blocks for as long as reading it takes.
    ///
    /// # Errors
    /// When a receiver cannot be set up, or a route leads nowhere.
    pub fn start(
        settings: &AlertingSettings,
        path: &Path,
        silences: Arc<Silences>,
        addresses: Arc<Addresses>,
    ) -> Result<Self, ReceiversError> {
        let webhooks = settings.webhooks.iter().map(Receiver::webhook);
        let others = settings.receivers.iter().map(Receiver::new);
        let receivers = webhooks.chain(others).collect::<Result<Vec<_>, _>>()?;
        let mut keys = BTreeSet::new();
        if let Some(twice) = receivers.iter().find(|each| !keys.insert(each.key.clone())) {
            return Err(ReceiversError::SameName {
                name: twice.name.clone(),
            });
        }
        let names: Vec<String> = receivers.iter().map(|each| each.name.clone()).collect();
        let mut logs = told::read(path)?;
        // What a receiver that is configured no longer was told has no meaning any more.
        logs.retain(|key, _| keys.contains(key));
        let shared = Arc::new(Shared {
            path: path.to_owned(),
            addresses,
            silences,
            inhibit: settings.inhibit.clone(),
            routing: Routing::new(settings, &names, settings.webhooks.len())?,
            receivers,
            state: Mutex::new(State {
                firing: Firing::default(),
                external_labels: BTreeMap::new(),
                logs,
                figures: BTreeMap::new(),
            }),
            writing: tokio::sync::Mutex::default(),
            changed: watch::Sender::new(0),
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
                let notification =
                    Notification::new(alert, evaluation.question, &self.shared.addresses)
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
        rules: impl Iterator<Item = (&'a GroupKey, &'a str)>,
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

    /// Which of the alerts with these labels are not told of now, because they are silenced or inhibited.
    pub fn muted(&self, alerts: &[BTreeMap<String, String>]) -> Vec<bool> {
        let now = Timestamp::now();
        let silences = self.shared.silences.all(now);
        let state = self.shared.state();
        let mutes = self
            .shared
            .mutes(&silences, now.as_millisecond(), &state.firing);
        alerts.iter().map(|labels| mutes.is_muted(labels)).collect()
    }

    /// Which there are, and how they are doing.
    pub fn view(&self) -> Vec<ReceiverView> {
        let state = self.shared.state();
        let receivers = self.shared.receivers.iter();
        receivers
            .map(|receiver| {
                let log = state.logs.get(&receiver.key);
                let figures = state.figures.get(&receiver.key);
                ReceiverView {
                    name: receiver.name.clone(),
                    kind: receiver.kind,
                    address: receiver.address.clone(),
                    told: log.map_or(0, |log| log.told.len()),
                    last_sent: log.and_then(|log| log.sent.values().max().copied()),
                    sent: figures.map_or(0, |figures| figures.sent),
                    failed: figures.map_or(0, |figures| figures.failed),
                    last_error: figures.and_then(|figures| figures.last_error.clone()),
                }
            })
            .collect()
    }

    /// Ends, and waits a moment for words that are on their way. What was not delivered is found to be untold after
    /// the next start.
    pub async fn stop(&self) {
        self.stop.cancel();
        let tasks = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        for task in tasks {
            if task.await.is_err() {
                tracing::error!("the sender of a receiver of alerts has panicked");
            }
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        self.changed
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    fn mutes<'a>(
        &'a self,
        silences: &'a [crate::silence::Silence],
        now: i64,
        firing: &'a Firing,
    ) -> Mutes<'a> {
        Mutes::new(silences, now, &self.inhibit, firing.labels())
    }

    /// What a receiver has to hear now.
    fn plan(&self, position: usize, waiting: &mut Waiting) -> Plan {
        let now = Timestamp::now();
        let silences = self.silences.all(now);
        let now = now.as_millisecond();
        let receiver = &self.receivers[position];
        let state = self.state();
        let mutes = self.mutes(&silences, now, &state.firing);
        let nothing = Log::default();
        let log = state.logs.get(&receiver.key).unwrap_or(&nothing);
        let look = Look {
            now,
            firing: &state.firing,
            routing: &self.routing,
            mutes: &mutes,
            receiver: position,
            sends_resolved: receiver.sends_resolved,
        };
        let mut plan = plan(&look, log, waiting);
        // Silences begin and end by themselves.
        let changes = silences.iter().filter_map(|each| each.next_change(now));
        plan.next = plan.next.into_iter().chain(changes).min();
        plan
    }

    /// Tells a receiver everything that is due; gives when to look again.
    async fn tell(
        &self,
        position: usize,
        waiting: &mut Waiting,
        stop: &CancellationToken,
    ) -> Result<Option<i64>, DeliveryError> {
        let receiver = &self.receivers[position];
        let plan = self.plan(position, waiting);
        if !plan.forget.is_empty() {
            self.keep(receiver, |log| {
                for key in &plan.forget {
                    log.told.remove(key);
                }
            })
            .await;
        }
        let told_any = !plan.due.is_empty();
        for message in plan.due {
            if stop.is_cancelled() {
                break;
            }
            self.send(receiver, &message).await?;
            let at = Timestamp::now().as_millisecond();
            waiting.remove(&message.group.key);
            let memory = i64::try_from(GROUP_MEMORY.as_millis()).unwrap_or(i64::MAX);
            self.keep(receiver, |log| log.note(message, at, memory))
                .await;
        }
        // What was told is due again some time.
        let next = if told_any {
            self.plan(position, waiting).next
        } else {
            plan.next
        };
        Ok(next)
    }

    async fn send(&self, receiver: &Receiver, message: &Message) -> Result<(), DeliveryError> {
        let sent = receiver.deliver(message, &self.addresses.ui).await;
        let mut state = self.state();
        let figures = state.figures.entry(receiver.key.clone()).or_default();
        match sent {
            Err(error) => {
                figures.failed += 1;
                figures.last_error = Some(error.to_string());
                if error.is_passing() {
                    return Err(error);
                }
                // The same again would be refused again; what comes later may be taken.
                let name = &receiver.name;
                tracing::error!(receiver = name, %error, "alerts are refused and count as told");
                Ok(())
            }
            Ok(()) => {
                figures.sent += 1;
                figures.last_error = None;
                Ok(())
            }
        }
    }

    /// Changes what a receiver was told, in memory and on disk.
    async fn keep(&self, receiver: &Receiver, change: impl FnOnce(&mut Log)) {
        let _turn = self.writing.lock().await;
        let logs = {
            let mut state = self.state();
            change(state.logs.entry(receiver.key.clone()).or_default());
            state.logs.clone()
        };
        let path = self.path.clone();
        let written = tokio::task::spawn_blocking(move || told::write(&path, &logs)).await;
        match written {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                let path = self.path.display();
                tracing::error!(%path, %error, "a restart would tell receivers again what they know");
            }
            Err(_) => tracing::error!("the writer of what receivers were told has panicked"),
        }
    }
}

async fn run(shared: Arc<Shared>, position: usize, stop: CancellationToken) {
    let receiver = &shared.receivers[position];
    let mut changed = shared.changed.subscribe();
    let mut silenced = shared.silences.subscribe();
    let mut backoff = Backoff::default();
    let mut waiting = Waiting::new();
    loop {
        changed.mark_unchanged();
        silenced.mark_unchanged();
        // A word that is on its way is waited for: given up, it would be told again after the next start.
        let given_up = async {
            stop.cancelled().await;
            tokio::time::sleep(LAST_WORD_WAIT).await;
        };
        let told = tokio::select! {
            told = shared.tell(position, &mut waiting, &stop) => told,
            () = given_up => return,
        };
        if stop.is_cancelled() {
            return;
        }
        match told {
            Ok(next) => {
                backoff.reset();
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = until(next) => {}
                    // The senders live as long as the task that waits.
                    _ = changed.changed() => {}
                    _ = silenced.changed() => {}
                }
            }
            Err(error) => {
                let wait = backoff.next();
                let name = &receiver.name;
                tracing::warn!(receiver = name, %error, ?wait, "alerts cannot be sent yet");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(wait) => {}
                }
            }
        }
    }
}

/// Until a time in milliseconds since the epoch; for ever without one.
async fn until(time: Option<i64>) {
    match time {
        Some(time) => {
            let wait = time - Timestamp::now().as_millisecond();
            tokio::time::sleep(Duration::from_millis(u64::try_from(wait).unwrap_or(0))).await;
        }
        None => std::future::pending().await,
    }
}
