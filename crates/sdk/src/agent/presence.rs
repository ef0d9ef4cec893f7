//! Being known and being alive: registering and heartbeats, however long the orchestrator is away.

use std::sync::Arc;

use swarmscope_model::accounting::Stage;
use swarmscope_model::event::event_type;
use swarmscope_model::limits::LEDGER_REPORT_EVERY;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Loop, MAX_BACKOFF_STEP, pause};
use crate::client::ClientError;

/// Registers, again and again until it works or the agent has to stop.
pub async fn register<H>(agent: &Loop<H>) {
    let introduction = agent.options.introduction();
    let name = &introduction.agent_name;
    let mut failures = 0;
    while !agent.shutdown.is_cancelled() {
        let registered = tokio::select! {
            () = agent.shutdown.cancelled() => return,
            registered = agent.client.register(&introduction) => registered,
        };
        let error = match registered {
            Ok(_) => {
                agent
                    .logger
                    .info(
                        event_type::AGENT_REGISTERED,
                        format!("{name} is registered"),
                    )
                    .field("capabilities", introduction.capabilities.clone())
                    .emit();
                return;
            }
            Err(error) => error,
        };
        agent
            .logger
            .warning(
                event_type::AGENT_REGISTRATION_FAILED,
                format!("{name} cannot register and tries again: {error}"),
            )
            .error(&error)
            .emit();
        pause(agent, failures).await;
        failures = (failures + 1).min(MAX_BACKOFF_STEP);
    }
}

/// Reports what the agent has emitted, when there was anything since the last time and that is long ago.
fn report<H>(agent: &Loop<H>, last: &mut (Instant, u64)) {
    let due = last.0.elapsed() >= LEDGER_REPORT_EVERY;
    if due && agent.logger.emitted().emitted > last.1 {
        agent.logger.report_emitted(Stage::Between);
        *last = (Instant::now(), agent.logger.emitted().emitted);
    }
}

/// Shows signs of life for as long as it is not aborted.
pub async fn beat<H>(agent: Arc<Loop<H>>) {
    let name = &agent.options.agent_name;
    let mut ticks = interval(agent.options.heartbeat_every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    let mut reported = (Instant::now(), agent.logger.emitted().emitted);
    loop {
        ticks.tick().await;
        report(&agent, &mut reported);
        match agent.client.heartbeat(name).await {
            Ok(_) => agent
                .logger
                .debug(event_type::AGENT_HEARTBEAT, format!("{name} is alive"))
                .emit(),
            Err(ClientError::NotFound(_)) => register(&agent).await,
            Err(error) => agent
                .logger
                .warning(
                    event_type::HEARTBEAT_FAILED,
                    format!("no heartbeat: {error}"),
                )
                .error(&error)
                .emit(),
        }
    }
}
