//! All rules of this server: loaded, evaluated in their rhythm, told of, replaced on reload.

mod error;
mod loops;
mod reporter;
mod settings;

pub use error::{ReloadError, StartError};
pub use settings::{AlertingSettings, RulesSettings};

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_RULE_EVALUATIONS;
use swarmscope_prometheus_config::{Configuration, NameValidation};
use tokio::sync::Semaphore;

use crate::definition::{GroupDefinition, RuleKind, Syntax, load_patterns};
use crate::environment::{Environment, GroupKey};
use crate::group::{AlertView, Group, GroupView};
use crate::history::{History, HistoryEntry};
use crate::notify::{Alertmanagers, AlertmanagersView, WebhookView, Webhooks};
use loops::GroupLoop;
use reporter::Reporter;

/// The file with the history of alerts, and the one with what webhooks were told.
const HISTORY_FILE: &str = "history.jsonl";
const TOLD_FILE: &str = "webhooks.json";

/// The rules of this server. Dropped without [`Rules::stop`] it leaves its tasks running.
pub struct Rules {
    reporter: Arc<Reporter>,
    /// What groups need; replaced as a whole on reload.
    environment: Arc<Mutex<Environment>>,
    running: Mutex<BTreeMap<GroupKey, GroupLoop>>,
    /// One reload at a time.
    reloading: tokio::sync::Mutex<()>,
    turns: Arc<Semaphore>,
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
            external_url,
            alerting,
        } = settings;
        let opened = directory.clone();
        let history = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&opened).map_err(|source| StartError::Directory {
                path: opened.clone(),
                source,
            })?;
            Ok::<_, StartError>(History::open(&opened.join(HISTORY_FILE))?)
        });
        let history = history.await.map_err(|_| StartError::Panicked)??;
        let external_url: Arc<str> = external_url.into();
        let webhooks = Webhooks::start(
            alerting.webhooks,
            &directory.join(TOLD_FILE),
            Arc::clone(&external_url),
        )?;
        let reporter = Arc::new(Reporter {
            history,
            alertmanagers: Alertmanagers::default(),
            webhooks,
            external_url: Arc::clone(&external_url),
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
            external_url,
        };
        let rules = Self {
            reporter,
            environment: Arc::new(Mutex::new(environment)),
            running: Mutex::default(),
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
        let patterns = configuration.rule_files.clone();
        let loading = tokio::task::spawn_blocking(move || load_patterns(&patterns, syntax));
        let definitions = loading.await.map_err(|_| ReloadError::Panicked)??;
        self.reporter
            .alertmanagers
            .apply(&configuration.alerting, &global.external_labels)
            .await?;
        {
            let mut environment = self.environment();
            environment.syntax = syntax;
            environment.external_labels = Arc::new(global.external_labels.clone());
        }
        let alerting = definitions
            .iter()
            .flat_map(alerting_rules)
            .collect::<Vec<_>>();
        self.reporter.webhooks.configure(
            alerting.iter().map(|(group, rule)| (group, rule.as_str())),
            &global.external_labels,
        );
        let groups = definitions
            .into_iter()
            .map(|definition| {
                let (interval, offset) = (global.evaluation_interval, global.rule_query_offset);
                Group::new(definition, interval, offset, restores)
            })
            .collect();
        self.exchange(groups).await;
        Ok(())
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

    fn each<T>(&self, of: impl Fn(&Group) -> Vec<T>) -> Vec<T> {
        let running = self.running();
        running.values().flat_map(|each| of(&each.group)).collect()
    }

    /// The Alertmanagers, and how deliveries to them go.
    pub fn alertmanagers(&self) -> AlertmanagersView {
        self.reporter.alertmanagers.view()
    }

    /// The webhooks, and how deliveries to them go.
    pub fn webhooks(&self) -> Vec<WebhookView> {
        self.reporter.webhooks.view()
    }

    /// The latest changes of alerts since a time, in milliseconds since the epoch; newest first.
    pub fn history(&self, since: i64, limit: usize) -> Vec<HistoryEntry> {
        self.reporter.history.since(since, limit)
    }

    /// Stops evaluating, sends what waits for Alertmanagers once, and ends.
    pub async fn stop(&self) {
        let _turn = self.reloading.lock().await;
        let running = std::mem::take(&mut *self.running());
        futures::future::join_all(running.into_values().map(GroupLoop::stop)).await;
        self.reporter.alertmanagers.stop().await;
        self.reporter.webhooks.stop().await;
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<GroupKey, GroupLoop>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn environment(&self) -> MutexGuard<'_, Environment> {
        self.environment
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
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
