//! A demo agent from its settings to its end.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use swarmscope_model::names::DEMO_AGENTS;
use swarmscope_sdk::agent::{self, AgentOptions};
use swarmscope_sdk::client::{ClientError, Credential, OrchestratorClient};
use swarmscope_sdk::{Logger, exception, metrics, shutdown};
use tokio_util::sync::CancellationToken;

use crate::handler::{DemoHandler, USUAL_PACE};
use crate::mishaps::Mishaps;
use crate::stages::Stage;

/// What a demo agent is told.
#[derive(Debug, Clone)]
pub struct AgentConfig {
    /// One of the four demo agent types.
    pub agent_type: String,
    /// The type's name unless told otherwise.
    pub agent_name: Option<String>,
    /// Where `/metrics` is served, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// The orchestrator's URL.
    pub orchestrator: String,
    pub credential: Option<Credential>,
    /// Stop when stdin ends, which it does when the parent that holds its other end is gone.
    pub exit_with_parent: bool,
    /// Makes failures and times repeatable.
    pub seed: Option<u64>,
    pub mishaps: Mishaps,
    pub pace: RangeInclusive<Duration>,
    /// See [`AgentOptions`].
    pub lease: Option<Duration>,
}

impl AgentConfig {
    /// An agent of this type at this orchestrator, with the usual habits and without metrics.
    pub fn new(agent_type: &str, orchestrator: &str) -> Self {
        Self {
            agent_type: agent_type.to_owned(),
            agent_name: None,
            metrics: None,
            orchestrator: orchestrator.to_owned(),
            credential: None,
            exit_with_parent: false,
            seed: None,
            mishaps: Mishaps::default(),
            pace: USUAL_PACE,
            lease: None,
        }
    }
}

/// Why an agent does not start.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    #[error(
        "there is no demo agent type {given:?}; use one of {}",
        DEMO_AGENTS.map(|(agent_type, ..)| agent_type).join(", ")
    )]
    UnknownType { given: String },
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("cannot serve metrics on {address}; is another program there? Choose another port")]
    Metrics {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot listen for signals")]
    Signals(#[source] std::io::Error),
}

/// Runs a demo agent on stdout until SIGTERM, Ctrl-C or, if so told, the parent's end.
///
/// # Errors
/// When it cannot start. Once it runs, nothing but the end it is asked for ends it.
pub async fn run(config: AgentConfig) -> Result<(), AgentError> {
    let name = config.agent_name.as_deref().unwrap_or(&config.agent_type);
    let logger = Logger::from_env(name);
    exception::log_panics(&logger);
    let token = shutdown::on_request(config.exit_with_parent).map_err(AgentError::Signals)?;
    run_until(config, logger, token).await
}

/// [`run`] with a logger and an end of the caller's choosing.
///
/// # Errors
/// When it cannot start.
pub async fn run_until(
    config: AgentConfig,
    logger: Logger,
    shutdown: CancellationToken,
) -> Result<(), AgentError> {
    let stage =
        Stage::of_agent_type(&config.agent_type).ok_or_else(|| AgentError::UnknownType {
            given: config.agent_type.clone(),
        })?;
    let client = OrchestratorClient::new(&config.orchestrator, config.credential)?;
    if let Some(address) = config.metrics {
        metrics::serve_metrics(address)
            .await
            .map_err(|source| AgentError::Metrics { address, source })?;
    }
    let name = config.agent_name.as_deref().unwrap_or(stage.agent_type());
    let mut options = AgentOptions::new(name, stage.agent_type(), &[stage.task_type()]);
    if let Some(address) = config.metrics {
        let port = address.port().into();
        options.metadata.insert("metrics_port".to_owned(), port);
    }
    if let Some(lease) = config.lease {
        options.lease = lease;
    }
    let handler = DemoHandler::new(stage, config.mishaps, config.pace, config.seed);
    agent::run(options, client, logger, handler, shutdown).await;
    Ok(())
}
