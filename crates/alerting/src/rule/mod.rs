//! One rule: what its answers become, and how it is doing.
//!
//! No clock, no store: times come from whoever evaluates, and series are handed back to be written.

mod active;
mod alert;
mod error;
mod expand;
mod recording;
mod status;

pub use active::{ActiveAlerts, AlertTiming};
pub use alert::{Alert, AlertState, Transition};
pub use error::RuleError;
pub use expand::{Expansion, found_alerts};
pub use recording::recorded;
pub use status::{Health, RuleStatus};

use swarmscope_model::metrics::{Labels, SampleValue};

/// The label with an alert's name.
pub const ALERT_NAME: &str = "alertname";
/// The label of `ALERTS` with the state.
pub const ALERT_STATE: &str = "alertstate";
/// The series that is 1 while an alert is pending or firing.
pub const ALERTS: &str = "ALERTS";
/// The series that holds since when an alert is active, in seconds since the epoch.
pub const ALERTS_FOR_STATE: &str = "ALERTS_FOR_STATE";

/// A series that a rule writes, and its value now.
pub type Written = (Labels, SampleValue);
