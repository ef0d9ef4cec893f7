//! How a target is.

use std::time::Duration;

/// What the last scrape showed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Health {
    /// Not scraped yet.
    #[default]
    Unknown,
    Up,
    Down,
}

impl Health {
    /// As Prometheus's API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// The last scrape of a target.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Status {
    pub health: Health,
    /// Empty when all went well.
    pub last_error: String,
    /// When it began, in milliseconds since the epoch.
    pub last_scrape: Option<i64>,
    pub last_duration: Duration,
}
