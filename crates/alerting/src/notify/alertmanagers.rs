//! The Alertmanagers of `prometheus.yml`: which there are, and what each set of them hears.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use swarmscope_http_client::HttpClient;
use swarmscope_model::metrics::Labels;
use swarmscope_prometheus_config::relabel::relabel;
use swarmscope_prometheus_config::{AlertingConfig, AlertmanagerConfig, RelabelConfig};
use url::Url;

use super::alertmanager::{Alertmanager, AlertmanagerView};
use super::delivery::AlertingConfigError;
use super::notification::Notification;

/// The label with the path that alerts are posted to.
const PATH_LABEL: &str = "__alerts_path__";
const SCHEME_LABEL: &str = "__scheme__";
const ADDRESS_LABEL: &str = "__address__";

/// Prometheus's `/api/v1/alertmanagers`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertmanagersView {
    pub active: Vec<AlertmanagerView>,
    /// Addresses that relabelling dropped.
    pub dropped: Vec<String>,
}

/// All Alertmanagers.
#[derive(Default)]
pub struct Alertmanagers {
    configured: Mutex<Configured>,
}

#[derive(Default)]
struct Configured {
    external_labels: BTreeMap<String, String>,
    relabel_configs: Vec<RelabelConfig>,
    sets: Vec<Set>,
}

/// Alertmanagers that are talked to in the same way.
struct Set {
    config: AlertmanagerConfig,
    members: Vec<Alertmanager>,
    dropped: Vec<String>,
}

impl Alertmanagers {
    /// Sends to the Alertmanagers of a configuration from now on. Those that were there already under the
    /// same settings keep what they have to send.
    ///
    /// # Errors
    /// When one of them cannot be set up; then nothing changes.
    pub async fn apply(
        &self,
        config: &AlertingConfig,
        external_labels: &BTreeMap<String, String>,
    ) -> Result<(), AlertingConfigError> {
        let plans = config
            .alertmanagers
            .iter()
            .map(plan)
            .collect::<Result<Vec<_>, _>>()?;
        let mut leaving = Vec::new();
        {
            let mut configured = self.configured();
            let mut before = std::mem::take(&mut configured.sets);
            for plan in plans {
                let known = before.iter().position(|set| set.config == *plan.config);
                let set = match known {
                    Some(position) => before.swap_remove(position),
                    None => plan.start(),
                };
                configured.sets.push(set);
            }
            configured.external_labels = external_labels.clone();
            configured.relabel_configs = config.alert_relabel_configs.clone();
            leaving.extend(before.into_iter().flat_map(|set| set.members));
        }
        stop_all(leaving).await;
        Ok(())
    }

    /// Hands alerts to the queues of all.
    pub fn send(&self, notifications: Vec<Notification>) {
        let configured = self.configured();
        let external = &configured.external_labels;
        let notifications: Vec<Notification> = notifications
            .into_iter()
            .filter_map(|each| each.relabelled(external, &configured.relabel_configs))
            .collect();
        if notifications.is_empty() {
            return;
        }
        for set in &configured.sets {
            let rules = &set.config.alert_relabel_configs;
            let own: Vec<Notification> = notifications
                .iter()
                .filter_map(|each| each.clone().relabelled(&BTreeMap::new(), rules))
                .collect();
            for member in &set.members {
                member.push(own.clone());
            }
        }
    }

    /// Which there are, and how they are doing.
    pub fn view(&self) -> AlertmanagersView {
        let configured = self.configured();
        let sets = &configured.sets;
        AlertmanagersView {
            active: sets
                .iter()
                .flat_map(|set| set.members.iter().map(Alertmanager::view))
                .collect(),
            dropped: sets.iter().flat_map(|set| set.dropped.clone()).collect(),
        }
    }

    /// Sends what waits, once, and ends.
    pub async fn stop(&self) {
        let sets = std::mem::take(&mut self.configured().sets);
        stop_all(sets.into_iter().flat_map(|set| set.members)).await;
    }

    fn configured(&self) -> MutexGuard<'_, Configured> {
        self.configured
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

async fn stop_all(members: impl IntoIterator<Item = Alertmanager>) {
    futures::future::join_all(members.into_iter().map(Alertmanager::stop)).await;
}

/// A set that could be started: nothing of it can fail any more.
struct Plan<'a> {
    config: &'a AlertmanagerConfig,
    client: HttpClient,
    urls: Vec<Url>,
    dropped: Vec<String>,
}

impl Plan<'_> {
    fn start(self) -> Set {
        let timeout = self.config.timeout;
        Set {
            config: self.config.clone(),
            members: self
                .urls
                .into_iter()
                .map(|url| Alertmanager::start(url, self.client.clone(), timeout))
                .collect(),
            dropped: self.dropped,
        }
    }
}

fn plan(config: &AlertmanagerConfig) -> Result<Plan<'_>, AlertingConfigError> {
    for (what, given) in [
        ("file_sd_configs", !config.file_sd_configs.is_empty()),
        ("http_sd_configs", !config.http_sd_configs.is_empty()),
    ] {
        if given {
            return Err(AlertingConfigError::Discovery { what });
        }
    }
    let client = HttpClient::new(&config.http).map_err(|source| AlertingConfigError::Client {
        receiver: "Alertmanager".to_owned(),
        source,
    })?;
    let (mut urls, mut dropped) = (BTreeSet::new(), Vec::new());
    for group in &config.static_configs {
        for address in &group.targets {
            let before = target(config, address, &group.labels);
            match relabel(&before, &config.relabel_configs) {
                Some(labels) => {
                    urls.insert(posted_to(&labels)?);
                }
                None => dropped.push(without_password(&posted_to(&before)?)),
            }
        }
    }
    let urls = urls.into_iter().collect();
    Ok(Plan {
        config,
        client,
        urls,
        dropped,
    })
}

/// The labels that relabelling sees of an Alertmanager.
fn target(config: &AlertmanagerConfig, address: &str, labels: &BTreeMap<String, String>) -> Labels {
    let prefix = config.path_prefix.trim_matches('/');
    let separator = if prefix.is_empty() { "" } else { "/" };
    let own = [
        (ADDRESS_LABEL, address.to_owned()),
        (SCHEME_LABEL, config.scheme.as_str().to_owned()),
        (PATH_LABEL, format!("{separator}{prefix}/api/v2/alerts")),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value));
    Labels::from_pairs(own.into_iter().chain(labels.clone()))
}

fn posted_to(labels: &Labels) -> Result<Url, AlertingConfigError> {
    let part = |name| labels.get(name).unwrap_or_default();
    let address = format!(
        "{}://{}{}",
        part(SCHEME_LABEL),
        part(ADDRESS_LABEL),
        part(PATH_LABEL)
    );
    Url::parse(&address).map_err(|source| AlertingConfigError::Address { address, source })
}

/// An address for people.
pub(super) fn without_password(url: &Url) -> String {
    let mut shown = url.clone();
    if shown.password().is_some() {
        // Fails for addresses that cannot have one, and those have none.
        let _ = shown.set_password(Some("xxxxx"));
    }
    shown.into()
}
