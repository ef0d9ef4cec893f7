//! Waits until a server has written and merged what it has taken.

use std::time::{Duration, Instant};

use super::contender::Contender;
use crate::failure::Failure;

/// How long the server has to be quiet: longer than VictoriaLogs keeps events in memory alone.
const QUIET: Duration = Duration::from_secs(8);
/// How often is looked.
const POLL: Duration = Duration::from_millis(500);
/// Processor time between two looks that is still quiet: runtimes tick.
const TICKING: Duration = Duration::from_millis(30);
/// A log that is written anew keeps its head.
const EMPTY_LOG_BYTES: u64 = 64 * 1024;

/// How the wait ended.
#[derive(Debug)]
pub struct Settled {
    /// When the server was at rest, seen from the beginning of the wait.
    pub after: Duration,
    /// Its processor time by then.
    pub cpu: Option<Duration>,
    /// False when patience ended first.
    pub rests: bool,
}

/// Waits until the server uses no processor and has no log to write out, or `patience` is over.
///
/// # Errors
/// When the server does not answer.
pub async fn wait(contender: &Contender, patience: Duration) -> Result<Settled, Failure> {
    // Elasticsearch writes out what it was asked to, the others do so by themselves.
    contender.count().await?;
    let begin = Instant::now();
    let mut cpu = contender.cpu();
    let mut quiet_since = begin;
    while begin.elapsed() < patience {
        tokio::time::sleep(POLL).await;
        let now = contender.cpu();
        let used = now.zip(cpu).map(|(now, before)| now.saturating_sub(before));
        if used.is_some_and(|used| used > TICKING) || contender.log_bytes() > EMPTY_LOG_BYTES {
            quiet_since = Instant::now();
        }
        cpu = now;
        if quiet_since.elapsed() >= QUIET {
            return Ok(Settled {
                after: quiet_since.duration_since(begin),
                cpu,
                rests: true,
            });
        }
    }
    Ok(Settled {
        after: begin.elapsed(),
        cpu,
        rests: false,
    })
}
