//! Rule evaluation, alert states and notifications.
//!
//! It evaluates by `promql` and writes by the metric store's trait.

pub mod definition;
mod environment;
pub mod group;
mod metrics;
mod question;
pub mod rule;
pub mod template;
pub mod unit_test;

pub use environment::{Environment, Evaluation, GroupKey, Report, Timing};
pub use metrics::MetricAnswers;
pub use question::{Answer, AnswerError, Evaluate, Question};
