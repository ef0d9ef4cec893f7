//! `swarmscope agent run`: one demo agent.

use std::net::{Ipv4Addr, SocketAddr};

use swarmscope_agents::AgentConfig;
use swarmscope_model::names::DEMO_AGENTS;
use swarmscope_sdk::client::Credential;

use crate::arguments::AgentRunArguments;
use crate::failure::Failure;

/// Runs until SIGINT or SIGTERM.
///
/// # Errors
/// When the metrics port is taken or the orchestrator's address is none.
pub async fn run(arguments: AgentRunArguments) -> Result<(), Failure> {
    let credentials = arguments.credentials.resolve()?;
    let credential = match (credentials.user, credentials.api_key) {
        (Some((user, password)), _) => Some(Credential::Basic { user, password }),
        (None, Some(key)) => Some(Credential::Bearer(key)),
        (None, None) => None,
    };
    let mut config = AgentConfig::new(&arguments.agent_type, &arguments.orchestrator);
    config.agent_name = arguments.name;
    let usual = DEMO_AGENTS
        .iter()
        .find(|(kind, ..)| *kind == arguments.agent_type);
    let port = arguments.port.or(usual.map(|(.., port)| *port));
    config.metrics = port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    config.credential = credential;
    config.seed = arguments.seed;
    config.exit_with_parent = arguments.exit_with_parent;
    swarmscope_agents::run(config)
        .await
        .map_err(|error| Failure::from(anyhow::Error::new(error)))
}
