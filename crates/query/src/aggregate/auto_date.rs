//! The widths that `auto_date_histogram` chooses from.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Unit, ZonedDateTimeRound};

/// Counts over time in so many buckets at the most.
#[derive(Debug, Clone, PartialEq)]
pub struct AutoDateHistogram {
    pub field: String,
    pub buckets: usize,
    pub time_zone: TimeZone,
    /// Buckets are no narrower than one of these.
    pub least: AutoUnit,
}

/// What the widths are multiples of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AutoUnit {
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Year,
}

/// A width that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoWidth {
    pub unit: AutoUnit,
    pub count: usize,
    /// The starts of all buckets, in milliseconds, and the end of the last.
    pub starts: Vec<i64>,
}

const ALL: [AutoUnit; 6] = [
    AutoUnit::Second,
    AutoUnit::Minute,
    AutoUnit::Hour,
    AutoUnit::Day,
    AutoUnit::Month,
    AutoUnit::Year,
];

impl AutoUnit {
    /// By Elasticsearch's name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "second" => Self::Second,
            "minute" => Self::Minute,
            "hour" => Self::Hour,
            "day" => Self::Day,
            "month" => Self::Month,
            "year" => Self::Year,
            _ => return None,
        })
    }

    /// How many of a unit a bucket may be.
    fn counts(self) -> &'static [usize] {
        match self {
            Self::Second | Self::Minute => &[1, 5, 10, 30],
            Self::Hour => &[1, 3, 12],
            Self::Day => &[1, 7],
            Self::Month => &[1, 3],
            Self::Year => &[1, 5, 10, 20, 50, 100],
        }
    }

    /// Milliseconds of one, about.
    fn about(self) -> i64 {
        const DAY: i64 = 86_400_000;
        match self {
            Self::Second => 1_000,
            Self::Minute => 60_000,
            Self::Hour => 3_600_000,
            Self::Day => DAY,
            Self::Month => 30 * DAY,
            Self::Year => 365 * DAY,
        }
    }

    /// The letter behind the count.
    pub fn letter(self) -> char {
        match self {
            Self::Second => 's',
            Self::Minute => 'm',
            Self::Hour => 'h',
            Self::Day => 'd',
            Self::Month => 'M',
            Self::Year => 'y',
        }
    }

    /// The start of the unit that holds a point; the point itself when there is no such time.
    fn start(self, instant: i64, zone: &TimeZone) -> i64 {
        let Ok(timestamp) = Timestamp::from_millisecond(instant) else {
            return instant;
        };
        let own = timestamp.to_zoned_datetime(zone.clone());
        let round = |unit: Unit| {
            let mode = jiff::RoundMode::Trunc;
            own.round(ZonedDateTimeRound::new().smallest(unit).mode(mode))
                .ok()
        };
        let start = match self {
            Self::Second => round(Unit::Second),
            Self::Minute => round(Unit::Minute),
            Self::Hour => round(Unit::Hour),
            Self::Day => own.start_of_day().ok(),
            Self::Month => own.first_of_month().and_then(|day| day.start_of_day()).ok(),
            Self::Year => own.first_of_year().and_then(|day| day.start_of_day()).ok(),
        };
        start.map_or(instant, |start| start.timestamp().as_millisecond())
    }

    /// The start of the unit behind one that starts there.
    fn next(self, start: i64, zone: &TimeZone) -> i64 {
        let span = match self {
            Self::Second => 1.second(),
            Self::Minute => 1.minute(),
            Self::Hour => 1.hour(),
            Self::Day => 1.day(),
            Self::Month => 1.month(),
            Self::Year => 1.year(),
        };
        let next = Timestamp::from_millisecond(start)
            .ok()
            .and_then(|start| start.to_zoned_datetime(zone.clone()).checked_add(span).ok());
        next.map_or(i64::MAX, |next| next.timestamp().as_millisecond())
    }
}

impl AutoWidth {
    /// Such as `12h`.
    pub fn text(&self) -> String {
        format!("{}{}", self.count, self.unit.letter())
    }
}

impl AutoDateHistogram {
    /// The units that buckets may be multiples of, the smallest first.
    pub fn units(&self) -> impl Iterator<Item = AutoUnit> {
        let least = self.least;
        ALL.into_iter().filter(move |unit| *unit >= least)
    }

