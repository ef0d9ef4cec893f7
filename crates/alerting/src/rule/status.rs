//! How a rule is doing.

use std::time::Duration;

/// Whether a rule works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Health {
    /// Not evaluated yet.
    #[default]
    Unknown,
    Good,
    Bad,
}

impl Health {
    /// As Prometheus's API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Good => "ok",
            Self::Bad => "err",
        }
    }
}

/// What is known of a rule's last evaluation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleStatus {
    pub health: Health,
    /// What went wrong the last time.
    pub last_error: Option<String>,
    /// When it began, in milliseconds since the epoch.
    pub last_evaluation: Option<i64>,
    /// How long it took.
    pub evaluation_time: Duration,
}
