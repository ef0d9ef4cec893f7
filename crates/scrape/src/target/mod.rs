//! Targets: what is scraped, where and how often.

mod build;
mod health;

pub use build::{InvalidTarget, Outcome, build};
pub use health::{Health, Status};

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use swarmscope_model::metrics::Labels;
use url::Url;

/// Something that exposes metrics.
#[derive(Debug)]
pub struct Target {
    /// Those that go onto every sample; none begins with `__`.
    pub labels: Labels,
    pub url: Url,
    pub interval: Duration,
    pub timeout: Duration,
    /// Tells targets of a job apart.
    pub hash: u64,
    discovered: Mutex<Labels>,
    status: Mutex<Status>,
}

impl Target {
    /// The labels that discovery gave, with the job's defaults.
    pub fn discovered(&self) -> Labels {
        self.discovered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Discovery may say more about a target while what is scraped stays the same.
    pub(crate) fn set_discovered(&self, labels: Labels) {
        *self
            .discovered
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = labels;
    }

    /// How the last scrape went.
    pub fn status(&self) -> Status {
        self.status
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn set_status(&self, status: Status) {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = status;
    }

    /// How long after `now` (since the epoch) the first scrape is due. Targets are spread over the
    /// interval, and each keeps its place in it for good.
    pub(crate) fn offset(&self, now: Duration) -> Duration {
        let interval = u64::try_from(self.interval.as_nanos())
            .unwrap_or(u64::MAX)
            .max(1);
        let into = (now.as_nanos() % u128::from(interval)) as u64;
        let place = self.hash % interval;
        Duration::from_nanos((interval - into + place) % interval)
    }
}
