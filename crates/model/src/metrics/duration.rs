//! Prometheus's way to write spans of time, such as `1h30m`: for configuration, rules and PromQL alike.
//!
//! Never negative; the sign of an offset belongs to PromQL's syntax.

use std::time::Duration;

/// Largest first: the order in which they have to be written.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 24 * 3_600_000),
    ("w", 7 * 24 * 3_600_000),
    ("d", 24 * 3_600_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// A text that is no span of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDuration {
    #[error("empty duration string")]
    Empty,
    #[error("not a valid duration string: {text:?}; write it as 30s, 5m or 1h30m")]
    Malformed { text: String },
    #[error("duration out of range: {text:?}")]
    OutOfRange { text: String },
}

/// Reads numbers with units from `y` down to `ms`, each unit at most once, largest first; or `0`.
///
/// # Errors
/// When the text is anything else, or longer than Prometheus can count (292 years).
pub fn parse(text: &str) -> Result<Duration, InvalidDuration> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    if text.is_empty() {
        return Err(InvalidDuration::Empty);
    }
    let malformed = || InvalidDuration::Malformed {
        text: text.to_owned(),
    };
    let out_of_range = || InvalidDuration::OutOfRange {
        text: text.to_owned(),
    };
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut milliseconds = 0_u64;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let (_, factor) = units
            .find(|(name, _)| *name == unit)
            .ok_or_else(malformed)?;
        if number.is_empty() {
            return Err(malformed());
        }
        let number: u64 = number.parse().map_err(|_| out_of_range())?;
        milliseconds = number
            .checked_mul(*factor)
            .and_then(|part| milliseconds.checked_add(part))
            .filter(|sum| *sum <= i64::MAX as u64 / 1_000_000)
            .ok_or_else(out_of_range)?;
        rest = after;
    }
    Ok(Duration::from_millis(milliseconds))
}

/// Writes a span as Prometheus does: years, weeks and days only when nothing is left of them; fractions
/// of a millisecond are cut off.
pub fn format(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    if rest == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (unit, factor) in UNITS {
        let whole_only = matches!(unit, "y" | "w" | "d");
        if whole_only && !rest.is_multiple_of(factor) {
            continue;
        }
        let number = rest / factor;
        if number > 0 {
            text.push_str(&format!("{number}{unit}"));
            rest -= number * factor;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_as_prometheus_does() {
        for (text, milliseconds, written) in [
            ("0", 0, "0s"),
            ("0w", 0, "0s"),
            ("0s", 0, "0s"),
            ("324ms", 324, "324ms"),
            ("3s", 3_000, "3s"),
            ("5m", 300_000, "5m"),
            ("1h", 3_600_000, "1h"),
            ("4d", 4 * 86_400_000, "4d"),
            ("4d1h", 4 * 86_400_000 + 3_600_000, "97h"),
            ("14d", 14 * 86_400_000, "2w"),
            ("3w2d1h", 23 * 86_400_000 + 3_600_000, "553h"),
            ("10y", 3_650 * 86_400_000, "10y"),
            ("90s", 90_000, "1m30s"),
        ] {
            let duration = parse(text).expect(text);
            assert_eq!(duration.as_millis(), milliseconds, "{text}");
            assert_eq!(format(duration), written, "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        assert_eq!(parse(""), Err(InvalidDuration::Empty));
        for text in [
            "1", "1y1m1d", "-1w", "1.5d", "d", "5s5m", "1s1s", "1 s", "1x", "1é",
        ] {
            assert!(
                matches!(parse(text), Err(InvalidDuration::Malformed { .. })),
                "{text}"
            );
        }
        for text in ["293y", "99999999999999999999s", "18446744073709551615y"] {
            assert!(
                matches!(parse(text), Err(InvalidDuration::OutOfRange { .. })),
                "{text}"
            );
        }
    }
}
