//! Points in time as queries write them: dates, epochs and date math such as `now-1d/d`.
//!
//! A text that leaves parts open (`2026-01-31`, `now/d`) means a stretch of time; which end of it a
//! bound takes is its kind's: `gt` and `lte` take the last millisecond, `gte` and `lt` the first.
//! This module never reads the clock: the caller says what `now` is.

pub mod format;
mod show;

use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Unit};
use swarmscope_model::Timestamp;

pub use format::Format;

/// Which end of the stretch a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Its first millisecond: `gte` and `lt`.
    Down,
    /// Its last millisecond: `gt` and `lte`.
    Up,
}

/// What a text cannot say by itself.
#[derive(Debug, Clone)]
pub struct Clock {
    pub now: Timestamp,
    /// Where days begin, and what a date without an offset is in.
    pub time_zone: TimeZone,
}

impl Clock {
    /// UTC, with this `now`.
    pub fn utc(now: Timestamp) -> Self {
        Self {
            now,
            time_zone: TimeZone::UTC,
        }
    }
}

/// Why a text is no point in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateMathError {
    #[error("failed to parse date field [{given}] with format [{format}]")]
    NoDate { given: String, format: String },
    #[error("operator not supported for date math [{math}]")]
    Operator { math: String },
    #[error("truncated date math [{math}]")]
    Truncated { math: String },
    #[error("unit [{unit}] not supported for date math [{math}]")]
    UnknownUnit { unit: char, math: String },
    #[error("rounding `/` can only be used on single unit types [{math}]")]
    RoundedNumber { math: String },
    #[error("date math [{math}] leaves the years 1 to 9999")]
    OutOfRange { math: String },
    #[error(
        "unknown time zone [{given}]; use an offset such as +01:00 or a name such as Europe/Berlin"
    )]
    TimeZone { given: String },
    #[error("Invalid format: [{given}]: {reason}")]
    Format { given: String, reason: &'static str },
}

/// The millisecond that a text means.
///
/// # Errors
/// When it is neither a date in one of the format's forms nor date math.
pub fn instant(
    text: &str,
    rounding: Rounding,
    format: &Format,
    clock: &Clock,
) -> Result<i64, DateMathError> {
    if let Some(math) = text.strip_prefix("now") {
        return calculate(clock.now.as_millisecond(), math, rounding, &clock.time_zone);
    }
    match text.split_once("||") {
        None => format.instant(text, rounding, &clock.time_zone),
        Some((date, math)) => {
            let base = format.instant(date, Rounding::Down, &clock.time_zone)?;
            calculate(base, math, rounding, &clock.time_zone)
        }
    }
}

/// The point in time that a text means, in the forms that a date field understands by itself.
///
/// # Errors
/// When it is neither a date nor date math.
pub fn resolve(
    text: &str,
    now: Timestamp,
    time_zone: &TimeZone,
    rounding: Rounding,
) -> Result<Timestamp, DateMathError> {
    let clock = Clock {
        now,
        time_zone: time_zone.clone(),
    };
    instant(text, rounding, &Format::default(), &clock).map(Timestamp::from_millisecond)
}

/// Reads `+01:00`, `Z`, `UTC` or a name of the time zone database.
///
/// # Errors
/// When there is no such time zone.
pub fn time_zone(text: &str) -> Result<TimeZone, DateMathError> {
    if let Some(offset) = format::offset(text) {
        return Ok(TimeZone::fixed(offset));
    }
    TimeZone::get(text).map_err(|_| DateMathError::TimeZone {
        given: text.to_owned(),
    })
}

/// The local time at a millisecond.
fn local(millisecond: i64, zone: &TimeZone) -> DateTime {
    let point = Timestamp::from_millisecond(millisecond).as_millisecond();
    let point = jiff::Timestamp::from_millisecond(point).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    zone.to_datetime(point)
}

