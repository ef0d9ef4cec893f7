//! All rules of this server: loaded, evaluated in their rhythm, told of, replaced on reload.

mod error;
mod loops;
mod made_here;
mod own;
mod reporter;
mod settings;

pub use error::{ReloadError, StartError};
pub use own::{OwnRuleError, WrittenRule, check_rule, read_rule, rule_name};
pub use settings::RulesSettings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_RULE_EVALUATIONS;
use swarmscope_prometheus_config::{Configuration, NameValidation};
use tokio::sync::Semaphore;

use crate::definition::{GroupDefinition, RuleFileError, RuleKind, Syntax, load, load_patterns};
use crate::environment::{Environment, GroupKey};
use crate::group::{AlertView, Group, GroupView};
use crate::history::{History, HistoryEntry};
use crate::notify::{Alertmanagers, AlertmanagersView, ReceiverView, Receivers};
use crate::question::{Addresses, link};
use crate::silence::Silences;
use loops::GroupLoop;
use reporter::Reporter;

/// The file with the history of alerts.
const HISTORY_FILE: &str = "history.jsonl";
/// What receivers were told.
const TOLD_FILE: &str = "notifications.json";
const SILENCES_FILE: &str = "silences.json";
/// Rules that were made here.
const OWN_RULES_FILE: &str = "rules.yml";

/// The rules of this server. Dropped without [`Rules::stop`] it leaves its tasks running.
pub struct Rules {
    reporter: Arc<Reporter>,
    silences: Arc<Silences>,
    own_file: PathBuf,
    loaded: Mutex<Loaded>,
    /// One trial at a time.
    trials: Arc<tokio::sync::Mutex<()>>,
    /// What groups need; replaced as a whole on reload.
    environment: Arc<Mutex<Environment>>,
    running: Mutex<BTreeMap<GroupKey, GroupLoop>>,
    /// The groups that are in force, in the order of their keys. While they are exchanged, those before.
    shown: Mutex<Vec<Arc<Group>>>,
    /// One reload at a time.
    reloading: tokio::sync::Mutex<()>,
    turns: Arc<Semaphore>,
}

/// What was read last.
#[derive(Default)]
struct Loaded {
    /// Of the files that the configuration names.
    configured: Vec<GroupDefinition>,
    interval: Duration,
    query_offset: Duration,
}

impl Rules {
    /// Loads the rule files of a configuration and starts to evaluate them. What was waiting to fire before
    /// a restart is restored.
    ///
    /// # Errors
    /// When a rule file is wrong, a receiver cannot be set up, or the folder for history cannot be used.
    pub async fn start(
        settings: RulesSettings,
        configuration: &Configuration,
    ) -> Result<Self, StartError> {
        let RulesSettings {
            directory,
            evaluate,
            store,
            promql,
            timing,
            addresses,
            alerting,
        } = settings;
        let opened = directory.clone();
        let opening = tokio::task::spawn_blocking(move || open(&opened));
        let (history, silences) = opening.await.map_err(|_| StartError::Panicked)??;
        let silences = Arc::new(silences);
        let addresses = Arc::new(Addresses {
            prometheus: addresses.prometheus.trim_end_matches('/').to_owned(),
            ui: addresses.ui.trim_end_matches('/').to_owned(),
        });
        let receivers = Receivers::start(
            &alerting,
            &directory.join(TOLD_FILE),
            Arc::clone(&silences),
            Arc::clone(&addresses),
        )?;
        let reporter = Arc::new(Reporter {
            history,
            alertmanagers: Alertmanagers::default(),
            receivers,
            addresses: Arc::clone(&addresses),
        });
        let environment = Environment {
            evaluate,
            store,
            report: reporter.clone(),
            syntax: Syntax {
                names: NameValidation::default(),
                promql,
            },
            timing,
            external_labels: Arc::default(),
            addresses,
        };
        let rules = Self {
            reporter,
            silences,
            own_file: directory.join(OWN_RULES_FILE),
            loaded: Mutex::default(),
            trials: Arc::default(),
            environment: Arc::new(Mutex::new(environment)),
            running: Mutex::default(),
            shown: Mutex::default(),
            reloading: tokio::sync::Mutex::default(),
            turns: Arc::new(Semaphore::new(MAX_RULE_EVALUATIONS)),
        };
        if let Err(error) = rules.apply(configuration, true).await {
            rules.stop().await;
            return Err(error.into());
        }
        Ok(rules)
    }

