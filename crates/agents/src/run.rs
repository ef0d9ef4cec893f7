//! An agent of ours from its settings to its end.

use std::ops::RangeInclusive;
use std::time::Duration;

use swarmscope_model::names::{DEMO_AGENTS, TEST_AGENT};
use swarmscope_sdk::agent::{self, AgentOptions};
use swarmscope_sdk::client::{ClientError, Credential, OrchestratorClient};
use swarmscope_sdk::{Logger, exception, shutdown};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::handler::{DemoHandler, USUAL_PACE};
use crate::mishaps::Mishaps;
use crate::stages::Stage;
use crate::test_agent::{self, TestHandler};

/// How often the test agent makes tasks, and how long one takes.
pub const TEST_BATCH_EVERY: Duration = Duration::from_secs(10);
pub const TEST_PACE: Duration = Duration::from_millis(200);

/// What an agent is told.
#[derive(Debug, Clone)]
pub struct AgentConfig {
    /// One of the four demo agent types, or the test agent's.
    pub agent_type: String,
    /// The type's name unless told otherwise.
    pub agent_name: Option<String>,
    /// Where `/metrics` is served, if anywhere; told to the orchestrator.
    pub metrics_port: Option<u16>,
    /// The orchestrator's URL.
    pub orchestrator: String,
    pub credential: Option<Credential>,
    /// Stop when stdin ends, which it does when the parent that holds its other end is gone.
    pub exit_with_parent: bool,
    /// Makes failures and times repeatable.
    pub seed: Option<u64>,
    pub mishaps: Mishaps,
    pub pace: RangeInclusive<Duration>,
    /// How often the test agent makes tasks.
    pub batch_every: Duration,
    /// See [`AgentOptions`].
    pub lease: Option<Duration>,
}

impl AgentConfig {
    /// An agent of this type at this orchestrator, with the usual habits and without metrics.
    pub fn new(agent_type: &str, orchestrator: &str) -> Self {
        Self {
            agent_type: agent_type.to_owned(),
            agent_name: None,
            metrics_port: None,
            orchestrator: orchestrator.to_owned(),
            credential: None,
            exit_with_parent: false,
            seed: None,
            mishaps: Mishaps::default(),
            pace: USUAL_PACE,
            batch_every: TEST_BATCH_EVERY,
            lease: None,
        }
    }
}

/// Why an agent does not start.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    #[error(
        "there is no agent type {given:?}; use one of {}, {TEST_AGENT}",
        DEMO_AGENTS.map(|(agent_type, ..)| agent_type).join(", ")
    )]
    UnknownType { given: String },
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("cannot listen for signals")]
    Signals(#[source] std::io::Error),
}

/// Runs an agent on stdout until SIGTERM, Ctrl-C or, if so told, the parent's end.
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
    let client = OrchestratorClient::new(&config.orchestrator, config.credential.clone())?;
    if config.agent_type == TEST_AGENT {
        let options = options(&config, TEST_AGENT, test_agent::TASK_TYPE);
        let batches = test_agent::make_batches(
            client.clone(),
            logger.clone(),
            config.batch_every,
            shutdown.clone(),
        );
        let batches = AbortOnDropHandle::new(tokio::spawn(batches));
        let handler = TestHandler {
            pace: TEST_PACE.min(*config.pace.end()),
        };
        agent::run(options, client, logger, handler, shutdown).await;
        drop(batches);
        return Ok(());
    }
    let stage =
        Stage::of_agent_type(&config.agent_type).ok_or_else(|| AgentError::UnknownType {
            given: config.agent_type.clone(),
        })?;
    let options = options(&config, stage.agent_type(), stage.task_type());
    let handler = DemoHandler::new(stage, config.mishaps, config.pace, config.seed);
    agent::run(options, client, logger, handler, shutdown).await;
    Ok(())
}

fn options(config: &AgentConfig, agent_type: &str, task_type: &str) -> AgentOptions {
    let name = config.agent_name.as_deref().unwrap_or(agent_type);
    let mut options = AgentOptions::new(name, agent_type, &[task_type]);
    if let Some(port) = config.metrics_port {
        options
            .metadata
            .insert("metrics_port".to_owned(), port.into());
    }
    if let Some(lease) = config.lease {
        options.lease = lease;
    }
    options
}
