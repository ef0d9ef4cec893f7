//! What the orchestrator says, one function an event. Never decides anything.

use swarmscope_model::Severity;
use swarmscope_model::event::event_type;
use swarmscope_model::settings::Settings;
use swarmscope_model::state::{
    Agent, Claim, ErrorClass, Failure, LostLease, Pruned, ScheduledTask, StateError, Task,
    TaskState,
};
use swarmscope_sdk::Logger;
use swarmscope_sdk::log::Record;

/// A worker let its lease run out.
pub const LEASE_EXPIRED: &str = "lease_expired";
/// An agent gave no sign of life for too long.
pub const AGENT_SILENT: &str = "agent_silent";
/// An agent left in good order.
pub const AGENT_DEREGISTERED: &str = "agent_deregistered";
/// Somebody came with a claim that is not in force.
pub const STALE_CLAIM: &str = "stale_claim";
/// Rows of `system_config` that changed are in force.
pub const SETTINGS_CHANGED: &str = "settings_changed";
/// The state store answers again.
pub const STATE_RECOVERED: &str = "state_recovered";
/// Retention removed rows that ended long ago.
pub const STATE_PRUNED: &str = "state_pruned";
/// An agent gets no new work, or gets some again.
pub const AGENT_DRAINED: &str = "agent_drained";
/// A task waits for its children.
pub const TASK_WAITING: &str = "task_waiting";
/// A task was cancelled.
pub const TASK_CANCELLED: &str = "task_cancelled";
/// A task was not finished by its deadline.
pub const DEADLINE_EXCEEDED: &str = "deadline_exceeded";
/// A schedule's tick was left out, because the task of the one before has not ended.
pub const TICK_LEFT_OUT: &str = "schedule_tick_left_out";

fn of_task<'a>(
    logger: &'a Logger,
    severity: Severity,
    event_type: &str,
    message: String,
    task: &Task,
) -> Record<'a> {
    logger
        .event(severity, event_type, message)
        .correlation_id(task.correlation_id())
        .field("task_id", task.task_id.as_str())
        .field("task_type", task.task_type.as_str())
}

pub fn task_received(logger: &Logger, task: &Task) {
    let message = format!("received {} task {}", task.task_type, task.task_id);
    of_task(
        logger,
        Severity::Info,
        event_type::TASK_RECEIVED,
        message,
        task,
    )
    .field("priority", task.priority.as_str())
    .emit();
}

pub fn task_dispatch(logger: &Logger, task: &Task) {
    let agent = task.agent_name.as_deref().unwrap_or_default();
    let message = format!(
        "dispatched {} task {} to {agent}",
        task.task_type, task.task_id
    );
    of_task(
        logger,
        Severity::Info,
        event_type::TASK_DISPATCH,
        message,
        task,
    )
    .field("assigned_to", agent)
    .field("fencing_token", task.fencing_token)
    .field("retry_count", task.retry_count)
    .emit();
}

pub fn task_completed(logger: &Logger, task: &Task, claim: &Claim) {
    let message = format!(
        "{} completed {} task {}",
        claim.agent_name, task.task_type, task.task_id
    );
    of_task(
        logger,
        Severity::Info,
        event_type::TASK_COMPLETED,
        message,
        task,
    )
    .field("assigned_to", claim.agent_name.as_str())
    .emit();
}

/// The failure that an agent reported, as what became of the task. Where the agent has logged the error itself,
/// with its exception, this line is no error beside it: one failure would make two groups of errors.
pub fn task_failed(
    logger: &Logger,
    task: &Task,
    claim: &Claim,
    failure: &Failure,
    is_logged: bool,
) {
    let (severity, event_type) = match (task.state, failure.error_type) {
        (TaskState::Queued, _) => (Severity::Warning, event_type::TRANSIENT_ERROR_RETRY),
        _ if is_logged => (Severity::Warning, event_type::TASK_FAILED),
        (TaskState::DeadLetter, ErrorClass::Transient) => {
            (Severity::Error, event_type::MAX_RETRIES_EXCEEDED)
        }
        _ => (Severity::Error, event_type::TASK_FAILED),
    };
    let message = format!(
        "{} task {} failed at {}: {}",
        task.task_type, task.task_id, claim.agent_name, failure.error_message
    );
    let record = of_task(logger, severity, event_type, message, task)
        .field("assigned_to", claim.agent_name.as_str())
        .field("error_type", failure.error_type.as_str())
        .field("error_message", failure.error_message.as_str())
        .field("retry_count", task.retry_count)
        .field("max_retries", task.max_retries);
    match task.not_before {
        Some(point) => record.field("not_before", point.to_string()).emit(),
        None => record.emit(),
    }
}

pub fn task_cancelled(logger: &Logger, task: &Task) {
    let message = format!("cancelled {} task {}", task.task_type, task.task_id);
    of_task(logger, Severity::Warning, TASK_CANCELLED, message, task).emit();
}

pub fn task_waiting(logger: &Logger, task: &Task, claim: &Claim) {
    let message = format!(
        "{} parted {} task {}, which waits for its children",
        claim.agent_name, task.task_type, task.task_id
    );
    of_task(logger, Severity::Info, TASK_WAITING, message, task)
        .field("assigned_to", claim.agent_name.as_str())
        .emit();
}

pub fn deadline_exceeded(logger: &Logger, task: &Task) {
    let message = format!(
        "{} task {} was not finished by its deadline",
        task.task_type, task.task_id
    );
    let deadline = task.deadline.map(|deadline| deadline.to_string());
    of_task(logger, Severity::Error, DEADLINE_EXCEEDED, message, task)
        .field("deadline", deadline.unwrap_or_default())
        .emit();
}

