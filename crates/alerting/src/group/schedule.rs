//! When a group is evaluated: at times that only its name and interval decide, so that a restart keeps
//! the rhythm and groups spread over the interval.

use std::time::Duration;

use xxhash_rust::xxh3::xxh3_64;

use super::milliseconds;
use crate::environment::GroupKey;

/// The rhythm of a group. Times are milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    interval: i64,
    offset: i64,
}

impl Schedule {
    /// The rhythm of a group of that name.
    pub fn new(key: &GroupKey, interval: Duration) -> Self {
        let interval = milliseconds(interval).max(1);
        let name = format!("{}\0{}", key.file, key.name);
        let spread = xxh3_64(name.as_bytes()) % interval.unsigned_abs();
        Self {
            interval,
            offset: i64::try_from(spread).unwrap_or(0),
        }
    }

    /// The first time after `now`.
    pub fn after(&self, now: i64) -> i64 {
        let since = (now - self.offset).rem_euclid(self.interval);
        now - since + self.interval
    }

    /// The next time after an evaluation that was due at `last`, and how many were missed because it is
    /// `now` already.
    pub fn next(&self, last: i64, now: i64) -> (i64, u64) {
        let missed = ((now - last) / self.interval - 1).max(0);
        (last + (missed + 1) * self.interval, missed.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(name: &str) -> Schedule {
        let key = GroupKey {
            file: "r.yml".to_owned(),
            name: name.to_owned(),
        };
        Schedule::new(&key, Duration::from_secs(60))
    }

    #[test]
    fn times_depend_on_the_name_alone() {
        let first = schedule("a").after(1_700_000_000_000);
        assert!((1..=60_000).contains(&(first - 1_700_000_000_000)));
        for now in [first, first + 1, first + 59_999] {
            assert_eq!(schedule("a").after(now), first + 60_000);
        }
        let offsets: std::collections::BTreeSet<i64> = (0..20)
            .map(|number| schedule(&number.to_string()).after(0))
            .collect();
        assert!(offsets.len() > 15, "groups are spread: {offsets:?}");
    }

    #[test]
    fn what_is_late_is_counted_and_skipped() {
        let schedule = schedule("a");
        assert_eq!(schedule.next(1_000, 1_000), (61_000, 0));
        assert_eq!(schedule.next(1_000, 61_001), (61_000, 0));
        assert_eq!(schedule.next(1_000, 121_000), (121_000, 1));
        assert_eq!(schedule.next(1_000, 199_000), (181_000, 2));
    }
}
