//! Points and ranges in time. Milliseconds since the Unix epoch, UTC, everywhere.

#[cfg(feature = "openapi")]
mod schema;
mod utc;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time with the resolution of an event: one millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Text or a number that is no point in time we can read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no timestamp; use ISO 8601 such as 2026-01-31T12:00:00.000Z, or an epoch")]
pub struct BadTimestamp {
    pub given: String,
}

impl Timestamp {
    /// The earliest and latest points that ISO 8601 with four-digit years can write.
    const RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

    /// The point `millisecond` after the epoch, held within the years 1 to 9999.
    pub fn from_millisecond(millisecond: i64) -> Self {
        Self(millisecond.clamp(*Self::RANGE.start(), *Self::RANGE.end()))
    }

    /// Now, by the machine's clock.
    pub fn now() -> Self {
        Self::from_millisecond(jiff::Timestamp::now().as_millisecond())
    }

    /// Milliseconds since the epoch.
    pub fn as_millisecond(self) -> i64 {
        self.0
    }

    /// `YYYY.MM.DD`, the end of a daily index's name.
    pub fn index_day(self) -> String {
        self.to_jiff().strftime("%Y.%m.%d").to_string()
    }

    /// Reads ISO 8601 with an offset or without (then UTC), with `T` or a space, or a date alone.
    ///
    /// # Errors
    /// When the text is none of these.
    pub fn parse(text: &str) -> Result<Self, BadTimestamp> {
        if let Some(millisecond) = utc::parse(text) {
            return Ok(Self(millisecond));
        }
        let bad = || BadTimestamp {
            given: text.to_owned(),
        };
        let trimmed = text.trim();
        if let Ok(instant) = trimmed.parse::<jiff::Timestamp>() {
            return Ok(Self::from_millisecond(instant.as_millisecond()));
        }
        // A civil time or a date alone is read as UTC.
        let civil: jiff::civil::DateTime = trimmed.parse().map_err(|_| bad())?;
        let instant = jiff::tz::TimeZone::UTC
            .to_timestamp(civil)
            .map_err(|_| bad())?;
        Ok(Self::from_millisecond(instant.as_millisecond()))
    }

    /// Reads an epoch number whose unit (seconds to nanoseconds) its size tells.
    pub fn from_epoch(number: f64) -> Self {
        let magnitude = number.abs();
        // 1e11 s is the year 5138, 1e11 ms is 1973: the steps leave no doubt for real events.
        let milliseconds = if magnitude < 1e11 {
            number * 1e3
        } else if magnitude < 1e14 {
            number
        } else if magnitude < 1e17 {
            number / 1e3
        } else {
            number / 1e6
        };
        Self::from_millisecond(milliseconds as i64)
    }

    /// Reads a JSON value: text as [`Timestamp::parse`] does, numbers as epochs.
    pub fn from_json(value: &serde_json::Value) -> Option<Self> {
        match value {
            serde_json::Value::String(text) => Self::parse(text).ok(),
            serde_json::Value::Number(number) => number.as_f64().map(Self::from_epoch),
            _ => None,
        }
    }

    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).expect("held within the years 1 to 9999")
    }
}

impl fmt::Display for Timestamp {
    /// `2026-01-31T12:00:00.000Z`, always with milliseconds.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}",
            self.to_jiff().strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
        )
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A half-open range of time in milliseconds: `from <= t < to`. `None` is unbounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    pub from: Option<i64>,
    pub to: Option<i64>,
}

impl TimeRange {
    /// All of time.
    pub const ALL: TimeRange = TimeRange {
        from: None,
        to: None,
    };

    /// Whether the point lies in the range.
    pub fn contains(&self, millisecond: i64) -> bool {
        self.from.is_none_or(|from| millisecond >= from)
            && self.to.is_none_or(|to| millisecond < to)
    }

    /// Whether any point of `first..=last` lies in the range.
    pub fn overlaps(&self, first: i64, last: i64) -> bool {
        self.from.is_none_or(|from| last >= from) && self.to.is_none_or(|to| first < to)
    }

    /// The points that lie in both.
    #[must_use]
    pub fn intersect(&self, other: &TimeRange) -> TimeRange {
        let later = |a: Option<i64>, b: Option<i64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        let earlier = |a: Option<i64>, b: Option<i64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        TimeRange {
            from: later(self.from, other.from),
            to: earlier(self.to, other.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_that_agents_write() {
        let noon = Timestamp::from_millisecond(1_769_860_800_000);
        for text in [
            "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00.000Z",
            "2026-01-31T13:00:00+01:00",
            "2026-01-31T12:00:00.000000",
            "2026-01-31 12:00:00",
        ] {
            assert_eq!(Timestamp::parse(text), Ok(noon), "{text}");
        }
        assert_eq!(Timestamp::from_epoch(1_769_860_800.0), noon);
        assert_eq!(Timestamp::from_epoch(1_769_860_800_000.0), noon);
        assert_eq!(Timestamp::from_epoch(1_769_860_800_000_000.0), noon);
        assert!(Timestamp::parse("yesterday").is_err());
        assert_eq!(noon.to_string(), "2026-01-31T12:00:00.000Z");
        assert_eq!(noon.index_day(), "2026.01.31");
    }

    #[test]
    fn ranges_are_half_open() {
        let range = TimeRange {
            from: Some(10),
            to: Some(20),
        };
        assert!(range.contains(10) && !range.contains(20));
        assert!(range.overlaps(0, 10) && !range.overlaps(20, 30));
        assert_eq!(
            range.intersect(&TimeRange {
                from: Some(15),
                to: None
            }),
            TimeRange {
                from: Some(15),
                to: Some(20)
            }
        );
    }
}
