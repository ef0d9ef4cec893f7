//! Hex digits and UUIDs as bytes, and back.

use super::shape::Kind;

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";
const LOWER_PAIRS: [[u8; 2]; 256] = pairs(LOWER);
const UPPER_PAIRS: [[u8; 2]; 256] = pairs(UPPER);
/// Where the pairs of digits of a UUID stand in its text.
const UUID_PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

const fn pairs(digits: &[u8; 16]) -> [[u8; 2]; 256] {
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    pairs
}

/// The value of a hex digit; of other bytes, anything.
fn nibble(digit: u8) -> u8 {
    (digit & 15) + 9 * (digit >> 6)
}

/// Appends digits, two a byte; of an odd count the first byte has one.
pub fn pack(digits: &[u8], out: &mut Vec<u8>) {
    let (odd, even) = digits.split_at(digits.len() % 2);
    out.extend(odd.iter().map(|digit| nibble(*digit)));
    let (pairs, _) = even.as_chunks::<2>();
    out.extend(
        pairs
            .iter()
            .map(|[high, low]| nibble(*high) << 4 | nibble(*low)),
    );
}

/// Appends the digits that [`pack`] took `length` of.
pub fn unpack(bytes: &[u8], length: usize, kind: Kind, out: &mut Vec<u8>) {
    let (digits, pairs) = match kind {
        Kind::HexUpper => (UPPER, &UPPER_PAIRS),
        _ => (LOWER, &LOWER_PAIRS),
    };
    let (odd, even) = bytes.split_at(length % 2);
    out.extend(odd.iter().map(|byte| digits[usize::from(byte & 15)]));
    for byte in even {
        out.extend_from_slice(&pairs[usize::from(*byte)]);
    }
}

/// The bytes of a UUID's text.
pub fn parse_uuid(text: &[u8; 36]) -> [u8; 16] {
    UUID_PLACES.map(|at| nibble(text[at]) << 4 | nibble(text[at + 1]))
}

/// The bytes of a text that is a UUID in lower case and nothing else.
pub fn parse_lower_uuid(text: &str) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.as_bytes().try_into().ok()?;
    if [8, 13, 18, 23].iter().any(|at| text[*at] != b'-') {
        return None;
    }
    let mut digits = 0;
    let uuid = UUID_PLACES.map(|at| {
        let (high, low) = (lower_digit(text[at]), lower_digit(text[at + 1]));
        digits |= high | low;
        high << 4 | low
    });
    (digits < 16).then_some(uuid)
}

/// The value of a hex digit in lower case; of other bytes, more than any digit has.
fn lower_digit(byte: u8) -> u8 {
    LOWER_DIGITS[usize::from(byte)]
}

const LOWER_DIGITS: [u8; 256] = lower_digits();

const fn lower_digits() -> [u8; 256] {
    let mut values = [0xf0; 256];
    let mut digit = 0;
    while digit < 16 {
        values[LOWER[digit] as usize] = digit as u8;
        digit += 1;
    }
    values
}

/// Appends the text of a UUID.
pub fn write_uuid(bytes: [u8; 16], kind: Kind, out: &mut Vec<u8>) {
    let pairs = match kind {
        Kind::UuidUpper => &UPPER_PAIRS,
        _ => &LOWER_PAIRS,
    };
    let mut text = [b'-'; 36];
    for (at, byte) in UUID_PLACES.into_iter().zip(bytes) {
        text[at..at + 2].copy_from_slice(&pairs[usize::from(byte)]);
    }
    out.extend_from_slice(&text);
}
