//! The agents that the orchestrator knows, by the addresses of their metrics.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use swarmscope_prometheus_config::{SwarmscopeDiscovery, TargetGroup};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::Update;

/// Who knows the agents.
#[async_trait]
pub trait AgentDirectory: Send + Sync {
    /// Every agent that has metrics.
    ///
    /// # Errors
    /// When that cannot be told now. The agents told before stay targets.
    async fn agents(&self) -> Result<Vec<DiscoveredAgent>, AgentDirectoryError>;
}

/// Why agents cannot be told.
#[derive(Debug, thiserror::Error)]
#[error("the agents are not known now")]
pub struct AgentDirectoryError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// An agent with metrics.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DiscoveredAgent {
    pub name: String,
    pub kind: String,
    /// Such as `active`.
    pub status: String,
    /// `host:port` of its metrics.
    pub address: String,
    pub skills: Vec<String>,
}

/// The label that tells which agent a sample is of.
const AGENT: &str = "agent";

pub(super) async fn run(
    discovery: SwarmscopeDiscovery,
    directory: Arc<dyn AgentDirectory>,
    source: usize,
    updates: mpsc::Sender<Update>,
) {
    let mut ticks = interval(discovery.refresh_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = None;
    loop {
        ticks.tick().await;
        let groups: Vec<TargetGroup> = match directory.agents().await {
            Ok(mut agents) => {
                agents.sort();
                agents.into_iter().map(group).collect()
            }
            Err(error) => {
                let reason = error.0;
                tracing::warn!(%reason, "the agents are not known now; targets stay as they are");
                continue;
            }
        };
        if told.as_ref() == Some(&groups) {
            if updates.is_closed() {
                return;
            }
            continue;
        }
        told = Some(groups.clone());
        if updates.send(Update { source, groups }).await.is_err() {
            return;
        }
    }
}

fn group(agent: DiscoveredAgent) -> TargetGroup {
    // A list between commas: relabelling can look for `,skill,`.
    let skills = match agent.skills.as_slice() {
        [] => String::new(),
        skills => format!(",{},", skills.join(",")),
    };
    let meta = |name: &str| format!("__meta_swarmscope_agent_{name}");
    TargetGroup {
        targets: vec![agent.address],
        labels: BTreeMap::from([
            (AGENT.to_owned(), agent.name.clone()),
            (meta("name"), agent.name),
            (meta("type"), agent.kind),
            (meta("status"), agent.status),
            (meta("skills"), skills),
        ]),
    }
}
