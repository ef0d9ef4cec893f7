//! One task from claim to report. The handler runs as a task of its own, so that neither its panic
//! nor its slowness stops the renewals.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use swarmscope_model::event::event_type;
use swarmscope_model::state::{Claim, ErrorClass, Failure, Task};
use swarmscope_model::{ExceptionInfo, Severity};
use tokio::time::Instant;

use super::{Assignment, FanOut, Handler, Loop, Outcome};
use crate::client::ClientError;
use crate::errors::final_event;
use crate::exception::catch_panic;
use crate::log::Record;
use crate::metrics::{ActiveTask, TaskTimer, increment_errors};
use crate::retry::wait_before;
use crate::{TaskError, with_correlation_id};

/// How soon is asked whether a task whose deadline has passed is still ours.
const AFTER_DEADLINE: Duration = Duration::from_millis(500);

/// How an attempt ended, as far as this agent can tell.
enum Ended {
    Done(Outcome),
    Failed(TaskError),
    Panicked(ExceptionInfo),
    /// The claim is not in force any more.
    Lost(String),
    /// The agent has to stop before the task is finished.
    HandedBack,
}

/// Works on a claimed task and reports how it went.
pub async fn work<H: Handler>(agent: &Arc<Loop<H>>, task: Task) {
    let id = task.correlation_id().to_owned();
    with_correlation_id(id, work_in_scope(agent, task)).await;
}

async fn work_in_scope<H: Handler>(agent: &Arc<Loop<H>>, task: Task) {
    let started = Instant::now();
    let message = format!("claimed {} task {}", task.task_type, task.task_id);
    of_task(agent.logger.info(event_type::TASK_CLAIMED, message), &task)
        .field("fencing_token", task.fencing_token)
        .field("retry_count", task.retry_count)
        .emit();
    let claim = Claim {
        task_id: task.task_id.clone(),
        agent_name: agent.options.agent_name.clone(),
        fencing_token: task.fencing_token,
    };
    let active = ActiveTask::start(&agent.options.agent_type);
    let timer = TaskTimer::start(&task.task_type);
    let ended = perform(agent, &task, &claim).await;
    drop(timer);
    match ended {
        Ended::Done(outcome) => complete(agent, &task, &claim, outcome, started).await,
        Ended::Failed(error) => {
            let exception = error.exception();
            let failure = Failure {
                error_type: error.class(),
                error_message: error.cause().to_string(),
                exception_type: Some(exception.kind.clone()),
            };
            fail(agent, &task, &claim, failure, exception).await;
        }
        Ended::Panicked(exception) => {
            let failure = Failure {
                error_type: ErrorClass::Unexpected,
                error_message: format!("panic: {}", exception.message),
                exception_type: Some(exception.kind.clone()),
            };
            fail(agent, &task, &claim, failure, exception).await;
        }
        Ended::Lost(reason) => dropped(agent, &task, &reason),
        Ended::HandedBack => {
            let message = format!("hands {} task {} back", task.task_type, task.task_id);
            of_task(agent.logger.warning("task_handed_back", message), &task).emit();
        }
    }
    drop(active);
}

fn of_task<'a>(record: Record<'a>, task: &Task) -> Record<'a> {
    record
        .field("task_id", task.task_id.as_str())
        .field("task_type", task.task_type.as_str())
}

async fn perform<H: Handler>(agent: &Arc<Loop<H>>, task: &Task, claim: &Claim) -> Ended {
    let handler = Arc::clone(&agent.handler);
    let (given, logger) = (task.clone(), agent.logger.clone());
    let assignment = Assignment::new(task, agent.options.lease, agent.client.clone());
    let deadline = assignment.deadline();
    let _ends = assignment.guard();
    let work = catch_panic(assignment.during(async move { handler.handle(given, logger).await }));
    tokio::select! {
        outcome = work => match outcome {
            Ok(Ok(outcome)) => Ended::Done(outcome),
            Ok(Err(error)) => Ended::Failed(error),
            Err(exception) => Ended::Panicked(exception),
        },
        reason = keep_lease(agent, claim, deadline) => Ended::Lost(reason),
        () = agent.overdue.cancelled() => Ended::HandedBack,
    }
}

/// Renews the lease until the claim is lost; then says why. Asks more often once the deadline has passed: the
/// orchestrator ends the task with its next sweep.
async fn keep_lease<H>(agent: &Loop<H>, claim: &Claim, deadline: Option<Instant>) -> String {
    let lease = agent.options.lease;
    let mut held_until = Instant::now() + lease;
    loop {
        let next = Instant::now() + lease / 3;
        let next = match deadline {
            Some(deadline) => next.min(deadline.max(Instant::now() + AFTER_DEADLINE)),
            None => next,
        };
        tokio::time::sleep_until(next).await;
        let asked = Instant::now();
        match tokio::time::timeout(lease, agent.client.renew(claim, lease)).await {
            Ok(Ok(_)) => held_until = asked + lease,
            Ok(Err(error @ (ClientError::StaleClaim(_) | ClientError::NotFound(_)))) => {
                return error.to_string();
            }
            Ok(Err(error)) => agent
                .logger
                .warning(
                    event_type::OPERATION_FAILED,
                    format!("cannot renew: {error}"),
                )
                .field("operation", "renew")
                .field("task_id", claim.task_id.as_str())
                .error(&error)
                .emit(),
            Err(_) => {}
        }
        if Instant::now() >= held_until {
            return "the lease ran out while the orchestrator did not answer".to_owned();
        }
    }
}