    /// Takes over a configuration that was read anew. Groups that did not change go on undisturbed; alerts
    /// of those that did are kept.
    ///
    /// To be awaited to its end: dropped in between, groups are left stopped.
    ///
    /// # Errors
    /// When a rule file is wrong or a receiver cannot be set up. Everything then stays as it was.
    pub async fn reload(&self, configuration: &Configuration) -> Result<(), ReloadError> {
        self.apply(configuration, false).await
    }

    async fn apply(
        &self,
        configuration: &Configuration,
        restores: bool,
    ) -> Result<(), ReloadError> {
        let _turn = self.reloading.lock().await;
        let global = &configuration.global;
        let syntax = Syntax {
            names: global.metric_name_validation_scheme,
            promql: self.environment().syntax.promql,
        };
        let (patterns, own_file) = (configuration.rule_files.clone(), self.own_file.clone());
        let loading = tokio::task::spawn_blocking(move || {
            let configured = load_patterns(&patterns, syntax)?;
            let own = if own_file.exists() {
                load(&[own_file], syntax)?
            } else {
                Vec::new()
            };
            Ok::<_, RuleFileError>((configured, own))
        });
        let (configured, own) = loading.await.map_err(|_| ReloadError::Panicked)??;
        self.reporter
            .alertmanagers
            .apply(&configuration.alerting, &global.external_labels)
            .await?;
        {
            let mut environment = self.environment();
            environment.syntax = syntax;
            environment.external_labels = Arc::new(global.external_labels.clone());
        }
        {
            let mut loaded = self.loaded();
            loaded.interval = global.evaluation_interval;
            loaded.query_offset = global.rule_query_offset;
        }
        self.put_in_force(configured, own, restores).await;
        Ok(())
    }

    /// Evaluates these rules from now on, and no others.
    async fn put_in_force(
        &self,
        configured: Vec<GroupDefinition>,
        own: Vec<GroupDefinition>,
        restores: bool,
    ) {
        let external_labels = Arc::clone(&self.environment().external_labels);
        let all = configured.iter().chain(&own);
        let alerting = all.flat_map(alerting_rules).collect::<Vec<_>>();
        self.reporter.receivers.configure(
            alerting.iter().map(|(group, rule)| (group, rule.as_str())),
            &external_labels,
        );
        let groups = {
            let mut loaded = self.loaded();
            loaded.configured.clone_from(&configured);
            let (interval, offset) = (loaded.interval, loaded.query_offset);
            let all = configured.into_iter().chain(own);
            all.map(|definition| Group::new(definition, interval, offset, restores))
                .collect()
        };
        self.exchange(groups).await;
    }

    /// Stops the groups that are gone or changed, and starts the new ones.
    async fn exchange(&self, groups: Vec<Group>) {
        let mut before = std::mem::take(&mut *self.running());
        let mut running = BTreeMap::new();
        for group in groups {
            let key = group.key.clone();
            let known = before.remove(&key);
            let unchanged = known
                .as_ref()
                .is_some_and(|known| known.group.is_same(&group));
            let entry = match known {
                Some(known) if unchanged => known,
                Some(known) => {
                    let predecessor = known.stop().await;
                    group.take_over(&predecessor);
                    self.run(group)
                }
                None => self.run(group),
            };
            running.insert(key, entry);
        }
        *self.shown() = running.values().map(|each| each.group.clone()).collect();
        *self.running() = running;
        let now = Timestamp::now().as_millisecond();
        for (_, gone) in before {
            let group = gone.stop().await;
            let environment = self.environment().clone();
            let marked = tokio::task::spawn_blocking(move || group.mark_all(now, &environment));
            if marked.await.is_err() {
                tracing::error!("marking the series of a removed group has panicked");
            }
        }
    }

