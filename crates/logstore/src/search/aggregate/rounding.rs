//! The start of the time bucket that a point in time is in.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use swarmscope_query::aggregate::{CalendarUnit, DateHistogram, Interval};

/// Rounds points in time down to the starts of buckets.
#[derive(Debug, Clone)]
pub struct Rounding {
    interval: Interval,
    offset: i64,
    zone: TimeZone,
    utc: bool,
    /// The last bucket found, `start..next`: times that come one after the other share it.
    last: Option<(i64, i64)>,
}

impl Rounding {
    /// As the histogram asks.
    pub fn new(histogram: &DateHistogram) -> Self {
        Self {
            interval: match histogram.interval {
                Interval::Fixed(width) => Interval::Fixed(width.max(1)),
                calendar => calendar,
            },
            offset: histogram.offset_ms,
            utc: histogram.time_zone == TimeZone::UTC,
            zone: histogram.time_zone.clone(),
            last: None,
        }
    }

    /// The bucket that holds the point: its start, and where the next begins.
    pub fn bucket(&mut self, instant: i64) -> (i64, i64) {
        if let Some((start, next)) = self.last
            && (start..next).contains(&instant)
        {
            return (start, next);
        }
        let start = self.start(instant);
        let next = match (self.interval, self.utc) {
            (Interval::Fixed(width), true) => start.saturating_add(width),
            // Where a clock is put back, a bucket may end before the instant that asked for it.
            _ => self.last.map_or(start, |(_, next)| next),
        };
        (start, next)
    }

    /// The start of the bucket that holds the point.
    pub fn start(&mut self, instant: i64) -> i64 {
        if let (Interval::Fixed(width), true) = (self.interval, self.utc) {
            let shifted = instant.saturating_sub(self.offset);
            return shifted
                .div_euclid(width)
                .saturating_mul(width)
                .saturating_add(self.offset);
        }
        if let Some((start, next)) = self.last
            && (start..next).contains(&instant)
        {
            return start;
        }
        let start = self.start_of(instant.saturating_sub(self.offset));
        let next = self.next_of(start).saturating_add(self.offset);
        let start = start.saturating_add(self.offset);
        self.last = (next > start).then_some((start, next));
        start
    }

    fn start_of(&self, instant: i64) -> i64 {
        let floor = self.floor(self.local(instant));
        let first = self.instant(floor);
        match self.repeats().then(|| self.second_instant(floor)) {
            Some(second) if second <= instant => second,
            _ => first.min(instant),
        }
    }

    fn next_of(&self, start: i64) -> i64 {
        let next = self.instant(self.after(self.floor(self.local(start))));
        if !self.repeats() {
            return next;
        }
        let nearest = self.start_of(start.saturating_add(self.shortest()));
        match (nearest > start, next > start) {
            (true, true) => nearest.min(next),
            (true, false) => nearest,
            _ => next,
        }
    }

    /// Whether what the clock shows twice, when it is put back, are two buckets: hours are, a day begins once.
    fn repeats(&self) -> bool {
        use CalendarUnit::{Hour, Minute};
        matches!(
            self.interval,
            Interval::Fixed(_) | Interval::Calendar(Hour | Minute)
        )
    }

    /// The start of the bucket behind the one that begins at `start`.
    pub fn next(&mut self, start: i64) -> i64 {
        let next = self.next_of(start.saturating_sub(self.offset));
        let next = next.saturating_add(self.offset);
        // Where a clock is put back, local midnight may come twice.
        if next > start {
            next
        } else {
            start.saturating_add(self.shortest())
        }
    }

    /// The shortest that a bucket can be.
    pub fn shortest(&self) -> i64 {
        const MINUTE: i64 = 60_000;
        const DAY: i64 = 24 * 60 * MINUTE;
        match self.interval {
            Interval::Fixed(width) => width,
            Interval::Calendar(unit) => match unit {
                CalendarUnit::Minute => MINUTE,
                CalendarUnit::Hour => 60 * MINUTE,
                CalendarUnit::Day => DAY - 60 * MINUTE,
                CalendarUnit::Week => 7 * DAY - 60 * MINUTE,
                CalendarUnit::Month => 28 * DAY - 60 * MINUTE,
                CalendarUnit::Quarter => 90 * DAY - 60 * MINUTE,
                CalendarUnit::Year => 365 * DAY,
            },
        }
    }

    /// Milliseconds on the zone's clock since its 1970.
    fn local(&self, instant: i64) -> i64 {
        let Ok(timestamp) = Timestamp::from_millisecond(instant) else {
            return instant;
        };
        let offset = self.zone.to_offset(timestamp);
        instant + i64::from(offset.seconds()) * 1000
    }

    /// The point that the zone's clock shows so.
    fn instant(&self, local: i64) -> i64 {
        let Some(civil) = civil(local) else {
            return local;
        };
        self.zone
            .to_ambiguous_timestamp(civil)
            .compatible()
            .map_or(local, Timestamp::as_millisecond)
    }

    /// The last point that the zone's clock shows so.
    fn second_instant(&self, local: i64) -> i64 {
        let Some(civil) = civil(local) else {
            return local;
        };
        self.zone
            .to_ambiguous_timestamp(civil)
            .later()
            .map_or(local, Timestamp::as_millisecond)
    }