    /// Whether a span of time is so long that its buckets are no multiples of the unit at this place among
    /// [`AutoDateHistogram::units`].
    pub fn spans_many(&self, place: usize, first: i64, last: i64) -> bool {
        let Some(unit) = self.units().nth(place) else {
            return false;
        };
        last.saturating_sub(first) / unit.about() > 2 * self.most(unit) as i64
    }

    /// So many of a unit fit into the buckets.
    fn most(&self, unit: AutoUnit) -> usize {
        self.buckets * unit.counts().last().copied().unwrap_or(1)
    }

    /// The width for points in time from the first to the last, in milliseconds: the narrowest of which there
    /// are not too many.
    pub fn width(&self, first: i64, last: i64) -> AutoWidth {
        let mut chosen = None;
        for unit in self.units() {
            let most = self.most(unit);
            let start = unit.start(first, &self.time_zone);
            let is_last = unit == AutoUnit::Year;
            // More are not worth being counted one by one.
            let about = last.saturating_sub(start) / unit.about();
            if about > 2 * most as i64 && !is_last {
                continue;
            }
            let most_starts = if is_last { usize::MAX } else { most + 2 };
            let starts = self.starts(unit, start, last, most_starts);
            if starts.len() - 1 <= most || is_last {
                chosen = Some((unit, starts));
                break;
            }
        }
        let (unit, starts) = chosen.unwrap_or((AutoUnit::Year, vec![first, last]));
        let units = starts.len() - 1;
        let fits = |count: &&usize| units.div_ceil(**count) <= self.buckets;
        let count = match units > self.buckets {
            true => {
                let widest = unit.counts().last();
                let fitting = unit.counts().iter().find(fits).or(widest);
                fitting.copied().unwrap_or(1)
            }
            false => 1,
        };
        let end = starts.last().copied().unwrap_or(last);
        let mut kept: Vec<i64> = starts[..units].iter().copied().step_by(count).collect();
        kept.push(end);
        AutoWidth {
            unit,
            count,
            starts: kept,
        }
    }

    /// The starts of all units up to the one that holds the last point, and that one's end; no more than so many.
    fn starts(&self, unit: AutoUnit, start: i64, last: i64, most: usize) -> Vec<i64> {
        let mut starts = vec![start];
        let mut at = start;
        while at <= last && starts.len() < most {
            let next = unit.next(at, &self.time_zone);
            if next <= at {
                break;
            }
            starts.push(next);
            at = next;
        }
        starts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn width(buckets: usize, first: &str, last: &str) -> (String, usize) {
        let auto = AutoDateHistogram {
            field: "t".to_owned(),
            buckets,
            time_zone: TimeZone::UTC,
            least: AutoUnit::Second,
        };
        let at = |text: &str| {
            let timestamp: Timestamp = text.parse().expect("a time");
            timestamp.as_millisecond()
        };
        let width = auto.width(at(first), at(last));
        (
            format!("{}{}", width.count, width.unit.letter()),
            width.starts.len() - 1,
        )
    }

    /// As OpenSearch 2.19.0 chooses.
    #[test]
    fn the_narrowest_width_is_chosen_of_which_there_are_not_too_many() {
        let (first, last) = ("2026-01-01T01:00:00Z", "2026-01-05T02:00:00Z");
        for (buckets, interval, found) in [
            (1, "7d", 1),
            (3, "7d", 1),
            (5, "1d", 5),
            (10, "12h", 9),
            (20, "12h", 9),
            (100, "1h", 98),
            (200, "30m", 195),
        ] {
            let expected = (interval.to_owned(), found);
            assert_eq!(width(buckets, first, last), expected, "{buckets}");
        }
        assert_eq!(width(3, first, first), ("1s".to_owned(), 1));
        assert_eq!(
            width(4, first, "2026-01-01T05:00:00Z"),
            ("3h".to_owned(), 2)
        );
    }

    #[test]
    fn the_longest_span_of_all_has_few_buckets() {
        let auto = AutoDateHistogram {
            field: "t".to_owned(),
            buckets: 10,
            time_zone: TimeZone::UTC,
            least: AutoUnit::Second,
        };
        for first in [-1_000, i64::MIN] {
            let width = auto.width(first, i64::MAX);
            assert_eq!(width.unit, AutoUnit::Year);
            assert!(width.starts.len() < 1_000, "{}", width.starts.len());
        }
    }
}
