//! `swarmscope agent run`: one of our agents.

use std::net::{Ipv4Addr, SocketAddr};

use axum::middleware::from_fn_with_state;
use swarmscope_agents::AgentConfig;
use swarmscope_api::guard::{Credentials, Guard, check};
use swarmscope_api::native;
use swarmscope_model::names::{DEMO_AGENTS, TEST_AGENT_PORT};
use swarmscope_sdk::client::Credential;
use swarmscope_sdk::metrics;

use crate::address::{check_exposure, listen};
use crate::arguments::AgentRunArguments;
use crate::failure::Failure;

/// Runs until SIGINT or SIGTERM.
///
/// # Errors
/// When the metrics port is taken or the orchestrator's address is none.
pub async fn run(arguments: AgentRunArguments) -> Result<(), Failure> {
    let credentials = arguments.credentials.resolve()?;
    let metrics = serve_metrics(&arguments, &credentials).await?;
    let mut config = AgentConfig::new(&arguments.agent_type, &arguments.orchestrator);
    config.agent_name = arguments.name;
    config.metrics_port = Some(metrics.port());
    config.credential = credential(credentials);
    config.seed = arguments.seed;
    config.exit_with_parent = arguments.exit_with_parent;
    swarmscope_agents::run(config)
        .await
        .map_err(|error| Failure::from(anyhow::Error::new(error)))
}

fn credential(credentials: Credentials) -> Option<Credential> {
    match (credentials.user, credentials.api_key) {
        (Some((user, password)), _) => Some(Credential::Basic { user, password }),
        (None, Some(key)) => Some(Credential::Bearer(key)),
        (None, None) => None,
    }
}

/// The metrics page, behind the same credentials as everything else.
async fn serve_metrics(
    arguments: &AgentRunArguments,
    credentials: &Credentials,
) -> Result<SocketAddr, Failure> {
    let usual = DEMO_AGENTS
        .iter()
        .find_map(|(kind, _, port)| (*kind == arguments.agent_type).then_some(*port))
        .unwrap_or(TEST_AGENT_PORT);
    let (address, flag) = match (arguments.listen, arguments.port) {
        (Some(address), _) => (address, "--listen"),
        (None, port) => (
            SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(usual))),
            "--port",
        ),
    };
    check_exposure(address, flag, credentials)?;
    let listener = listen(address, flag).await?;
    let bound = listener.local_addr()?;
    let guard = Guard {
        credentials: credentials.clone(),
        refuse: native::refuse,
    };
    let router = metrics::router::<()>().layer(from_fn_with_state(guard, check));
    // Ends only with the process: accept errors are waited out by the server itself.
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(bound)
}
