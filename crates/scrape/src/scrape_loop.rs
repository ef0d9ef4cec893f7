//! Scrapes one target again and again, at its place in the interval.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use swarmscope_model::limits::SCRAPE_TIME_TOLERANCE;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep, sleep_until};

use crate::fetch::Fetcher;
use crate::ingest::{Ingest, Remembered, Scrape, ScrapeError};
use crate::statistics::Statistics;
use crate::target::{Health, Status, Target};

/// Why a loop ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The target is gone: its series end, unless it comes back soon.
    Gone,
    /// Another loop goes on with the target.
    Replaced,
}

/// What the loops of a job share.
#[derive(Debug)]
pub(crate) struct JobContext {
    pub fetcher: Fetcher,
    pub permits: Arc<Semaphore>,
    pub statistics: Arc<Statistics>,
    /// How many targets the job has when that is over its limit; otherwise 0.
    pub excess: AtomicUsize,
    pub target_limit: u64,
}

/// Runs until it is stopped, and gives back what it knows of the target.
pub(crate) async fn run(
    job: Arc<JobContext>,
    target: Arc<Target>,
    ingest: Ingest,
    mut stop: watch::Receiver<Option<Stop>>,
) -> Remembered {
    let first = Instant::now() + target.offset(since_epoch());
    let mut running = Loop {
        job,
        target: target.clone(),
        ingest: Some(ingest),
        scraped: false,
    };
    tokio::select! {
        () = sleep_until(first) => {}
        _ = stopped(&mut stop) => return running.into_remembered(),
    }
    let mut ticks = interval_at(Instant::now(), target.interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let start = since_epoch();
    let why = loop {
        tokio::select! {
            _ = ticks.tick() => running.scrape(aligned(start, target.interval)).await,
            why = stopped(&mut stop) => break why,
        }
    };
    if why == Stop::Gone {
        running.end(ticks, &mut stop).await;
    }
    running.into_remembered()
}

struct Loop {
    job: Arc<JobContext>,
    target: Arc<Target>,
    /// Away while a thread works with it.
    ingest: Option<Ingest>,
    scraped: bool,
}

impl Loop {
    fn into_remembered(self) -> Remembered {
        self.ingest.map(Ingest::into_remembered).unwrap_or_default()
    }

    async fn scrape(&mut self, at: Duration) {
        // Closed only with the manager, and then nobody waits for this scrape.
        let permits = self.job.permits.clone();
        let Ok(_permit) = permits.acquire_owned().await else {
            return;
        };
        self.job.statistics.scraped();
        self.scraped = true;
        let began = Instant::now();
        let excess = self.job.excess.load(Ordering::Relaxed);
        let page = if excess > 0 {
            Err(ScrapeError::TargetLimit {
                targets: excess,
                limit: self.job.target_limit,
            })
        } else {
            self.job.fetcher.fetch(&self.target).await
        };
        let duration = began.elapsed();
        let at = milliseconds(at);
        let scrape = Scrape { at, duration, page };
        let written = self.with_ingest(|ingest| ingest.write(scrape)).await;
        self.report(at, duration, written);
    }

    fn report(&self, at: i64, duration: Duration, written: Result<(), ScrapeError>) {
        let (health, last_error) = match written {
            Ok(()) => (Health::Up, String::new()),
            Err(error) => {
                let health = if error.target_is_up() {
                    Health::Up
                } else {
                    Health::Down
                };
                tracing::debug!(url = %self.target.url, %error, "scrape failed");
                (health, message(&error))
            }
        };
        self.target.set_status(Status {
            health,
            last_error,
            last_scrape: Some(at),
            last_duration: duration,
        });
    }

    /// Ends the series of a target that is gone: at the time of the next scrape, but only after the one
    /// after that would have come, because targets often go only to come back.
    async fn end(&mut self, mut ticks: Interval, stop: &mut watch::Receiver<Option<Stop>>) {
        if !self.scraped {
            return;
        }
        let waited = async {
            ticks.tick().await;
            let at = since_epoch();
            ticks.tick().await;
            sleep(self.target.interval / 10).await;
            at
        };
        let at = tokio::select! {
            at = waited => milliseconds(at),
            () = replaced(stop) => return,
        };
        if let Err(error) = self.with_ingest(move |ingest| ingest.end(at)).await {
            tracing::warn!(url = %self.target.url, %error, "the end of a target's series was not written");
        }
    }

    /// Works with the series on a thread that may block.
    async fn with_ingest(
        &mut self,
        work: impl FnOnce(&mut Ingest) -> Result<(), ScrapeError> + Send + 'static,
    ) -> Result<(), ScrapeError> {
        let Some(mut ingest) = self.ingest.take() else {
            return Err(ScrapeError::Aborted);
        };
        let worked = tokio::task::spawn_blocking(move || {
            let result = work(&mut ingest);
            (ingest, result)
        });
        match worked.await {
            Ok((ingest, result)) => {
                self.ingest = Some(ingest);
                result
            }
            Err(_) => Err(ScrapeError::Aborted),
        }
    }
}

/// An error with its causes.
fn message(error: &ScrapeError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let next_text = next.to_string();
        if !text.contains(&next_text) {
            text = format!("{text}: {next_text}");
        }
        cause = next.source();
    }
    text
}

async fn stopped(stop: &mut watch::Receiver<Option<Stop>>) -> Stop {
    match stop.wait_for(Option::is_some).await {
        Ok(why) => (*why).unwrap_or(Stop::Replaced),
        // The pool is gone, and with it the server.
        Err(_) => Stop::Replaced,
    }
}

async fn replaced(stop: &mut watch::Receiver<Option<Stop>>) {
    // An error means that the pool is gone, which ends the wait, too.
    let _ = stop.wait_for(|why| *why == Some(Stop::Replaced)).await;
}

fn since_epoch() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Now, or the time at which a scrape was due when it is hardly late.
fn aligned(start: Duration, interval: Duration) -> Duration {
    let now = since_epoch();
    let Some(elapsed) = now.checked_sub(start) else {
        return now;
    };
    let late = Duration::from_nanos((elapsed.as_nanos() % interval.as_nanos().max(1)) as u64);
    if late <= SCRAPE_TIME_TOLERANCE.min(interval / 100) {
        now - late
    } else {
        now
    }
}
