//! Rule evaluation, alert states and notifications.
//!
//! It asks metrics by `promql`, logs, errors, agents and tasks by the traits of whatever keeps them, and writes
//! by the metric store's trait. It never knows a store.

pub mod definition;
mod durable;
mod environment;
pub mod group;
pub mod history;
pub mod notify;
pub mod question;
pub mod rule;
mod rules;
pub mod silence;
mod source;
pub mod template;
pub mod trial;
pub mod unit_test;

pub use environment::{Environment, Evaluation, GroupKey, Report, Timing};
pub use notify::AlertingSettings;
pub use question::{Answer, AnswerError, Evaluate, Question};
pub use rules::{
    OwnRuleError, ReloadError, Rules, RulesSettings, StartError, WrittenRule, check_rule,
    read_rule, rule_name,
};
pub use source::{MetricAnswers, Sources};