/// The millisecond of a local time; in a gap or overlap the way clocks usually show it.
fn global(time: DateTime, zone: &TimeZone) -> Option<i64> {
    zone.to_timestamp(time)
        .ok()
        .map(|point| point.as_millisecond())
}

fn calculate(
    base: i64,
    math: &str,
    rounding: Rounding,
    zone: &TimeZone,
) -> Result<i64, DateMathError> {
    let owned = || math.to_owned();
    let mut millisecond = base;
    let mut rest = math.chars().peekable();
    while let Some(operator) = rest.next() {
        let sign = match operator {
            '/' | '+' => 1,
            '-' => -1,
            _ => return Err(DateMathError::Operator { math: owned() }),
        };
        let mut number: Option<i64> = None;
        while let Some(digit) = rest.peek().and_then(|character| character.to_digit(10)) {
            let larger = number
                .unwrap_or(0)
                .checked_mul(10)
                .and_then(|n| n.checked_add(digit.into()));
            number = Some(larger.ok_or_else(|| DateMathError::OutOfRange { math: owned() })?);
            rest.next();
        }
        let letter = rest
            .next()
            .ok_or_else(|| DateMathError::Truncated { math: owned() })?;
        let unit = unit(letter).ok_or_else(|| DateMathError::UnknownUnit {
            unit: letter,
            math: owned(),
        })?;
        let moved = if operator == '/' {
            if number.unwrap_or(1) != 1 {
                return Err(DateMathError::RoundedNumber { math: owned() });
            }
            round(millisecond, unit, rounding, zone)
        } else {
            add(millisecond, sign * number.unwrap_or(1), unit, zone)
        };
        millisecond = moved.ok_or_else(|| DateMathError::OutOfRange { math: owned() })?;
    }
    Ok(millisecond)
}

fn unit(letter: char) -> Option<Unit> {
    Some(match letter {
        'y' => Unit::Year,
        'M' => Unit::Month,
        'w' => Unit::Week,
        'd' => Unit::Day,
        'h' | 'H' => Unit::Hour,
        'm' => Unit::Minute,
        's' => Unit::Second,
        _ => return None,
    })
}

fn add(millisecond: i64, number: i64, unit: Unit, zone: &TimeZone) -> Option<i64> {
    let exact = |width: i64| {
        number
            .checked_mul(width)
            .and_then(|ms| millisecond.checked_add(ms))
    };
    let span = match unit {
        Unit::Year => Span::new().try_years(number).ok()?,
        Unit::Month => Span::new().try_months(number).ok()?,
        Unit::Week => Span::new().try_weeks(number).ok()?,
        Unit::Day => Span::new().try_days(number).ok()?,
        Unit::Hour => return exact(3_600_000),
        Unit::Minute => return exact(60_000),
        _ => return exact(1_000),
    };
    global(local(millisecond, zone).checked_add(span).ok()?, zone)
}

