//! What can be seen of jobs and targets: everything that Prometheus's API tells about them.

use std::sync::Arc;
use std::time::Duration;

use swarmscope_model::metrics::Labels;
use url::Url;

use crate::ingest::{FamilyMetadata, MetadataCache};
use crate::pool::Snapshot;
use crate::target::{Status, Target};

/// A job: Prometheus's scrape pool.
#[derive(Debug, Clone)]
pub struct PoolView {
    pub name: String,
    /// By URL.
    pub active: Vec<TargetView>,
    /// Labels of targets that relabelling dropped, as many as `keep_dropped_targets` allows.
    pub dropped: Vec<Labels>,
    /// All of those.
    pub dropped_count: usize,
}

/// A target that is scraped.
#[derive(Debug, Clone)]
pub struct TargetView {
    /// Before relabelling, `__address__` and its kin included.
    pub discovered_labels: Labels,
    pub labels: Labels,
    pub scrape_url: Url,
    pub status: Status,
    pub interval: Duration,
    pub timeout: Duration,
    metadata: Arc<MetadataCache>,
}

impl PoolView {
    pub(crate) fn new(name: &str, snapshot: Snapshot) -> Self {
        Self {
            name: name.to_owned(),
            active: snapshot
                .active
                .into_iter()
                .map(|(target, metadata)| TargetView::new(&target, metadata))
                .collect(),
            dropped: snapshot.dropped,
            dropped_count: snapshot.dropped_count,
        }
    }
}

impl TargetView {
    fn new(target: &Target, metadata: Arc<MetadataCache>) -> Self {
        Self {
            discovered_labels: target.discovered(),
            labels: target.labels.clone(),
            scrape_url: target.url.clone(),
            status: target.status(),
            interval: target.interval,
            timeout: target.timeout,
            metadata,
        }
    }

    /// What the target says about its metric families, by name.
    pub fn metadata(&self) -> Vec<FamilyMetadata> {
        self.metadata.list()
    }

    /// The address as others can reach it: this machine's loopback is known outside by the host of the
    /// server's external address, and the server's own port by all of that address.
    pub fn global_url(&self, external: &Url, own_port: u16) -> Url {
        let mut url = self.scrape_url.clone();
        let local = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if !local {
            return url;
        }
        if url.port_or_known_default() == Some(own_port) {
            let mut own = external.clone();
            own.set_path(url.path());
            own.set_query(url.query());
            return own;
        }
        // Fails only for addresses without a host, and scraped ones have one.
        let _ = url.set_host(external.host_str());
        url
    }
}