    fn run(&self, group: Group) -> GroupLoop {
        GroupLoop::start(
            Arc::new(group),
            Arc::clone(&self.environment),
            Arc::clone(&self.turns),
        )
    }

    /// The groups as they are now, by file and name.
    pub fn groups(&self) -> Vec<GroupView> {
        self.each(|group| vec![group.view()])
    }

    /// The alerts that are pending or firing, by group.
    pub fn alerts(&self) -> Vec<AlertView> {
        self.each(Group::alerts)
    }

    /// A page that shows what an alert is about.
    pub fn link(&self, view: &AlertView) -> String {
        let label = |name: &str| view.alert.labels.get(name);
        link(&view.question, label, &self.environment().addresses)
    }

    fn each<T>(&self, of: impl Fn(&Group) -> Vec<T>) -> Vec<T> {
        let shown = self.shown().clone();
        shown.iter().flat_map(|group| of(group)).collect()
    }

    /// The Alertmanagers, and how deliveries to them go.
    pub fn alertmanagers(&self) -> AlertmanagersView {
        self.reporter.alertmanagers.view()
    }

    /// The receivers, and how deliveries to them go.
    pub fn receivers(&self) -> Vec<ReceiverView> {
        self.reporter.receivers.view()
    }

    /// Which of the alerts with these labels are silenced or inhibited now.
    pub fn muted(&self, alerts: &[BTreeMap<String, String>]) -> Vec<bool> {
        self.reporter.receivers.muted(alerts)
    }

    /// The silences.
    pub fn silences(&self) -> &Arc<Silences> {
        &self.silences
    }

    /// The file with the rules that were made here, whether or not it is there.
    pub fn own_file(&self) -> &Path {
        &self.own_file
    }

    /// What rules may use.
    pub fn syntax(&self) -> Syntax {
        self.environment().syntax
    }

    /// The latest changes of alerts since a time, in milliseconds since the epoch; newest first.
    pub fn history(&self, since: i64, limit: usize) -> Vec<HistoryEntry> {
        self.reporter.history.since(since, limit)
    }

    /// Stops evaluating, sends what waits for Alertmanagers once, and ends.
    pub async fn stop(&self) {
        let _turn = self.reloading.lock().await;
        let running = std::mem::take(&mut *self.running());
        self.shown().clear();
        futures::future::join_all(running.into_values().map(GroupLoop::stop)).await;
        self.reporter.alertmanagers.stop().await;
        self.reporter.receivers.stop().await;
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<GroupKey, GroupLoop>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shown(&self) -> MutexGuard<'_, Vec<Arc<Group>>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn loaded(&self) -> MutexGuard<'_, Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn environment(&self) -> MutexGuard<'_, Environment> {
        self.environment
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is kept in a folder of the rules' own. Blocks.
fn open(directory: &Path) -> Result<(History, Silences), StartError> {
    std::fs::create_dir_all(directory).map_err(|source| StartError::Directory {
        path: directory.to_owned(),
        source,
    })?;
    let history = History::open(&directory.join(HISTORY_FILE))?;
    let silences = Silences::open(&directory.join(SILENCES_FILE))?;
    Ok((history, silences))
}

/// The names of a group's alerting rules.
fn alerting_rules(group: &GroupDefinition) -> Vec<(GroupKey, String)> {
    let key = GroupKey {
        file: group.file.to_string_lossy().into_owned(),
        name: group.name.clone(),
    };
    let alerting = group
        .rules
        .iter()
        .filter(|rule| rule.kind != RuleKind::Recording);
    alerting
        .map(|rule| (key.clone(), rule.name.clone()))
        .collect()
}