    fn floor(&self, local: i64) -> i64 {
        match self.interval {
            Interval::Fixed(width) => local.div_euclid(width).saturating_mul(width),
            Interval::Calendar(CalendarUnit::Minute) => local.div_euclid(60_000) * 60_000,
            Interval::Calendar(CalendarUnit::Hour) => local.div_euclid(3_600_000) * 3_600_000,
            Interval::Calendar(unit) => civil(local)
                .and_then(|civil| first_day(civil.date(), unit))
                .map_or(local, |day| {
                    millisecond(day.to_datetime(jiff::civil::Time::midnight()))
                }),
        }
    }

    fn after(&self, floor: i64) -> i64 {
        let unit = match self.interval {
            Interval::Fixed(width) => return floor.saturating_add(width),
            Interval::Calendar(unit) => unit,
        };
        let span = match unit {
            CalendarUnit::Minute => 1.minute(),
            CalendarUnit::Hour => 1.hour(),
            CalendarUnit::Day => 1.day(),
            CalendarUnit::Week => 1.week(),
            CalendarUnit::Month => 1.month(),
            CalendarUnit::Quarter => 3.months(),
            CalendarUnit::Year => 1.year(),
        };
        civil(floor)
            .and_then(|civil| civil.checked_add(span).ok())
            .map_or(i64::MAX, millisecond)
    }
}

fn civil(local: i64) -> Option<DateTime> {
    let timestamp = Timestamp::from_millisecond(local).ok()?;
    Some(TimeZone::UTC.to_datetime(timestamp))
}

fn millisecond(civil: DateTime) -> i64 {
    TimeZone::UTC
        .to_timestamp(civil)
        .map_or(i64::MAX, Timestamp::as_millisecond)
}

/// The first day of the unit that holds the day.
fn first_day(date: Date, unit: CalendarUnit) -> Option<Date> {
    match unit {
        CalendarUnit::Week => {
            let back = i64::from(date.weekday().to_monday_zero_offset());
            date.checked_sub(back.days()).ok()
        }
        CalendarUnit::Month => Some(date.first_of_month()),
        CalendarUnit::Quarter => {
            let month = (date.month() - 1) / 3 * 3 + 1;
            Date::new(date.year(), month, 1).ok()
        }
        CalendarUnit::Year => Some(date.first_of_year()),
        CalendarUnit::Minute | CalendarUnit::Hour | CalendarUnit::Day => Some(date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounding(interval: Interval, zone: &str, offset_ms: i64) -> Rounding {
        Rounding::new(&DateHistogram {
            field: "timestamp".into(),
            interval,
            offset_ms,
            time_zone: TimeZone::get(zone).expect("a time zone"),
            min_doc_count: 0,
            extended_bounds: None,
            hard_bounds: None,
            order: Vec::new(),
        })
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>()
            .expect("a timestamp")
            .as_millisecond()
    }

    #[test]
    fn calendar_units_begin_where_the_zone_says() {
        let mut month = rounding(Interval::Calendar(CalendarUnit::Month), "Europe/Berlin", 0);
        assert_eq!(
            month.start(at("2026-01-31T23:30:00Z")),
            at("2026-01-31T23:00:00Z")
        );
        assert_eq!(
            month.next(at("2026-01-31T23:00:00Z")),
            at("2026-02-28T23:00:00Z")
        );
        let mut week = rounding(Interval::Calendar(CalendarUnit::Week), "UTC", 0);
        assert_eq!(
            week.start(at("2026-02-01T12:00:00Z")),
            at("2026-01-26T00:00:00Z")
        );
        let mut quarter = rounding(Interval::Calendar(CalendarUnit::Quarter), "UTC", 0);
        assert_eq!(
            quarter.start(at("2026-06-30T12:00:00Z")),
            at("2026-04-01T00:00:00Z")
        );
    }

    #[test]
    fn days_are_23_hours_when_the_clock_is_put_forward() {
        let mut day = rounding(Interval::Calendar(CalendarUnit::Day), "Europe/Berlin", 0);
        let start = day.start(at("2026-03-29T10:00:00Z"));
        assert_eq!(start, at("2026-03-28T23:00:00Z"));
        assert_eq!(day.next(start), at("2026-03-29T22:00:00Z"));
    }

    #[test]
    fn an_hour_that_the_clock_shows_twice_is_two_buckets() {
        let mut hour = rounding(Interval::Calendar(CalendarUnit::Hour), "Europe/Berlin", 0);
        let starts = [
            "2026-10-24T23:00:00Z",
            "2026-10-25T00:00:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T02:00:00Z",
        ]
        .map(at);
        for (start, next) in starts.iter().zip(&starts[1..]) {
            assert_eq!(hour.start(start + 1_800_000), *start);
            assert_eq!(hour.next(*start), *next);
        }
        // Put forward, the hour that is not shown is none.
        let before = at("2026-03-29T00:00:00Z");
        assert_eq!(hour.next(before), at("2026-03-29T01:00:00Z"));
        assert_eq!(hour.start(before + 3_600_001), before + 3_600_000);
    }

    #[test]
    fn an_offset_moves_the_starts() {
        let mut fixed = rounding(Interval::Fixed(3_600_000), "UTC", 600_000);
        assert_eq!(
            fixed.start(at("2026-01-01T12:05:00Z")),
            at("2026-01-01T11:10:00Z")
        );
        assert_eq!(fixed.start(-1), -3_600_000 + 600_000);
        assert_eq!(
            fixed.next(at("2026-01-01T11:10:00Z")),
            at("2026-01-01T12:10:00Z")
        );
    }
}
