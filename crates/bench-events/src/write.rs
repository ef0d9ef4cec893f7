//! Text of numbers, appended without allocating.

use jiff::Timestamp;
use jiff::tz::Offset;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// ISO 8601 in UTC with milliseconds. A time beyond what a calendar can say becomes 1970.
pub fn timestamp(line: &mut Vec<u8>, milliseconds: i64) {
    let time = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    let time = Offset::UTC.to_datetime(time);
    let year = time.year().unsigned_abs();
    digits(line, u32::from(year), 4);
    for (separator, part) in [
        (b'-', time.month()),
        (b'-', time.day()),
        (b'T', time.hour()),
        (b':', time.minute()),
        (b':', time.second()),
    ] {
        line.push(separator);
        digits(line, u32::from(part.unsigned_abs()), 2);
    }
    line.push(b'.');
    digits(line, u32::from(time.millisecond().unsigned_abs()), 3);
    line.push(b'Z');
}

fn digits(line: &mut Vec<u8>, mut number: u32, count: usize) {
    let mut text = [b'0'; 4];
    for digit in text[..count].iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    line.extend_from_slice(&text[..count]);
}

/// A whole number.
pub fn integer(line: &mut Vec<u8>, number: u64) {
    line.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Thousandths as a decimal with one to three places: `2.0`, `0.37`, `1.234`.
pub fn thousandths(line: &mut Vec<u8>, number: u64) {
    integer(line, number / 1000);
    line.push(b'.');
    let part = (number % 1000) as u32;
    match (part % 10, part % 100) {
        (0, 0) => digits(line, part / 100, 1),
        (0, _) => digits(line, part / 10, 2),
        _ => digits(line, part, 3),
    }
}

/// The lowest `count` hex digits of a number, 16 at most.
pub fn hex(line: &mut Vec<u8>, number: u64, count: u32) {
    line.extend((0..count).rev().map(|digit| nibble(number, digit)));
}

/// A version 4 UUID of these bits.
pub fn uuid(line: &mut Vec<u8>, [high, low]: [u64; 2]) {
    let high = (high & !0xf000) | 0x4000;
    let low = (low & !(0b11 << 62)) | (0b10 << 62);
    hex(line, high >> 32, 8);
    line.push(b'-');
    hex(line, high >> 16, 4);
    line.push(b'-');
    hex(line, high, 4);
    line.push(b'-');
    hex(line, low >> 48, 4);
    line.push(b'-');
    hex(line, low, 12);
}

fn nibble(number: u64, digit: u32) -> u8 {
    HEX[(number >> (4 * digit)) as usize & 0xf]
}
