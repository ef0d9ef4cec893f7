//! Rule evaluation, alert states and notifications.
//!
//! It evaluates by `promql` and writes by the metric store's trait.

pub mod template;
