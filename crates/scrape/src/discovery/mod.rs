//! Finding targets: each source tells its groups of targets again whenever they change.

mod agents;
mod files;
mod http;

use std::sync::Arc;

use swarmscope_http_client::{HttpClient, HttpClientError};
use swarmscope_prometheus_config::{
    FileDiscovery, HttpDiscovery, ScrapeConfig, SwarmscopeDiscovery, TargetGroup,
};
use tokio::sync::mpsc;

pub use agents::{AgentDirectory, AgentDirectoryError, DiscoveredAgent};

/// All groups of one source, in place of those it told before.
#[derive(Debug)]
pub struct Update {
    /// Position among the sources of [`Source::of_job`].
    pub source: usize,
    pub groups: Vec<TargetGroup>,
}

/// Something that finds targets.
pub enum Source {
    Static(Vec<TargetGroup>),
    Files(FileDiscovery),
    Http(Box<HttpDiscovery>, Box<HttpClient>),
    Agents(SwarmscopeDiscovery, Arc<dyn AgentDirectory>),
}

impl Source {
    /// Every source of a job.
    ///
    /// # Errors
    /// When the client of an HTTP service cannot be made.
    pub fn of_job(
        config: &ScrapeConfig,
        agents: &Arc<dyn AgentDirectory>,
    ) -> Result<Vec<Self>, HttpClientError> {
        let mut sources = Self::of_lists(
            &config.static_configs,
            &config.file_sd_configs,
            &config.http_sd_configs,
        )?;
        for discovery in &config.swarmscope_sd_configs {
            sources.push(Self::Agents(discovery.clone(), agents.clone()));
        }
        Ok(sources)
    }

    /// The sources that Alertmanagers are found by, too.
    ///
    /// # Errors
    /// When the client of an HTTP service cannot be made.
    pub fn of_lists(
        lists: &[TargetGroup],
        files: &[FileDiscovery],
        services: &[HttpDiscovery],
    ) -> Result<Vec<Self>, HttpClientError> {
        let mut sources = Vec::new();
        if !lists.is_empty() {
            sources.push(Self::Static(lists.to_vec()));
        }
        sources.extend(files.iter().cloned().map(Self::Files));
        for service in services {
            let client = HttpClient::new(&service.http)?;
            sources.push(Self::Http(Box::new(service.clone()), Box::new(client)));
        }
        Ok(sources)
    }

    /// Tells what is found until nobody listens any more.
    pub async fn run(self, source: usize, updates: mpsc::Sender<Update>) {
        match self {
            Self::Static(groups) => {
                // Nobody listening means that there is nothing to do.
                let _ = updates.send(Update { source, groups }).await;
            }
            Self::Files(discovery) => files::run(discovery, source, updates).await,
            Self::Http(discovery, client) => http::run(*discovery, *client, source, updates).await,
            Self::Agents(discovery, directory) => {
                agents::run(discovery, directory, source, updates).await;
            }
        }
    }
}
