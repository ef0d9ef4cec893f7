//! Numbers with what belongs to them, and versions.

use crate::bytes::{at, digits, is_word};

/// Units that stand right behind a number, in small letters.
const UNITS: [&[u8]; 41] = [
    b"ns", b"us", b"ms", b"s", b"sec", b"secs", b"m", b"min", b"mins", b"h", b"hr", b"hrs", b"d",
    b"w", b"y", b"b", b"kb", b"mb", b"gb", b"tb", b"kib", b"mib", b"gib", b"tib", b"k", b"g", b"t",
    b"x", b"px", b"hz", b"khz", b"mhz", b"ghz", b"bit", b"bits", b"bytes", b"rpm", b"st", b"nd",
    b"rd", b"th",
];

/// Digits in a row that are looked at; no number has more.
const MOST_DIGITS: usize = 64;
/// Parts of a number: groups of thousands, or units as in `1h30m`.
const MOST_PARTS: usize = 8;
/// Letters of the longest unit, and one.
const MOST_LETTERS: usize = 6;

/// The end of the number at `start`, which is a digit or a sign before one: decimals, exponent,
/// thousands, unit and percent sign included. `None` when letters go on that are no unit.
pub fn end(text: &[u8], start: usize) -> Option<usize> {
    let mut place = start + usize::from(matches!(text[start], b'-' | b'+' | b'.'));
    place = whole(text, place)?;
    if at(text, place) == b'.' && at(text, place + 1).is_ascii_digit() {
        place = run(text, place + 1);
    }
    place = exponent(text, place);
    // `1h30m`, `2m3.5s`.
    let mut parts = 0;
    while at(text, place).is_ascii_alphabetic() || at(text, place) >= 0x80 {
        parts += 1;
        if parts > MOST_PARTS {
            return None;
        }
        place = unit(text, place)?;
        if at(text, place).is_ascii_digit() {
            place = run(text, place);
            if at(text, place) == b'.' && at(text, place + 1).is_ascii_digit() {
                place = run(text, place + 1);
            }
            if !at(text, place).is_ascii_alphabetic() {
                return None;
            }
        }
    }
    if at(text, place) == b'%' {
        place += 1;
    }
    let goes_on = is_word(at(text, place))
        || at(text, place) == b'-' && is_word(at(text, place + 1))
        || at(text, place) == b'.' && is_word(at(text, place + 1));
    (!goes_on).then_some(place)
}

/// Whether the piece is a version, as `1.2.3`, `v2.0`, `1.0.0-rc.1` are: numbers with dots, and no name
/// before them.
pub fn is_version(piece: &[u8]) -> bool {
    let rest = match piece {
        [b'v' | b'V', rest @ ..] => rest,
        _ => piece,
    };
    let prefixed = rest.len() < piece.len();
    let mut numbers = 0;
    let mut place = 0;
    loop {
        let count = digits(rest, place, 10);
        if count == 0 || count > 9 {
            return false;
        }
        numbers += 1;
        place += count;
        if at(rest, place) == b'.' && at(rest, place + 1).is_ascii_digit() {
            place += 1;
        } else {
            break;
        }
    }
    let enough = numbers > 2 || prefixed && numbers > 1;
    enough && !at(rest, place).is_ascii_alphabetic()
}

/// The end of digits with thousands between commas or underscores.
fn whole(text: &[u8], start: usize) -> Option<usize> {
    let end = run(text, start);
    let count = end - start;
    if count == 0 {
        return None;
    }
    let mut place = end;
    if count <= 3 {
        for _ in 0..MOST_PARTS {
            if at(text, place) == b',' && digits(text, place + 1, 4) == 3 {
                place += 4;
            }
        }
        // `[1,234,5]` is a list.
        if at(text, place) == b',' && at(text, place + 1).is_ascii_digit() {
            return Some(end);
        }
    }
    for _ in 0..MOST_PARTS {
        if at(text, place) == b'_' && digits(text, place + 1, 4) == 3 {
            place += 4;
        }
    }
    Some(place)
}

fn run(text: &[u8], start: usize) -> usize {
    start + digits(text, start, MOST_DIGITS)
}

/// Behind `e-9`, where it follows.
fn exponent(text: &[u8], place: usize) -> usize {
    if !matches!(at(text, place), b'e' | b'E') {
        return place;
    }
    let start = place + 1 + usize::from(matches!(at(text, place + 1), b'-' | b'+'));
    let end = run(text, start);
    if end > start && !is_word(at(text, end)) {
        end
    } else {
        place
    }
}

/// The end of the unit at `place`.
fn unit(text: &[u8], place: usize) -> Option<usize> {
    for micro in ["µs", "μs"] {
        if text[place..].starts_with(micro.as_bytes()) {
            return Some(place + micro.len());
        }
    }
    let mut end = place;
    while end < place + MOST_LETTERS && at(text, end).is_ascii_alphabetic() {
        end += 1;
    }
    UNITS
        .iter()
        .any(|unit| unit.eq_ignore_ascii_case(&text[place..end]))
        .then_some(end)
}
