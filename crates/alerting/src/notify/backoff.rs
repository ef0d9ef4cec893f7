//! How long to wait before the next try: longer each time, never the same for all.

use std::time::Duration;

use swarmscope_model::limits::{NOTIFICATION_RETRY_BASE, NOTIFICATION_RETRY_CAP};

/// The waits of one receiver.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The receiver answered.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after one more failure: between half and all of a length that doubles.
    pub fn next(&mut self) -> Duration {
        let doubled = NOTIFICATION_RETRY_BASE.saturating_mul(1 << self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        doubled
            .min(NOTIFICATION_RETRY_CAP)
            .mul_f64(rand::random_range(0.5..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_bound() {
        let mut backoff = Backoff::default();
        let waits: Vec<Duration> = (0..40).map(|_| backoff.next()).collect();
        assert!(waits[0] <= NOTIFICATION_RETRY_BASE);
        assert!(waits[39] >= NOTIFICATION_RETRY_CAP / 2 && waits[39] <= NOTIFICATION_RETRY_CAP);
        backoff.reset();
        assert!(backoff.next() <= NOTIFICATION_RETRY_BASE);
    }
}
