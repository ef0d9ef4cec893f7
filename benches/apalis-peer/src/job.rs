//! A task and what its handler notes: nothing else is done.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use apalis::prelude::*;
use serde::{Deserialize, Serialize};

/// A task of the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// When its submission began, in nanoseconds since the run began.
    pub submitted_ns: u64,
}

/// What the handlers saw.
#[derive(Debug, Clone)]
pub struct Seen {
    begin: Instant,
    handled: Arc<AtomicU64>,
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl Seen {
    pub fn new() -> Self {
        Self {
            begin: Instant::now(),
            handled: Arc::default(),
            waits: Arc::default(),
        }
    }

    /// A task that is submitted now.
    pub fn job(&self) -> Job {
        Job {
            submitted_ns: self.begin.elapsed().as_nanos() as u64,
        }
    }

    pub fn handled(&self) -> u64 {
        self.handled.load(Ordering::Relaxed)
    }

    /// How long tasks waited for their handler, sorted.
    pub fn waits(&self) -> Vec<Duration> {
        let mut waits = self
            .waits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        waits.sort_unstable();
        waits
    }
}

/// The handler.
pub async fn handle(job: Job, seen: Data<Seen>) -> Result<(), BoxDynError> {
    let wait = seen.begin.elapsed() - Duration::from_nanos(job.submitted_ns);
    seen.handled.fetch_add(1, Ordering::Relaxed);
    let mut waits = seen.waits.lock().unwrap_or_else(PoisonError::into_inner);
    waits.push(wait);
    Ok(())
}
