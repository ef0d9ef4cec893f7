//! Widths of time buckets and offsets: `30s`, `1d`, `month`, `+6h`.

use crate::aggregate::{CalendarUnit, Interval};

/// A fixed width: a number and one of `ms s m h d`.
pub(in crate::elastic) fn fixed(text: &str) -> Option<i64> {
    let digits = text.find(|character: char| !character.is_ascii_digit())?;
    let number: i64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" | "H" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(unit).filter(|width| *width > 0)
}

/// A calendar unit by its name or as one of it.
pub(super) fn calendar(text: &str) -> Option<CalendarUnit> {
    Some(match text {
        "minute" | "1m" => CalendarUnit::Minute,
        "hour" | "1h" => CalendarUnit::Hour,
        "day" | "1d" => CalendarUnit::Day,
        "week" | "1w" => CalendarUnit::Week,
        "month" | "1M" => CalendarUnit::Month,
        "quarter" | "1q" => CalendarUnit::Quarter,
        "year" | "1y" => CalendarUnit::Year,
        _ => return None,
    })
}

/// Milliseconds of a calendar unit on average, or of a fixed width.
pub(super) fn unit(text: &str) -> Option<f64> {
    const MONTH: f64 = 2_629_746_000.0;
    Some(match text {
        "second" | "1s" => 1_000.0,
        _ => match calendar(text) {
            Some(CalendarUnit::Minute) => 60_000.0,
            Some(CalendarUnit::Hour) => 3_600_000.0,
            Some(CalendarUnit::Day) => 86_400_000.0,
            Some(CalendarUnit::Week) => 604_800_000.0,
            Some(CalendarUnit::Month) => MONTH,
            Some(CalendarUnit::Quarter) => 3.0 * MONTH,
            Some(CalendarUnit::Year) => 12.0 * MONTH,
            None => fixed(text)? as f64,
        },
    })
}

/// What `interval` meant before Elasticsearch 7.2: a calendar unit, else a fixed width.
pub(super) fn either(text: &str) -> Option<Interval> {
    match text {
        "second" => Some(Interval::Fixed(1_000)),
        _ => calendar(text)
            .map(Interval::Calendar)
            .or_else(|| fixed(text).map(Interval::Fixed)),
    }
}

/// An offset: a width with a sign, or milliseconds.
pub(super) fn offset(text: &str) -> Option<i64> {
    if let Ok(milliseconds) = text.parse() {
        return Some(milliseconds);
    }
    match text.strip_prefix('-') {
        Some(rest) => fixed(rest).map(|width| -width),
        None => fixed(text.strip_prefix('+').unwrap_or(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read() {
        assert_eq!(fixed("90s"), Some(90_000));
        assert_eq!(
            (fixed("1M"), fixed("0s"), fixed("s"), fixed("5")),
            (None, None, None, None)
        );
        assert_eq!(either("1d"), Some(Interval::Calendar(CalendarUnit::Day)));
        assert_eq!(either("2d"), Some(Interval::Fixed(172_800_000)));
        assert_eq!(
            (offset("+6h"), offset("-1d"), offset("250")),
            (Some(21_600_000), Some(-86_400_000), Some(250))
        );
    }
}
