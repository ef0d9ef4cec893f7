//! The contract's four metrics. Every value becomes a label as text.

use pyo3::prelude::*;
use swarmscope_sdk::metrics;

use crate::values::text;

/// Counts a task given to an agent.
#[pyfunction]
pub fn increment_tasks_dispatched(task_type: &Bound<'_, PyAny>) {
    metrics::increment_tasks_dispatched(&text(task_type));
}

/// Counts an error of this class.
#[pyfunction]
pub fn increment_errors(error_type: &Bound<'_, PyAny>) {
    metrics::increment_errors(&text(error_type));
}

/// Counts a task as being worked on.
#[pyfunction]
pub fn increment_active_tasks(agent_type: &Bound<'_, PyAny>) {
    metrics::increment_active_tasks(&text(agent_type));
}

/// Counts a task as no longer being worked on.
#[pyfunction]
pub fn decrement_active_tasks(agent_type: &Bound<'_, PyAny>) {
    metrics::decrement_active_tasks(&text(agent_type));
}

/// Notes how long a task took.
#[pyfunction]
pub fn observe_task_latency(task_type: &Bound<'_, PyAny>, seconds: f64) {
    metrics::observe_task_latency(&text(task_type), seconds);
}

/// The metrics as Prometheus text.
#[pyfunction]
pub fn render() -> String {
    metrics::render()
}
