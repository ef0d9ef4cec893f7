//! What numbers and durations are worth.

use super::error::{Fault, Parsed};
use super::token::{Kind, Token};
use crate::quoting::quoted;

/// Nanoseconds that fit into the clock of Prometheus, in seconds.
const LONGEST_SECONDS: f64 = 9_223_372_036.854_776;

/// Whether a length of that many seconds is too long for Prometheus, in either direction.
pub(super) fn is_out_of_range(seconds: f64) -> bool {
    !(-LONGEST_SECONDS..=LONGEST_SECONDS).contains(&seconds) && !seconds.is_nan()
}

/// Milliseconds, from seconds that are within the range. What is below a millisecond is cut off, after
/// rounding to nanoseconds.
pub(super) fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64 / 1_000_000
}

/// The value of a number, or of a duration in seconds.
pub(super) fn value(token: Token<'_>) -> Parsed<f64> {
    if token.kind == Kind::Duration {
        return duration_milliseconds(token.text)
            .map(|milliseconds| milliseconds as f64 / 1e3)
            .map_err(|message| Fault::new(token.start, message));
    }
    number(token.text).map_err(|reason| {
        Fault::new(
            token.start,
            format!(
                "error parsing number: strconv.ParseFloat: parsing {}: {reason}",
                quoted(token.text)
            ),
        )
    })
}

/// A number as Go reads it: whole ones in any base that their prefix names, others in base ten.
pub(crate) fn number(text: &str) -> Result<f64, &'static str> {
    const SYNTAX: &str = "invalid syntax";
    if !underscores_separate_digits(text) {
        return Err(SYNTAX);
    }
    let plain = text.replace('_', "");
    if let Some(whole) = integer(&plain) {
        return Ok(whole as f64);
    }
    match plain.to_ascii_lowercase().as_str() {
        "nan" => return Ok(f64::NAN),
        "inf" => return Ok(f64::INFINITY),
        _ => {}
    }
    let value: f64 = plain.parse().map_err(|_| SYNTAX)?;
    if value.is_infinite() {
        return Err("value out of range");
    }
    Ok(value)
}

fn integer(text: &str) -> Option<i64> {
    let lower = text.to_ascii_lowercase();
    match lower.strip_prefix("0x") {
        Some(hexadecimal) => i64::from_str_radix(hexadecimal, 16).ok(),
        None if lower.len() > 1 && lower.starts_with('0') => i64::from_str_radix(&lower, 8).ok(),
        None => lower.parse().ok(),
    }
}

/// Underscores may stand between digits, and between a prefix and a digit.
fn underscores_separate_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let hexadecimal = matches!(bytes, [b'0', b'x' | b'X', ..]);
    let is_digit = |byte: Option<&u8>| {
        byte.is_some_and(|byte| {
            byte.is_ascii_digit()
                || (hexadecimal && (byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X')))
        })
    };
    bytes.iter().enumerate().all(|(place, byte)| {
        *byte != b'_'
            || (place > 0 && is_digit(bytes.get(place - 1)) && is_digit(bytes.get(place + 1)))
    })
}

/// A duration such as `1h30m`: units in descending order, each at most once.
pub(crate) fn duration_milliseconds(text: &str) -> Result<i64, String> {
    const UNITS: [(&str, u64); 7] = [
        ("y", 365 * 24 * 3_600_000),
        ("w", 7 * 24 * 3_600_000),
        ("d", 24 * 3_600_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];
    // The clock of Prometheus has 64 bits of nanoseconds.
    const LONGEST: u64 = i64::MAX as u64 / 1_000_000;
    match text {
        "" => return Err("empty duration string".to_owned()),
        "0" => return Ok(0),
        _ => {}
    }
    let no_duration = || format!("not a valid duration string: {}", quoted(text));
    let (mut rest, mut next_unit, mut total) = (text, 0, 0_u64);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (count, after) = rest.split_at(digits);
        let letters = after
            .bytes()
            .take_while(|byte| !byte.is_ascii_digit())
            .count();
        let (unit, after) = after.split_at(letters);
        let count: u64 = count.parse().map_err(|_| no_duration())?;
        if unit.is_empty() {
            return Err(no_duration());
        }
        let place = UNITS
            .iter()
            .position(|(name, _)| *name == unit)
            .ok_or_else(|| format!("unknown unit {} in duration {}", quoted(unit), quoted(text)))?;
        if place < next_unit {
            return Err(no_duration());
        }
        next_unit = place + 1;
        total = count
            .checked_mul(UNITS[place].1)
            .and_then(|length| total.checked_add(length))
            .filter(|total| *total <= LONGEST)
            .ok_or("duration out of range")?;
        rest = after;
    }
    Ok(total as i64)
}
