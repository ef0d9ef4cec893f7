//! The wait before a retried task may be claimed again. Never sleeps: the wait is a column.

use std::time::Duration;

use swarmscope_model::Timestamp;
use swarmscope_model::state::RetryPolicy;

/// When retry number `retry` (from 0) may start: the policy's wait plus a share of it by chance, so
/// that tasks that failed together do not come back together.
pub fn not_before(now: Timestamp, policy: &RetryPolicy, retry: u32) -> Timestamp {
    let share = policy.jitter * rand::random_range(0.0..1.0);
    later(now, policy.wait(retry).mul_f64(1.0 + share))
}

/// `now` plus a duration, rounded down to the millisecond.
pub fn later(now: Timestamp, by: Duration) -> Timestamp {
    let milliseconds = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(now.as_millisecond().saturating_add(milliseconds))
}
