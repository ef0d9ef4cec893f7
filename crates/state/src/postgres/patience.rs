//! Trying again while the database is away. Safe for every operation: one that failed before its
//! commit left nothing behind, and one whose commit was lost on the way finds what it did.

use std::future::Future;
use std::time::Duration;

use swarmscope_model::limits::{STATE_PATIENCE, STATE_STATEMENT_TIMEOUT};
use swarmscope_model::state::StateError;
use tokio::time::{Instant, sleep, timeout};

use super::PostgresState;
use super::failure::may_pass;
use crate::broken::Broken;

/// First and longest wait between two tries.
const WAITS: (Duration, Duration) = (Duration::from_millis(25), Duration::from_millis(500));

impl PostgresState {
    pub(super) async fn patiently<T, F, Fut>(&self, attempt: F) -> Result<T, StateError>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Broken>>,
    {
        let deadline = Instant::now() + STATE_PATIENCE;
        let mut wait = WAITS.0;
        loop {
            let error = match timeout(STATE_STATEMENT_TIMEOUT, attempt()).await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(Broken::Refused(error))) => return Err(error),
                Ok(Err(Broken::Database(error))) => error,
                Err(_) => sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()),
            };
            if !may_pass(&error) || Instant::now() + wait > deadline {
                return Err(self.unavailable(error));
            }
            tracing::debug!("the state database did not answer, trying again: {error}");
            sleep(wait).await;
            wait = (wait * 2).min(WAITS.1);
        }
    }
}
