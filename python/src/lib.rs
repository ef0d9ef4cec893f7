//! `swarmscope._native`: what the Python package takes from the Rust SDK. Events are put together
//! and written here, and the metrics are counted here; everything that Python programs meet (the
//! logging handler, the decorators, the metrics server) is Python, in `lib/`.
//!
//! Nothing here raises for the value it is given: an agent is not broken by its own logging.
//!
//! Safe across `fork` because no lock of this module is taken without the interpreter's lock, which
//! the forking thread holds, except inside the logger, and that one is replaced in the child.

mod events;
mod metrics;
mod values;

use pyo3::prelude::*;

#[pymodule(gil_used = true)]
mod _native {
    #[pymodule_export]
    use super::events::{
        count_dropped, dropped, emitted, flush, is_ready, level_from_env, line, report_emitted,
        restart_after_fork, write,
    };
    #[pymodule_export]
    use super::metrics::{
        decrement_active_tasks, increment_active_tasks, increment_errors,
        increment_tasks_dispatched, observe_task_latency, render,
    };
    #[pymodule_export]
    use super::{retry_wait, set_converter};
}

/// The function that turns a value that JSON does not know into one that it does.
#[pyfunction]
fn set_converter(converter: Py<PyAny>) {
    values::set_converter(converter);
}

/// Seconds to wait before retry number `retry`, counted from 0.
#[pyfunction]
fn retry_wait(retry: u32) -> f64 {
    swarmscope_sdk::retry::wait_before(retry).as_secs_f64()
}
