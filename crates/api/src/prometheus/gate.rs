//! How queries run: so many at once, the others in line, each on a thread that may block, ended when it
//! takes too long or when its client has gone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use swarmscope_model::metrics::Cancellation;
use tokio::sync::Semaphore;

use super::errors::{ErrorKind, PrometheusError};

/// Lets queries in. A cheap handle.
#[derive(Debug, Clone)]
pub struct Gate {
    slots: Arc<Semaphore>,
    timeout: Duration,
}

/// What a running query has to keep to.
#[derive(Debug, Clone)]
pub struct Permit {
    pub cancellation: Cancellation,
    pub deadline: Instant,
    /// How long it stood in line.
    pub queued: Duration,
}

impl Permit {
    /// How much of the time is left.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Whether to go on; for work that no engine does.
    ///
    /// # Errors
    /// When the query is cancelled or its time is over.
    pub fn check(&self) -> Result<(), PrometheusError> {
        self.cancellation.check()?;
        if Instant::now() > self.deadline {
            return Err(timed_out("query execution"));
        }
        Ok(())
    }
}

/// Ends the query when whoever waits for it is dropped.
struct EndWithClient(Cancellation);

impl Drop for EndWithClient {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Gate {
    /// Lets so many in at once, each for so long, its time in line included.
    pub fn new(concurrency: usize, timeout: Duration) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(concurrency)),
            timeout,
        }
    }

    /// Waits for a place, then runs `query` on a thread of its own. A timeout of the request's own may
    /// only be shorter than the gate's.
    ///
    /// # Errors
    /// When the time is over, or with the query's own failure.
    pub async fn run<T, F>(&self, timeout: Option<Duration>, query: F) -> Result<T, PrometheusError>
    where
        T: Send + 'static,
        F: FnOnce(&Permit) -> Result<T, PrometheusError> + Send + 'static,
    {
        let timeout = timeout.map_or(self.timeout, |own| own.min(self.timeout));
        let arrival = Instant::now();
        let deadline = arrival + timeout;
        let slot = tokio::time::timeout_at(deadline.into(), self.slots.clone().acquire_owned())
            .await
            .map_err(|_| timed_out("query queue"))?
            .map_err(|_| PrometheusError::new(ErrorKind::Unavailable, "shutting down"))?;
        let cancellation = Cancellation::default();
        let guard = EndWithClient(cancellation.clone());
        let permit = Permit {
            cancellation,
            deadline,
            queued: arrival.elapsed(),
        };
        let running = tokio::task::spawn_blocking(move || {
            // The place is free when the thread is, not when the client has gone.
            let _slot = slot;
            query(&permit)
        });
        let outcome = running.await.map_err(|error| {
            PrometheusError::internal(format!("the query failed unexpectedly: {error}"))
        })?;
        drop(guard);
        outcome
    }
}

/// The failure of a query whose time is over.
pub fn timed_out(place: &str) -> PrometheusError {
    PrometheusError::new(ErrorKind::Timeout, format!("query timed out in {place}"))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_query_ends_when_its_client_goes() {
        let gate = Gate::new(1, Duration::from_secs(60));
        let (started, has_started) = tokio::sync::oneshot::channel();
        let (ended, has_ended) = mpsc::channel();
        let waiting = gate.run(None, move |permit| {
            let _ = started.send(());
            while !permit.cancellation.is_cancelled() {
                std::thread::yield_now();
            }
            let _ = ended.send(());
            Ok(())
        });
        // Dropped in the middle, as a server drops the work for a connection that was closed.
        tokio::select! {
            _ = waiting => panic!("it runs until it is cancelled"),
            begun = has_started => begun.expect("it has started"),
        }
        tokio::task::spawn_blocking(move || has_ended.recv().expect("it has ended"))
            .await
            .expect("no panic");
    }

    #[tokio::test]
    async fn who_stands_in_line_too_long_is_told_so() {
        let gate = Gate::new(1, Duration::from_secs(60));
        let (release, held) = mpsc::channel::<()>();
        let (started, has_started) = tokio::sync::oneshot::channel();
        let first = tokio::spawn({
            let gate = gate.clone();
            async move {
                gate.run(None, move |_| {
                    let _ = started.send(());
                    let _ = held.recv();
                    Ok(1)
                })
                .await
            }
        });
        has_started.await.expect("the first runs");
        let second = gate.run(Some(Duration::from_millis(1)), |_| Ok(2)).await;
        assert_eq!(second, Err(timed_out("query queue")));
        drop(release);
        assert_eq!(first.await.expect("no panic"), Ok(1));
    }
}