/// The start of the unit that the millisecond lies in, or its last millisecond.
fn round(millisecond: i64, unit: Unit, rounding: Rounding, zone: &TimeZone) -> Option<i64> {
    let time = local(millisecond, zone);
    let floor = match unit {
        Unit::Year => time.first_of_year().date().to_datetime(Time::midnight()),
        Unit::Month => time.first_of_month().date().to_datetime(Time::midnight()),
        Unit::Week => {
            let days = i64::from(time.weekday().since(Weekday::Monday));
            time.date()
                .checked_sub(Span::new().days(days))
                .ok()?
                .to_datetime(Time::midnight())
        }
        Unit::Day => time.date().to_datetime(Time::midnight()),
        Unit::Hour => time
            .with()
            .minute(0)
            .second(0)
            .subsec_nanosecond(0)
            .build()
            .ok()?,
        Unit::Minute => time.with().second(0).subsec_nanosecond(0).build().ok()?,
        _ => time.with().subsec_nanosecond(0).build().ok()?,
    };
    let start = global(floor, zone)?;
    match rounding {
        Rounding::Down => Some(start),
        Rounding::Up => add(start, 1, unit, zone).map(|next| next - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday.
    const NOW: &str = "2026-01-31T12:34:56.789Z";

    fn clock(zone: &str) -> Clock {
        Clock {
            now: Timestamp::parse(NOW).expect("a timestamp"),
            time_zone: time_zone(zone).expect("a time zone"),
        }
    }

    fn shown(text: &str, rounding: Rounding, zone: &str) -> String {
        match instant(text, rounding, &Format::default(), &clock(zone)) {
            Ok(millisecond) => Timestamp::from_millisecond(millisecond).to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn date_math_adds_and_rounds_by_the_kind_of_bound() {
        for (text, down, up) in [
            ("now", NOW, NOW),
            (
                "now-1d",
                "2026-01-30T12:34:56.789Z",
                "2026-01-30T12:34:56.789Z",
            ),
            (
                "now-1d/d",
                "2026-01-30T00:00:00.000Z",
                "2026-01-30T23:59:59.999Z",
            ),
            (
                "now/w",
                "2026-01-26T00:00:00.000Z",
                "2026-02-01T23:59:59.999Z",
            ),
            (
                "now+1M/M",
                "2026-02-01T00:00:00.000Z",
                "2026-02-28T23:59:59.999Z",
            ),
            (
                "now/y",
                "2026-01-01T00:00:00.000Z",
                "2026-12-31T23:59:59.999Z",
            ),
            (
                "now-m/m",
                "2026-01-31T12:33:00.000Z",
                "2026-01-31T12:33:59.999Z",
            ),
            (
                "2026-01-31||+1M/d",
                "2026-02-28T00:00:00.000Z",
                "2026-02-28T23:59:59.999Z",
            ),
            (
                "2026-01-31",
                "2026-01-31T00:00:00.000Z",
                "2026-01-31T23:59:59.999Z",
            ),
            (
                "2026-01-31T10",
                "2026-01-31T10:00:00.000Z",
                "2026-01-31T10:59:59.999Z",
            ),
            (
                "2026",
                "2026-01-01T00:00:00.000Z",
                "2026-12-31T23:59:59.999Z",
            ),
            (
                "1769860800000",
                "2026-01-31T12:00:00.000Z",
                "2026-01-31T12:00:00.000Z",
            ),
        ] {
            assert_eq!(shown(text, Rounding::Down, "UTC"), down, "{text} down");
            assert_eq!(shown(text, Rounding::Up, "UTC"), up, "{text} up");
        }
    }

    #[test]
    fn the_time_zone_decides_where_days_begin() {
        assert_eq!(
            shown("now/d", Rounding::Down, "+13:00"),
            "2026-01-31T11:00:00.000Z"
        );
        assert_eq!(
            shown("2026-01-31", Rounding::Down, "Europe/Berlin"),
            "2026-01-30T23:00:00.000Z"
        );
        assert_eq!(
            shown("2026-01-31T00:00:00Z", Rounding::Down, "+02:00"),
            "2026-01-31T00:00:00.000Z"
        );
        // The day on which Berlin's clocks skip an hour has 23 of them.
        assert_eq!(
            shown("2026-03-29||/d", Rounding::Up, "Europe/Berlin"),
            "2026-03-29T21:59:59.999Z"
        );
        assert!(time_zone("Mars/Olympus").is_err());
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, message) in [
            ("now*1d", "operator not supported for date math [*1d]"),
            ("now-1", "truncated date math [-1]"),
            ("now-1q", "unit [q] not supported for date math [-1q]"),
            (
                "now/2d",
                "rounding `/` can only be used on single unit types [/2d]",
            ),
            (
                "now+9999999y",
                "date math [+9999999y] leaves the years 1 to 9999",
            ),
            (
                "yesterday",
                "failed to parse date field [yesterday] with format [strict_date_optional_time||epoch_millis]",
            ),
        ] {
            assert_eq!(shown(text, Rounding::Down, "UTC"), message);
        }
    }
}
