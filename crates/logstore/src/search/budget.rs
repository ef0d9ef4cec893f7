//! The time that a search may take.

use std::time::{Duration, Instant};

use swarmscope_query::store::StoreError;

/// A point in time by which a search gives up.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    at: Instant,
    given: Duration,
}

impl Deadline {
    /// So long from now.
    pub fn after(given: Duration) -> Self {
        Self {
            at: Instant::now() + given,
            given,
        }
    }

    /// # Errors
    /// When the time is over.
    pub fn check(&self) -> Result<(), StoreError> {
        if Instant::now() < self.at {
            return Ok(());
        }
        Err(StoreError::TimedOut {
            seconds: self.given.as_secs(),
        })
    }
}
