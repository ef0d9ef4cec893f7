//! The orchestrator's clock: takes tasks back whose lease ran out, notes who fell silent, and keeps
//! the gauge of active tasks true. Survives a store that does not answer.

use std::collections::BTreeMap;

use swarmscope_model::event::event_type;
use swarmscope_model::state::StateError;
use swarmscope_sdk::metrics;
use tokio::time::{MissedTickBehavior, interval};

use crate::dispatch::Orchestrator;
use crate::events;

/// Sweeps until the orchestrator closes.
pub async fn run(orchestrator: Orchestrator) {
    let mut ticks = interval(orchestrator.config().sweep_every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            () = orchestrator.closing().cancelled() => return,
            _ = ticks.tick() => {}
        }
        match once(&orchestrator).await {
            Ok(()) => failing = false,
            // Once per outage, not once per second.
            Err(error) if !failing => {
                failing = true;
                metrics::increment_errors("operation_failed");
                orchestrator
                    .logger()
                    .error(
                        event_type::OPERATION_FAILED,
                        format!("the sweep failed: {error}"),
                    )
                    .error(&error)
                    .emit();
            }
            Err(_) => {}
        }
    }
}

async fn once(orchestrator: &Orchestrator) -> Result<(), StateError> {
    let report = orchestrator
        .store()
        .sweep(orchestrator.config().silent_after)
        .await?;
    for lost in &report.expired {
        metrics::increment_errors("lease_expired");
        events::lease_expired(orchestrator.logger(), lost);
    }
    for agent_name in &report.silenced {
        events::agent_silent(orchestrator.logger(), agent_name);
    }
    if !report.expired.is_empty() {
        orchestrator.ring();
    }
    let mut active: BTreeMap<String, u64> = BTreeMap::new();
    for agent in orchestrator.store().agents().await? {
        *active.entry(agent.agent_type).or_default() += agent.active_tasks;
    }
    for (agent_type, tasks) in active {
        metrics::set_active_tasks(&agent_type, i64::try_from(tasks).unwrap_or(i64::MAX));
    }
    Ok(())
}