/// What its children made of a parent that waited for them.
pub fn parent_moved(logger: &Logger, parent: &Task) {
    let (severity, event_type, outcome) = match parent.state {
        TaskState::Completed => (Severity::Info, event_type::TASK_COMPLETED, "is completed"),
        TaskState::Queued => (Severity::Info, event_type::TASK_RECEIVED, "goes on"),
        _ => (Severity::Error, event_type::TASK_FAILED, "failed"),
    };
    let message = format!(
        "{} task {} {outcome}: its children have ended",
        parent.task_type, parent.task_id
    );
    of_task(logger, severity, event_type, message, parent)
        .field(
            "error_message",
            parent.last_error.clone().unwrap_or_default(),
        )
        .emit();
}

pub fn task_scheduled(logger: &Logger, scheduled: &ScheduledTask) {
    let task = &scheduled.task;
    let message = format!(
        "schedule {} enqueued {} task {}",
        scheduled.schedule, task.task_type, task.task_id
    );
    let received = event_type::TASK_RECEIVED;
    of_task(logger, Severity::Info, received, message, task)
        .field("schedule", scheduled.schedule.as_str())
        .field("scheduled_at", scheduled.tick.to_string())
        .emit();
}

pub fn tick_left_out(logger: &Logger, schedule: &str) {
    let message =
        format!("schedule {schedule} left a tick out: the task of the one before has not ended");
    logger
        .warning(TICK_LEFT_OUT, message)
        .field("schedule", schedule)
        .emit();
}

pub fn lease_expired(logger: &Logger, lost: &LostLease) {
    let (severity, outcome) = match lost.task.state {
        TaskState::DeadLetter => (
            Severity::Error,
            "lost its worker too often and is set aside",
        ),
        _ => (Severity::Warning, "returns to the queue"),
    };
    let task = &lost.task;
    let why = task.last_error.as_deref().unwrap_or("it was lost");
    let message = format!(
        "{} lost {} task {}: {why}; the task {outcome}",
        lost.agent_name, task.task_type, task.task_id
    );
    of_task(logger, severity, LEASE_EXPIRED, message, task)
        .field("assigned_to", lost.agent_name.as_str())
        .field("fencing_token", task.fencing_token)
        .emit();
}

/// A refused claim is worth an event when it is stale; other refusals are the caller's to log.
pub fn claim_refused(logger: &Logger, claim: &Claim, error: &StateError) {
    if matches!(error, StateError::StaleClaim { .. }) {
        logger
            .warning(STALE_CLAIM, error.to_string())
            .field("task_id", claim.task_id.as_str())
            .field("assigned_to", claim.agent_name.as_str())
            .field("fencing_token", claim.fencing_token)
            .emit();
    }
}

fn of_agent<'a>(
    logger: &'a Logger,
    severity: Severity,
    event_type: &str,
    message: String,
    name: &str,
) -> Record<'a> {
    logger
        .event(severity, event_type, message)
        .field("registered_agent", name)
}

pub fn agent_registered(logger: &Logger, agent: &Agent) {
    let message = format!("{} registered as {}", agent.agent_name, agent.agent_type);
    let name = &agent.agent_name;
    of_agent(
        logger,
        Severity::Info,
        event_type::AGENT_REGISTERED,
        message,
        name,
    )
    .field("agent_type", agent.agent_type.as_str())
    .field("capabilities", agent.capabilities.clone())
    .emit();
}

pub fn agent_heartbeat(logger: &Logger, agent: &Agent) {
    let message = format!("sign of life of {}", agent.agent_name);
    let name = &agent.agent_name;
    of_agent(
        logger,
        Severity::Debug,
        event_type::AGENT_HEARTBEAT,
        message,
        name,
    )
    .emit();
}

pub fn agent_drained(logger: &Logger, agent: &Agent, draining: bool) {
    let name = &agent.agent_name;
    let message = match draining {
        true => format!("{name} gets no new work"),
        false => format!("{name} gets new work again"),
    };
    of_agent(logger, Severity::Info, AGENT_DRAINED, message, name)
        .field("draining", draining)
        .emit();
}

pub fn agent_deregistered(logger: &Logger, agent: &Agent) {
    let message = format!("{} left", agent.agent_name);
    of_agent(
        logger,
        Severity::Info,
        AGENT_DEREGISTERED,
        message,
        &agent.agent_name,
    )
    .emit();
}

pub fn agent_silent(logger: &Logger, agent_name: &str) {
    let message = format!("{agent_name} gave no sign of life and counts as inactive");
    of_agent(logger, Severity::Warning, AGENT_SILENT, message, agent_name).emit();
}

/// What `system_config` sets, before and now, field by field.
pub fn settings_changed(logger: &Logger, before: &Settings, now: &Settings) {
    logger
        .info(SETTINGS_CHANGED, "system_config changed and is in force")
        .field("before", format!("{before:?}"))
        .field("now", format!("{now:?}"))
        .emit();
}

pub fn state_is_back(logger: &Logger) {
    logger
        .info(STATE_RECOVERED, "the state store answers again")
        .emit();
}

pub fn pruned(logger: &Logger, pruned: Pruned) {
    logger
        .info(
            STATE_PRUNED,
            "removed tasks and attempts that ended long ago",
        )
        .field("tasks", pruned.tasks)
        .field("attempts", pruned.attempts)
        .emit();
}
