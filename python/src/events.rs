//! Events on stdout. One logger for the process, because there is one stdout.

use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use swarmscope_sdk::Logger;
use swarmscope_sdk::log::{Record, Stage, level_from_env as read_level};
use swarmscope_sdk::model::Severity;

use crate::values::{self, text};

/// Who reports that events were dropped; every other event names its own agent.
const REPORTER: &str = "swarmscope";
/// Longest wait that a caller can ask for: as good as for ever, and it fits a `Duration`.
const MAX_FLUSH_SECONDS: f64 = 86_400.0;

/// Its level is the lowest, because Python's loggers have decided before.
static LOGGER: LazyLock<Mutex<Logger>> =
    LazyLock::new(|| Mutex::new(Logger::immediate(REPORTER, Severity::Debug)));

fn logger() -> Logger {
    let held = LOGGER.lock().unwrap_or_else(PoisonError::into_inner);
    held.clone()
}

/// The severity of a level of Python's `logging`, custom levels included.
fn severity(level: i64) -> Severity {
    match level {
        ..20 => Severity::Debug,
        20..30 => Severity::Info,
        30..40 => Severity::Warning,
        40..50 => Severity::Error,
        50.. => Severity::Critical,
    }
}

/// An event as Python hands it in. `correlation_id` is what the caller named, `ambient_id` what
/// applies when neither the caller nor the metadata names one.
struct Parts<'a, 'py> {
    level: i64,
    message: &'a Bound<'py, PyAny>,
    event_type: &'a Bound<'py, PyAny>,
    metadata: &'a Bound<'py, PyAny>,
    correlation_id: Option<&'a Bound<'py, PyAny>>,
    ambient_id: Option<&'a Bound<'py, PyAny>>,
    exception: Option<&'a Bound<'py, PyAny>>,
}

impl Parts<'_, '_> {
    fn record<'l>(&self, logger: &'l Logger) -> Record<'l> {
        let mut metadata = values::metadata(self.metadata);
        if let Some(id) = self.correlation_id {
            metadata.insert("correlation_id".to_owned(), text(id).into());
        } else if let Some(id) = self.ambient_id
            && !metadata.contains_key("correlation_id")
        {
            metadata.insert("correlation_id".to_owned(), text(id).into());
        }
        if let Some(exception) = self.exception {
            let described = values::value(exception);
            match metadata.insert("exception".to_owned(), described) {
                // The shape belongs to the contract; what the caller had put there is kept.
                Some(given) if !given.is_null() => {
                    metadata.insert("exception_detail".to_owned(), given);
                }
                _ => {}
            }
        }
        logger
            .event(
                severity(self.level),
                text(self.event_type),
                text(self.message),
            )
            .metadata(metadata)
    }
}

/// Writes an event to the process's stdout.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "the contract's fields, one each")]
pub fn write(
    level: i64,
    message: &Bound<'_, PyAny>,
    agent_name: &Bound<'_, PyAny>,
    event_type: &Bound<'_, PyAny>,
    metadata: &Bound<'_, PyAny>,
    correlation_id: Option<&Bound<'_, PyAny>>,
    ambient_id: Option<&Bound<'_, PyAny>>,
    exception: Option<&Bound<'_, PyAny>>,
) {
    let logger = logger().named(&text(agent_name));
    let parts = Parts {
        level,
        message,
        event_type,
        metadata,
        correlation_id,
        ambient_id,
        exception,
    };
    parts.record(&logger).emit();
}

/// The same event as a line with its end, for another stream than the process's stdout.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "the contract's fields, one each")]
pub fn line(
    level: i64,
    message: &Bound<'_, PyAny>,
    agent_name: &Bound<'_, PyAny>,
    event_type: &Bound<'_, PyAny>,
    metadata: &Bound<'_, PyAny>,
    correlation_id: Option<&Bound<'_, PyAny>>,
    ambient_id: Option<&Bound<'_, PyAny>>,
    exception: Option<&Bound<'_, PyAny>>,
) -> Option<String> {
    let logger = logger().named(&text(agent_name));
    let parts = Parts {
        level,
        message,
        event_type,
        metadata,
        correlation_id,
        ambient_id,
        exception,
    };
    parts.record(&logger).into_line()
}

/// Whether an event written now would be out before the call returns.
#[pyfunction]
pub fn is_ready() -> bool {
    logger().is_ready()
}

/// Counts an event that could not be handed in.
#[pyfunction]
pub fn count_dropped() {
    logger().count_dropped();
}

/// Events that were not written, since the start or the fork.
#[pyfunction]
pub fn dropped() -> u64 {
    logger().dropped()
}

/// Reports as an event what was emitted in this agent's name; `stage` is `first`, `between` or `last`.
#[pyfunction]
pub fn report_emitted(agent_name: &Bound<'_, PyAny>, stage: &str) {
    let stage = match stage {
        "first" => Stage::First,
        "last" => Stage::Last,
        _ => Stage::Between,
    };
    logger().named(&text(agent_name)).report_emitted(stage);
}

/// Events that were emitted in this agent's name since the start or the fork, and given up of them.
#[pyfunction]
pub fn emitted(agent_name: &Bound<'_, PyAny>) -> (u64, u64) {
    let counts = logger().named(&text(agent_name)).emitted();
    (counts.emitted, counts.dropped)
}

/// Waits until everything logged so far is written, or the time is over (then false).
#[pyfunction]
pub fn flush(py: Python<'_>, seconds: f64) -> bool {
    let logger = logger();
    let seconds = if seconds.is_nan() { 0.0 } else { seconds };
    let timeout = Duration::from_secs_f64(seconds.clamp(0.0, MAX_FLUSH_SECONDS));
    py.detach(|| logger.flush(timeout))
}

/// Begins anew in a forked child. What waited in the queue is the parent's to write, its thread did
/// not come along, and its lock may be held for ever: none of it is touched again.
#[pyfunction]
pub fn restart_after_fork() {
    let mut held = LOGGER.lock().unwrap_or_else(PoisonError::into_inner);
    let inherited = std::mem::replace(&mut *held, Logger::immediate(REPORTER, Severity::Debug));
    std::mem::forget(inherited);
}

/// The level that `LOG_LEVEL` names as a number of Python's `logging`, and what is wrong with it.
#[pyfunction]
pub fn level_from_env() -> (i64, Option<String>) {
    let setting = read_level();
    let level = (setting.level as i64 + 1) * 10;
    (level, setting.refused.map(|refused| refused.to_string()))
}
