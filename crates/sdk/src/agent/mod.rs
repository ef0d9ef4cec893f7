//! The task loop: register, show signs of life, claim, work under a lease that is renewed, report,
//! and leave in good order.
//!
//! An orchestrator that is down is waited for, never a reason to crash. A task whose claim is not
//! in force any more is dropped: its successor has it. One task at a time unless [`AgentOptions::concurrency`]
//! says otherwise; then tasks are claimed and completed together, each under its own claim.

mod assignment;
mod attempt;
mod presence;
mod reports;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use swarmscope_model::accounting::Stage;
use swarmscope_model::event::event_type;
use swarmscope_model::limits::{AGENT_SILENT_AFTER, LEASE, MAX_WORK_AT_ONCE};
use swarmscope_model::state::{Join, NewAgent, NewTask, Task};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::client::{ClientError, OrchestratorClient};
use crate::retry::wait_before;
use crate::{Logger, TaskError};

pub use assignment::{Assignment, Part};
use reports::Reports;

/// How long leaving may take before the lease has to do it.
const DEREGISTER_TIMEOUT: Duration = Duration::from_secs(3);
/// The backoff's steps are few, so a counter of failures need not grow beyond them.
const MAX_BACKOFF_STEP: u32 = 5;

/// What becomes of a task whose attempt succeeded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Kept with the attempt.
    pub result: Map<String, Value>,
    /// Enqueued in the transaction that completes the task, with its correlation id unless they
    /// bring one.
    pub follow_up: Vec<NewTask>,
    /// The task is not completed but waits for parts; result and follow-ups are left out then.
    pub fan_out: Option<FanOut>,
}

/// The parts that a task waits for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FanOut {
    /// Enqueued in the transaction that ends the attempt, with the task's correlation id unless they bring one.
    pub children: Vec<NewTask>,
    /// What becomes of the task when they have ended. Usually it comes back to a handler, which finds them by
    /// [`Assignment::parts`].
    pub join: Join,
}

impl Outcome {
    /// Waits for these parts, and comes back to a handler when all of them have succeeded.
    pub fn fan_out(children: Vec<NewTask>) -> Self {
        let join = Join::default();
        Self {
            fan_out: Some(FanOut { children, join }),
            ..Self::default()
        }
    }
}

/// The work itself. A panic in it is an `unexpected` error of the task, not the agent's end.
pub trait Handler: Send + Sync + 'static {
    /// Works on the task. Events logged in here carry its correlation id. The future is dropped
    /// when the claim is lost (a cancellation and the deadline end it, too), or when the agent has to
    /// stop and the grace is over; [`Assignment::current`] tells what it has started elsewhere.
    fn handle(
        &self,
        task: Task,
        logger: Logger,
    ) -> impl Future<Output = Result<Outcome, TaskError>> + Send;
}

/// Who the agent is and how it keeps time.
#[derive(Debug, Clone)]
pub struct AgentOptions {
    pub agent_name: String,
    pub agent_type: String,
    /// What it claims.
    pub task_types: Vec<String>,
    pub capabilities: Map<String, Value>,
    pub metadata: Map<String, Value>,
    /// How long a task stays with an agent that gives no sign of life; renewed three times as often.
    pub lease: Duration,
    pub heartbeat_every: Duration,
    /// How long one claim waits for a task.
    pub claim_wait: Duration,
    /// How long the task in hand may go on once the agent is asked to stop; then it is handed back. Nor is a report
    /// that failed tried again after it.
    pub grace: Duration,
    /// How many tasks are in hand at once.
    pub concurrency: usize,
}

impl AgentOptions {
    /// An agent of this name and type that works on these task types, with the usual timing.
    pub fn new(agent_name: &str, agent_type: &str, task_types: &[&str]) -> Self {
        let skills: Vec<Value> = task_types.iter().map(|skill| (*skill).into()).collect();
        Self {
            agent_name: agent_name.to_owned(),
            agent_type: agent_type.to_owned(),
            task_types: task_types.iter().map(|name| (*name).to_owned()).collect(),
            capabilities: Map::from_iter([("skills".to_owned(), Value::Array(skills))]),
            metadata: Map::from_iter([("pid".to_owned(), std::process::id().into())]),
            lease: LEASE,
            heartbeat_every: AGENT_SILENT_AFTER / 4,
            claim_wait: Duration::from_secs(5),
            grace: Duration::from_secs(3),
            concurrency: 1,
        }
    }

    fn introduction(&self) -> NewAgent {
        NewAgent {
            agent_name: self.agent_name.clone(),
            agent_type: self.agent_type.clone(),
            capabilities: self.capabilities.clone(),
            metadata: self.metadata.clone(),
        }
    }
}

/// What every part of the loop needs.
struct Loop<H> {
    options: AgentOptions,
    client: OrchestratorClient,
    logger: Logger,
    handler: Arc<H>,
    shutdown: CancellationToken,
    /// Cancelled when the grace after `shutdown` is over.
    overdue: CancellationToken,
    /// What takes completions, when there may be several at once.
    reports: Option<Reports>,
}

