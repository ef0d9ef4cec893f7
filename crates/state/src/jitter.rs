//! The wait before a retried task may be claimed again. Never sleeps: the wait is a column.

use std::time::Duration;

use swarmscope_model::Timestamp;
use swarmscope_model::state::backoff;

/// When retry number `retry` (from 0) may start: the backoff plus up to a tenth of it, so that
/// tasks that failed together do not come back together.
pub fn not_before(now: Timestamp, retry: u32) -> Timestamp {
    let wait = backoff(retry);
    later(now, wait.mul_f64(1.0 + rand::random_range(0.0..0.1)))
}

/// `now` plus a duration, rounded down to the millisecond.
pub fn later(now: Timestamp, by: Duration) -> Timestamp {
    let milliseconds = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(now.as_millisecond().saturating_add(milliseconds))
}
