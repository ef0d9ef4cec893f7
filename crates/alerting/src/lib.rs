//! Rule evaluation, alert states and notifications.
//!
//! It evaluates by `promql` and writes by the metric store's trait.

pub mod definition;
mod question;
pub mod template;

pub use question::{Answer, AnswerError, Evaluate, Question};