/// Runs the agent until `shutdown` is cancelled: then the task in hand is finished or handed back,
/// the agent deregisters, and its last events are written.
pub async fn run<H: Handler>(
    options: AgentOptions,
    client: OrchestratorClient,
    logger: Logger,
    handler: H,
    shutdown: CancellationToken,
) {
    let several = options.concurrency > 1;
    let agent = Arc::new(Loop {
        reports: several.then(|| Reports::start(client.clone())),
        options,
        client,
        logger,
        handler: Arc::new(handler),
        overdue: CancellationToken::new(),
        shutdown,
    });
    let clock = AbortOnDropHandle::new(tokio::spawn(end_grace(Arc::clone(&agent))));
    agent.logger.report_emitted(Stage::First);
    agent
        .logger
        .info(
            event_type::SYSTEM_STARTUP,
            format!("{} starts", agent.options.agent_name),
        )
        .field("agent_type", agent.options.agent_type.as_str())
        .field("pid", std::process::id())
        .emit();
    presence::register(&agent).await;
    // Ends with this future, however that ends: nobody else may show signs of life for it.
    let heart = AbortOnDropHandle::new(tokio::spawn(presence::beat(Arc::clone(&agent))));
    work(&agent).await;
    drop((heart, clock));
    leave(&agent).await;
}

async fn end_grace<H>(agent: Arc<Loop<H>>) {
    agent.shutdown.cancelled().await;
    tokio::time::sleep(agent.options.grace).await;
    agent.overdue.cancel();
}

async fn work<H: Handler>(agent: &Arc<Loop<H>>) {
    let most = agent.options.concurrency.clamp(1, MAX_WORK_AT_ONCE);
    let mut failures = 0;
    // Aborted with this future, however that ends.
    let mut in_hand = JoinSet::new();
    while !agent.shutdown.is_cancelled() {
        if in_hand.len() == most {
            ended(in_hand.join_next().await);
        }
        while let Some(attempt) = in_hand.try_join_next() {
            ended(Some(attempt));
        }
        let claimed = tokio::select! {
            () = agent.shutdown.cancelled() => break,
            claimed = claim(agent, most - in_hand.len()) => claimed,
        };
        match claimed {
            Ok(tasks) => {
                failures = 0;
                for task in tasks {
                    let agent = Arc::clone(agent);
                    in_hand.spawn(async move { attempt::work(&agent, task).await });
                }
            }
            Err(ClientError::NotFound(_)) => presence::register(agent).await,
            Err(error) => {
                agent
                    .logger
                    .warning(
                        event_type::OPERATION_FAILED,
                        format!("cannot claim: {error}"),
                    )
                    .field("operation", "claim")
                    .error(&error)
                    .emit();
                pause(agent, failures).await;
                failures = (failures + 1).min(MAX_BACKOFF_STEP);
            }
        }
    }
    while let Some(attempt) = in_hand.join_next().await {
        ended(Some(attempt));
    }
}

/// Up to so many tasks.
async fn claim<H>(agent: &Loop<H>, most: usize) -> Result<Vec<Task>, ClientError> {
    let AgentOptions {
        agent_name: name,
        task_types: types,
        claim_wait: wait,
        lease,
        ..
    } = &agent.options;
    if most > 1 {
        return agent
            .client
            .claim_many(name, types, most, *wait, *lease)
            .await;
    }
    let claimed = agent.client.claim(name, types, *wait, *lease).await?;
    Ok(claimed.into_iter().collect())
}

/// A panic of the loop itself, which handlers' are not, is the agent's end.
fn ended(attempt: Option<Result<(), tokio::task::JoinError>>) {
    if let Some(Err(error)) = attempt
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}

/// Waits as the backoff says, or until the agent has to stop.
async fn pause<H>(agent: &Loop<H>, failures: u32) {
    tokio::select! {
        () = agent.shutdown.cancelled() => {}
        () = tokio::time::sleep(wait_before(failures)) => {}
    }
}

async fn leave<H>(agent: &Loop<H>) {
    let name = &agent.options.agent_name;
    let left = tokio::time::timeout(DEREGISTER_TIMEOUT, agent.client.deregister(name)).await;
    if let Ok(Err(error)) = &left {
        agent
            .logger
            .warning(
                event_type::OPERATION_FAILED,
                format!("cannot deregister: {error}"),
            )
            .field("operation", "deregister")
            .error(error)
            .emit();
    }
    agent
        .logger
        .info(event_type::SYSTEM_SHUTDOWN, format!("{name} stops"))
        .emit();
    agent.logger.report_emitted(Stage::Last);
    let logger = agent.logger.clone();
    // The flush blocks its thread, which must not be one of the runtime's.
    let _ = tokio::task::spawn_blocking(move || logger.flush(Logger::FLUSH_TIMEOUT)).await;
}
