//! Pieces: what letters, digits, `_`, `-` and `.` make without another mark between.

use std::ops::Range;

use crate::bytes::{DASH, DIGIT, DOT, LETTER, at, class};
use crate::{Kind, Parameter, id, number};

/// The first parameter in the piece that begins at `start`, or where the next piece may begin.
pub fn first(text: &[u8], start: usize, end: usize) -> Result<Parameter, usize> {
    let mut classes = 0;
    let mut stop = start;
    while stop < end && class(text[stop]) & (DIGIT | LETTER | DOT | DASH) != 0 {
        classes |= class(text[stop]);
        stop += 1;
    }
    if stop == start {
        return Err(start + 1);
    }
    if classes & DIGIT == 0 {
        return Err(stop);
    }
    // Marks at the ends belong to the sentence, but for a sign.
    let mut from = start;
    while !text[from].is_ascii_digit() && class(text[from]) & LETTER == 0 && !is_sign(text, from) {
        from += 1;
    }
    let to = from + id::trimmed(&text[from..stop]);
    if to <= from {
        return Err(stop);
    }
    whole(text, from..to).map_or_else(|| parts(text, from..to, stop), Ok)
}

/// A minus, or the dot of a decimal, before a digit.
fn is_sign(text: &[u8], place: usize) -> bool {
    matches!(text[place], b'-' | b'.') && at(text, place + 1).is_ascii_digit()
}

/// The piece as one parameter.
fn whole(text: &[u8], range: Range<usize>) -> Option<Parameter> {
    let piece = &text[range.clone()];
    if id::is_uuid(piece) {
        return Some(Parameter {
            range,
            kind: Kind::Uuid,
        });
    }
    if number::is_version(piece) {
        return Some(Parameter {
            range,
            kind: Kind::Version,
        });
    }
    // `0x0b` could be 0 times and 0 bytes.
    if piece.starts_with(b"0x") && id::is_hex(piece) {
        return Some(Parameter {
            range,
            kind: Kind::Hex,
        });
    }
    let is_numeric = matches!(piece[0], b'0'..=b'9' | b'-' | b'.');
    if is_numeric && let Some(end) = number::end(text, range.start) {
        return Some(Parameter {
            range: range.start..end,
            kind: Kind::Number,
        });
    }
    let kind = if piece
        .iter()
        .all(|byte| !byte.is_ascii_alphabetic() && *byte < 0x80)
    {
        // `555-1234`, `10-20`, `1..5`.
        Kind::Number
    } else if piece.contains(&b'.') {
        return None;
    } else if id::is_hex(piece) {
        Kind::Hex
    } else if id::is_name(piece) {
        return None;
    } else {
        Kind::Id
    };
    Some(Parameter { range, kind })
}

/// The first part with a value between the dots of a piece that is none as a whole: `layer.12.weight`.
fn parts(text: &[u8], range: Range<usize>, stop: usize) -> Result<Parameter, usize> {
    let piece = &text[range.clone()];
    let dots = piece.iter().filter(|&&byte| byte == b'.').count();
    if dots == 0 {
        return Err(stop);
    }
    let mut start = range.start;
    for part in piece.split(|&byte| byte == b'.') {
        let end = start + part.len();
        let is_plain = !part.iter().any(u8::is_ascii_digit)
            || dots > 1 && id::is_part_of_name(part)
            || id::is_name(part);
        if !is_plain && let Some(found) = whole_part(text, start..end) {
            return Ok(found);
        }
        start = end + 1;
    }
    Err(stop)
}

fn whole_part(text: &[u8], range: Range<usize>) -> Option<Parameter> {
    let part = &text[range.clone()];
    let kind = if part.iter().all(u8::is_ascii_digit) {
        Kind::Number
    } else if id::is_uuid(part) {
        Kind::Uuid
    } else if id::is_hex(part) {
        Kind::Hex
    } else {
        Kind::Id
    };
    let to = range.start + id::trimmed(part);
    (to > range.start).then_some(Parameter {
        range: range.start..to,
        kind,
    })
}
