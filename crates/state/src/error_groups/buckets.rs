//! How errors are counted over time: by spans of 5 minutes, hours and days, finer ones for less long.

use std::collections::BTreeMap;

use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::{GroupHistory, Span};
use swarmscope_model::limits::MAX_HISTORY_BUCKETS;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A width of spans, in milliseconds, and how long its counts are kept; `None` as long as the group.
struct Width {
    width: i64,
    kept: Option<i64>,
}

/// From fine to coarse. Two days of a storm by 5 minutes, a quarter by the hour.
const WIDTHS: [Width; 3] = [
    Width {
        width: 5 * MINUTE,
        kept: Some(2 * DAY),
    },
    Width {
        width: HOUR,
        kept: Some(90 * DAY),
    },
    Width {
        width: DAY,
        kept: None,
    },
];

/// Up to how many buckets a history has before a coarser width serves better: a week by the hour.
const WISHED_BUCKETS: i64 = 7 * 24;

/// The spans that a point in time is in: width and start.
pub fn of(time: Timestamp) -> [(i64, i64); 3] {
    WIDTHS.map(|Width { width, .. }| (width, floor(time.as_millisecond(), width)))
}

/// What is out of date now: counts of this width that start before this.
pub fn outdated(now: Timestamp) -> impl Iterator<Item = (i64, i64)> {
    WIDTHS
        .into_iter()
        .filter_map(move |Width { width, kept }| Some((width, now.as_millisecond() - kept?)))
}

/// How a history over a span is read and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Width of the counts that are read.
    pub width: i64,
    /// Width of the buckets shown, a multiple of it.
    pub interval: i64,
    /// Start of the first bucket.
    pub from: i64,
    /// Start of the bucket behind the last.
    pub to: i64,
}

impl Layout {
    /// Over these times; counts that are gone already are not asked for.
    pub fn new(span: Span, now: Timestamp) -> Self {
        let (from, to) = (span.from.as_millisecond(), span.to.as_millisecond());
        let length = to.saturating_sub(from).max(0);
        let fits = |width: &&Width| {
            length / width.width <= WISHED_BUCKETS
                && width
                    .kept
                    .is_none_or(|kept| from >= now.as_millisecond().saturating_sub(kept))
        };
        let width = WIDTHS.iter().find(fits).map_or(DAY, |found| found.width);
        let interval = width * (length / width / MAX_HISTORY_BUCKETS + 1);
        Self {
            width,
            interval,
            from: floor(from, interval),
            to: floor(to.saturating_sub(1).max(from), interval).saturating_add(interval),
        }
    }

    /// The counts, by their starts, as a history.
    pub fn history(&self, counts: &BTreeMap<i64, u64>) -> GroupHistory {
        let buckets = (self.to - self.from) / self.interval;
        let mut shown = vec![0; usize::try_from(buckets).unwrap_or(0)];
        for (start, count) in counts.range(self.from..self.to) {
            let place = (start - self.from) / self.interval;
            if let Some(bucket) = shown.get_mut(usize::try_from(place).unwrap_or(usize::MAX)) {
                *bucket += count;
            }
        }
        GroupHistory {
            from: Timestamp::from_millisecond(self.from),
            interval_ms: self.interval,
            counts: shown,
        }
    }
}

/// No history.
pub fn nothing() -> GroupHistory {
    GroupHistory {
        from: Timestamp::from_millisecond(0),
        interval_ms: HOUR,
        counts: Vec::new(),
    }
}

fn floor(time: i64, width: i64) -> i64 {
    time.div_euclid(width) * width
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_769_860_800_000;

    fn layout(from: i64, to: i64) -> Layout {
        let span = Span {
            from: Timestamp::from_millisecond(from),
            to: Timestamp::from_millisecond(to),
        };
        Layout::new(span, Timestamp::from_millisecond(NOW))
    }

    #[test]
    fn a_history_is_as_fine_as_its_span_and_the_counts_allow() {
        let recent = layout(NOW - HOUR, NOW);
        assert_eq!(
            (recent.interval, (recent.to - recent.from) / recent.interval),
            (5 * MINUTE, 12)
        );
        assert_eq!(layout(NOW - DAY, NOW).interval, HOUR);
        assert_eq!(layout(NOW - 7 * DAY, NOW).interval, HOUR);
        // An hour of last week: the fine counts are gone.
        assert_eq!(layout(NOW - 7 * DAY, NOW - 7 * DAY + HOUR).interval, HOUR);
        assert_eq!(layout(NOW - 30 * DAY, NOW).interval, DAY);
        let long = layout(NOW - 3_650 * DAY, NOW);
        assert_eq!((long.width, long.interval), (DAY, 10 * DAY));
        assert!((long.to - long.from) / long.interval <= MAX_HISTORY_BUCKETS);
    }

    #[test]
    fn the_last_moment_of_a_span_is_in_it_and_its_end_is_not() {
        let layout = layout(NOW, NOW + HOUR);
        assert_eq!((layout.from, layout.to), (NOW, NOW + HOUR));
        let counts = BTreeMap::from([(NOW, 2), (NOW + 55 * MINUTE, 3), (NOW + HOUR, 9)]);
        let history = layout.history(&counts);
        assert_eq!(history.counts, [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
        // A span that is none is a single bucket, not a panic.
        assert_eq!(
            super::tests::layout(NOW, NOW - DAY).history(&counts).counts,
            [2]
        );
    }
}
