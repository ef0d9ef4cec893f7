//! The agents that the state store knows, as targets to scrape.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::FORGET_AGENT_TARGET_AFTER;
use swarmscope_model::state::{Agent, StateStore};
use swarmscope_scrape::discovery::{AgentDirectory, AgentDirectoryError, DiscoveredAgent};

/// What an agent says of its metrics in its metadata: the port, and the host unless it is this machine.
const PORT: &str = "metrics_port";
const HOST: &str = "metrics_host";
const THIS_MACHINE: &str = "127.0.0.1";

/// Asks the state store.
pub struct KnownAgents(pub Arc<dyn StateStore>);

#[async_trait]
impl AgentDirectory for KnownAgents {
    async fn agents(&self) -> Result<Vec<DiscoveredAgent>, AgentDirectoryError> {
        let agents = self.0.agents().await;
        let agents = agents.map_err(|error| AgentDirectoryError(Box::new(error)))?;
        let now = Timestamp::now();
        Ok(agents
            .into_iter()
            .filter(|agent| is_remembered(agent, now))
            .filter_map(discovered)
            .collect())
    }
}

/// An agent that went away is missed for a while, as a target that is down, and then forgotten.
fn is_remembered(agent: &Agent, now: Timestamp) -> bool {
    let limit = FORGET_AGENT_TARGET_AFTER.as_millis() as i64;
    agent.last_heartbeat.is_some_and(|heartbeat| {
        now.as_millisecond()
            .saturating_sub(heartbeat.as_millisecond())
            < limit
    })
}

/// Agents without metrics are no targets.
fn discovered(agent: Agent) -> Option<DiscoveredAgent> {
    let port = agent.metadata.get(PORT)?.as_u64()?;
    let host = agent.metadata.get(HOST).and_then(Value::as_str);
    let skills = agent.capabilities.get("skills").and_then(Value::as_array);
    Some(DiscoveredAgent {
        address: format!("{}:{port}", host.unwrap_or(THIS_MACHINE)),
        name: agent.agent_name,
        kind: agent.agent_type,
        status: agent.status,
        skills: skills
            .into_iter()
            .flatten()
            .filter_map(|skill| skill.as_str().map(str::to_owned))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn agent(metadata: Value, heartbeat: Option<Timestamp>) -> Agent {
        let map = |value: Value| match value {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        Agent {
            agent_name: "research_agent_2".to_owned(),
            agent_type: "research_agent".to_owned(),
            status: "active".to_owned(),
            last_heartbeat: heartbeat,
            silenced_at: None,
            capabilities: map(json!({"skills": ["research", "cite"]})),
            metadata: map(metadata),
            active_tasks: 0,
            completed_tasks: 0,
            failed_tasks: 0,
        }
    }

    #[test]
    fn agents_with_metrics_are_targets() {
        let found = discovered(agent(json!({"metrics_port": 8012}), None)).expect("a target");
        assert_eq!(found.address, "127.0.0.1:8012");
        assert_eq!(found.skills, ["research", "cite"]);
        let elsewhere = json!({"metrics_port": 8012, "metrics_host": "worker-3"});
        let found = discovered(agent(elsewhere, None)).expect("a target");
        assert_eq!(found.address, "worker-3:8012");
        assert_eq!(discovered(agent(json!({}), None)), None);
    }

    #[test]
    fn agents_that_went_long_ago_are_forgotten() {
        let now = Timestamp::now();
        let ago =
            |milliseconds: i64| Timestamp::from_millisecond(now.as_millisecond() - milliseconds);
        assert!(is_remembered(&agent(json!({}), Some(ago(3_600_000))), now));
        assert!(!is_remembered(
            &agent(json!({}), Some(ago(90_000_000))),
            now
        ));
        assert!(!is_remembered(&agent(json!({}), None), now));
    }
}
