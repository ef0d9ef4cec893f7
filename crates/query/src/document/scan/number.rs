//! Numbers: their exact value, and whether their digits are those that we would write.

use super::super::ValueRef;
use super::super::spelling::Spelling;
use super::{Scanned, Value};

/// Powers of ten that an `f64` holds exactly.
const POWERS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];
/// Digits of which any two decimals are two different `f64`: the shortest digits of a number that was
/// written with so many are those digits.
const EXACT_DIGITS: usize = 15;
/// Digits that surely fit into an `i64`.
const INTEGER_DIGITS: usize = 18;

/// The number that begins at byte `at`.
#[inline]
pub fn scan(document: &str, at: usize) -> Option<Scanned> {
    let bytes = document.as_bytes();
    let negative = bytes[at] == b'-';
    let first = at + usize::from(negative);
    let mut mantissa = 0_u64;
    let mut end = digits(bytes, first, &mut mantissa);
    let whole = end - first;
    if whole == 0 || whole > 1 && bytes[first] == b'0' {
        return None;
    }
    let point = end;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        end = digits(bytes, end + 1, &mut mantissa);
        fraction = end - point - 1;
        if fraction == 0 {
            return None;
        }
    }
    let mut has_exponent = false;
    if let Some(b'e' | b'E') = bytes.get(end) {
        has_exponent = true;
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let begin = end + 1 + sign;
        end = digits(bytes, begin, &mut 0);
        if end == begin {
            return None;
        }
    }
    let text = &document[at..end];
    let (value, spelling) = if fraction == 0 && !has_exponent {
        integer(text, whole, negative, mantissa)
    } else if !has_exponent && whole + fraction <= EXACT_DIGITS {
        decimal(text, fraction, negative, mantissa)
    } else {
        of_float(text, text.parse().ok()?)
    };
    Some(Scanned {
        value,
        spelling,
        end,
    })
}

/// Reads digits into the number, which may overflow; gives their end.
#[inline]
fn digits(bytes: &[u8], mut at: usize, number: &mut u64) -> usize {
    while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
        *number = number
            .wrapping_mul(10)
            .wrapping_add(u64::from(digit - b'0'));
        at += 1;
    }
    at
}

fn integer(text: &str, whole: usize, negative: bool, mantissa: u64) -> (Value, Spelling) {
    if whole <= INTEGER_DIGITS {
        let number = mantissa as i64;
        return match (negative, number) {
            (true, 0) => (Value::Integer(0), Spelling::Literal),
            (true, _) => (Value::Integer(-number), Spelling::Plain),
            (false, _) => (Value::Integer(number), Spelling::Plain),
        };
    }
    if let Ok(number) = text.parse::<i64>() {
        return (Value::Integer(number), Spelling::Plain);
    }
    let number = text.parse().unwrap_or(0.0);
    (Value::Float(finite(number)), Spelling::Literal)
}

/// A number with few digits and a fraction.
fn decimal(text: &str, fraction: usize, negative: bool, mantissa: u64) -> (Value, Spelling) {
    let magnitude = mantissa as f64 / POWERS[fraction];
    let number = if negative { -magnitude } else { magnitude };
    // Numbers below a thousandth may be written with an exponent, and zeros at the end are not.
    if !mantissa.is_multiple_of(10) && magnitude >= 1e-3 {
        return (Value::Float(number), Spelling::Plain);
    }
    of_float(text, number)
}

fn of_float(text: &str, number: f64) -> (Value, Spelling) {
    let number = finite(number);
    let (value, candidate) = match ValueRef::from_float(number) {
        ValueRef::Integer(integer) => (Value::Integer(integer), Spelling::PointZero),
        _ => (Value::Float(number), Spelling::Plain),
    };
    let mut spelled = String::with_capacity(32);
    let is_same = candidate
        .write(value.of("", ""), &mut spelled)
        .is_some_and(|()| spelled == text);
    let spelling = if is_same {
        candidate
    } else {
        Spelling::Literal
    };
    (value, spelling)
}

/// Numbers beyond every `f64` count as the largest one.
fn finite(number: f64) -> f64 {
    number.clamp(f64::MIN, f64::MAX)
}
