//! What the Prometheus API tells of this process.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytesize::ByteSize;
use swarmscope_api::prometheus::{Alertmanagers, Configured, Environment, ReloadFailed};
use swarmscope_model::metrics::duration;
use swarmscope_model::{Timestamp, limits};

use swarmscope_alerting::group::GroupView;
use swarmscope_prometheus_config::OtlpConfig;
use swarmscope_scrape::PoolView;
use url::Url;

use super::watch::Watch;

#[async_trait]
impl Environment for Watch {
    fn configuration(&self) -> Configured {
        let force = self.in_force();
        Configured {
            yaml: force.configuration.to_string(),
            since: force.since,
            last_reload_succeeded: force.last_reload_succeeded,
        }
    }

    fn external_labels(&self) -> BTreeMap<String, String> {
        self.in_force().configuration.global.external_labels.clone()
    }

    fn otlp(&self) -> OtlpConfig {
        self.in_force().configuration.otlp.clone()
    }

    fn flags(&self) -> BTreeMap<String, String> {
        let settings = &self.settings;
        let file = self.file().map(|path| path.display().to_string());
        let flags = [
            ("config.file", file.unwrap_or_default()),
            ("enable-feature", settings.features.join(",")),
            (
                "query.lookback-delta",
                duration::format(limits::QUERY_LOOKBACK),
            ),
            (
                "query.max-concurrency",
                limits::MAX_CONCURRENT_QUERIES.to_string(),
            ),
            ("query.max-samples", limits::MAX_QUERY_SAMPLES.to_string()),
            ("query.timeout", duration::format(limits::QUERY_TIMEOUT)),
            (
                "storage.tsdb.path",
                settings.data.join("metrics").display().to_string(),
            ),
            (
                "storage.tsdb.retention.size",
                ByteSize(settings.retention_bytes).to_string(),
            ),
            (
                "storage.tsdb.retention.time",
                duration::format(settings.retention_age),
            ),
            ("web.enable-admin-api", settings.admin_api.to_string()),
            ("web.enable-lifecycle", true.to_string()),
            ("web.enable-otlp-receiver", true.to_string()),
            ("web.enable-remote-write-receiver", true.to_string()),
            ("web.listen-address", settings.listen.to_string()),
        ];
        flags
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    fn started_at(&self) -> Timestamp {
        self.started_at
    }

    fn retention(&self) -> String {
        let age = duration::format(self.settings.retention_age);
        format!("{age} or {}", ByteSize(self.settings.retention_bytes))
    }

    fn corruptions(&self) -> u64 {
        self.metrics.stats().damaged
    }

    fn external_url(&self) -> (Url, u16) {
        (
            self.settings.external_url.clone(),
            self.settings.listen.port(),
        )
    }

    fn pools(&self) -> Vec<PoolView> {
        self.scrapes.pools()
    }

    fn rule_groups(&self) -> Vec<GroupView> {
        self.rules.groups()
    }

    fn alertmanagers(&self) -> Alertmanagers {
        let known = self.rules.alertmanagers();
        Alertmanagers {
            active: known.active.into_iter().map(|each| each.url).collect(),
            dropped: known.dropped,
        }
    }

    async fn reload(&self) -> Result<(), ReloadFailed> {
        let loaded = self.load_again().await;
        loaded.map_err(|reason| ReloadFailed { reason })
    }
}
