//! `swarmscope orchestrator`: dispatch, leases and retries, on a port of its own.

use axum::middleware::from_fn_with_state;
use swarmscope_api::guard::{Guard, check};
use swarmscope_api::native;
use swarmscope_model::names::ORCHESTRATOR_AGENT;
use swarmscope_orchestrator::demo::Workload;
use swarmscope_orchestrator::{Config, Orchestrator, router, serve};
use swarmscope_sdk::{Logger, shutdown};

use crate::address::{check_exposure, listen};
use crate::arguments::OrchestratorArguments;
use crate::failure::Failure;
use crate::state::Location;

/// Runs until SIGINT or SIGTERM.
///
/// # Errors
/// When the address or the state cannot be had.
pub async fn run(arguments: OrchestratorArguments) -> Result<(), Failure> {
    let credentials = arguments.credentials.resolve()?;
    check_exposure(arguments.listen, "--listen", &credentials)?;
    let listener = listen(arguments.listen, "--listen").await?;
    let shutdown = shutdown::on_request(arguments.exit_with_parent)?;
    let location = Location::new(arguments.state, &arguments.data);
    let state = tokio::select! {
        state = location.open() => state?,
        () = shutdown.cancelled() => return Ok(()),
    };
    let logger = Logger::from_env(ORCHESTRATOR_AGENT);
    let orchestrator = Orchestrator::new(state.store(), logger, Config::default());
    if arguments.demo {
        tokio::spawn(Workload::default().run(orchestrator.clone()));
    }
    let guard = Guard {
        credentials,
        refuse: native::refuse,
    };
    let router = router(orchestrator.clone()).layer(from_fn_with_state(guard, check));
    let end = async move { shutdown.cancelled().await };
    let served = serve(orchestrator, router, listener, end).await;
    state.close().await;
    served.map_err(|error| Failure::new(format!("the orchestrator failed: {error}")))
}
