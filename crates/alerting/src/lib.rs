//! Rule evaluation, alert states and notifications.
//!
//! It evaluates by `promql` and writes by the metric store's trait.

pub mod definition;
mod durable;
mod environment;
pub mod group;
pub mod history;
mod metrics;
pub mod notify;
mod question;
pub mod rule;
mod rules;
pub mod template;
pub mod unit_test;

pub use environment::{Environment, Evaluation, GroupKey, Report, Timing};
pub use metrics::MetricAnswers;
pub use question::{Answer, AnswerError, Evaluate, Question};
pub use rules::{AlertingSettings, ReloadError, Rules, RulesSettings, StartError};