/// Calls the orchestrator until it answers, the lease is over anyway, or the agent has to be gone.
async fn insist<H, T, F, Fut>(agent: &Loop<H>, mut call: F) -> Result<T, ClientError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, ClientError>>,
{
    let deadline = Instant::now() + agent.options.lease;
    let mut failures = 0;
    loop {
        match call().await {
            Err(error) if error.is_transient() => {
                let wait = wait_before(failures);
                if Instant::now() + wait >= deadline {
                    return Err(error);
                }
                tokio::select! {
                    () = tokio::time::sleep(wait) => failures += 1,
                    () = agent.overdue.cancelled() => return Err(error),
                }
            }
            answer => return answer,
        }
    }
}

async fn complete<H>(
    agent: &Loop<H>,
    task: &Task,
    claim: &Claim,
    outcome: Outcome,
    started: Instant,
) {
    let answer = insist(agent, || report(agent, claim, outcome.clone())).await;
    match answer {
        Ok(_) => {
            let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            done(agent, task, &outcome)
                .field("duration_ms", took)
                .emit();
        }
        Err(ClientError::StaleClaim(detail)) => dropped(agent, task, &detail.message),
        Err(error) if error.is_transient() => unreported(agent, task, &error),
        Err(error) => {
            // What the handler wants to enqueue or to keep is refused: that is its failure.
            let failure = Failure {
                error_type: ErrorClass::Unexpected,
                error_message: format!("the completion was refused: {error}"),
                exception_type: None,
            };
            let exception = crate::exception::describe(&error);
            fail(agent, task, claim, failure, exception).await;
        }
    }
}

/// Tells the orchestrator what the handler gave.
async fn report<H>(agent: &Loop<H>, claim: &Claim, outcome: Outcome) -> Result<Task, ClientError> {
    match outcome.fan_out {
        Some(FanOut { children, join }) => agent.client.fan_out(claim, children, join).await,
        None => {
            let (result, follow_up) = (outcome.result, outcome.follow_up);
            match &agent.reports {
                Some(reports) => reports.complete(claim, result, follow_up).await,
                None => agent.client.complete(claim, result, follow_up).await,
            }
        }
    }
}

fn done<'a, H>(agent: &'a Loop<H>, task: &Task, outcome: &Outcome) -> Record<'a> {
    let (kind, id) = (&task.task_type, &task.task_id);
    match &outcome.fan_out {
        Some(FanOut { children, .. }) => {
            let count = children.len();
            let message = format!("{kind} task {id} waits for {count} part(s)");
            of_task(agent.logger.info("task_fanned_out", message), task).field("parts", count)
        }
        None => {
            let message = format!("completed {kind} task {id}");
            of_task(agent.logger.info(event_type::TASK_COMPLETED, message), task)
        }
    }
}

async fn fail<H>(
    agent: &Loop<H>,
    task: &Task,
    claim: &Claim,
    failure: Failure,
    exception: ExceptionInfo,
) {
    let class = failure.error_type;
    increment_errors(class.as_str());
    let retried = class == ErrorClass::Transient && task.retry_count < task.max_retries;
    let message = format!(
        "{} task {} failed: {}",
        task.task_type, task.task_id, failure.error_message
    );
    let (severity, event_type) = match retried {
        true => (Severity::Warning, event_type::TRANSIENT_ERROR_RETRY),
        false => final_event(class),
    };
    // What is too quiet for this log has to be an error of the orchestrator's.
    let is_logged = !retried && severity >= agent.logger.level();
    of_task(agent.logger.event(severity, event_type, message), task)
        .field("retry_count", task.retry_count + u32::from(retried))
        .field("max_retries", task.max_retries)
        .field("error_type", class.as_str())
        .exception(exception)
        .emit();
    let answer = insist(agent, async || match is_logged {
        true => agent.client.fail_logged(claim, &failure).await,
        false => agent.client.fail(claim, &failure).await,
    })
    .await;
    match answer {
        Ok(_) => {}
        Err(ClientError::StaleClaim(detail)) => dropped(agent, task, &detail.message),
        Err(error) => unreported(agent, task, &error),
    }
}

fn dropped<H>(agent: &Loop<H>, task: &Task, reason: &str) {
    let message = format!("drops {} task {}: {reason}", task.task_type, task.task_id);
    of_task(agent.logger.warning("stale_claim", message), task)
        .field("fencing_token", task.fencing_token)
        .emit();
}

/// The lease will do what the report could not.
fn unreported<H>(agent: &Loop<H>, task: &Task, error: &ClientError) {
    let message = format!(
        "cannot report on {} task {}: {error}",
        task.task_type, task.task_id
    );
    of_task(
        agent.logger.error(event_type::OPERATION_FAILED, message),
        task,
    )
    .error(error)
    .emit();
}
