//! Finds the variables of a text.
//!
//! A run is a longest row of letters, digits and underscores. What lies between two variables is a
//! fragment; a run is cut only where its variable is a number with letters before or behind it.

use std::ops::Range;

use super::shape::{Kind, Shape};
use super::time;

const DIGIT: u8 = 1;
const LOWER_HEX: u8 = 2;
const UPPER_HEX: u8 = 4;
/// Letters that are no hex digits, and the underscore.
const LETTER: u8 = 8;
const UPPER: u8 = 16;
/// Bytes of characters beyond ASCII.
const HIGH: u8 = 32;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'f' => LOWER_HEX,
            b'A'..=b'F' => UPPER_HEX | UPPER,
            b'G'..=b'Z' => LETTER | UPPER,
            b'g'..=b'z' | b'_' => LETTER,
            0x80.. => HIGH,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Longest number that surely fits 64 bits.
const MAX_DIGITS: usize = 18;
/// Longest run that is looked into; longer ones are cut into several words.
const MAX_RUN: usize = 255;
/// Fewest letters, without any digit, that are taken for hex digits.
const MIN_HEX_LETTERS: usize = 8;
/// Fewest hex digits that are taken for such.
const MIN_HEX: usize = 4;
/// Most letters of a unit behind a number.
const MAX_UNIT: usize = 3;
/// Length of a UUID.
const UUID: usize = 36;

/// A variable in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub variable: Range<usize>,
    /// The runs that the variable is a part of, with what is between them.
    pub span: Range<usize>,
    pub shape: Shape,
    /// Whether the span has letters in upper case.
    pub upper: bool,
    /// The value of a number.
    pub number: i64,
}

/// Whether a byte may be part of a word.
pub fn is_word(byte: u8) -> bool {
    CLASSES[usize::from(byte)] != 0
}

/// The variables of a text in order.
#[derive(Debug)]
pub struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// From the start of the text.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn class(&self, at: usize) -> u8 {
        self.bytes
            .get(at)
            .map_or(0, |byte| CLASSES[usize::from(*byte)])
    }

    /// What the run from `start` to here holds.
    fn variable(&mut self, start: usize, mask: u8) -> Option<Found> {
        let length = self.at - start;
        let case = mask & (LOWER_HEX | UPPER_HEX);
        let hex = mask & (LETTER | HIGH) == 0 && case != LOWER_HEX | UPPER_HEX;
        if hex
            && length == 8
            && self.bytes.get(self.at) == Some(&b'-')
            && let Some(found) = self.uuid(start)
        {
            return Some(found);
        }
        if mask & DIGIT == 0 {
            return (hex && length >= MIN_HEX_LETTERS).then(|| self.hex(start, start, mask))?;
        }
        if mask == DIGIT {
            return self.number(start);
        }
        if hex && length >= MIN_HEX {
            return self.hex(start, start, mask);
        }
        self.mixed(start, mask)
    }

    /// A run of digits only.
    fn number(&mut self, start: usize) -> Option<Found> {
        let length = self.at - start;
        if length == 4
            && let Some((end, shape, number)) = time::parse(self.bytes, start)
            && self.class(end) == 0
        {
            self.at = end;
            let mut found = self.found(start..end, start..end, shape, 0);
            (found.number, found.upper) = (number, true);
            return Some(found);
        }
        if length > MAX_DIGITS {
            return self.hex(start, start, DIGIT);
        }
        if self.bytes.get(self.at) == Some(&b'.')
            && let Some(found) = self.decimal(start)
        {
            return Some(found);
        }
        Some(self.digits(start..self.at, start..self.at, 0))
    }

    /// Digits, a point, and digits.
    fn decimal(&mut self, start: usize) -> Option<Found> {
        let point = self.at;
        let canonical = self.bytes[start] != b'0' || point == start + 1;
        if !canonical || (start > 0 && self.bytes[start - 1] == b'.') {
            return None;
        }
        let mut end = point + 1;
        while self.class(end) == DIGIT {
            end += 1;
        }
        let places = end - point - 1;
        let goes_on = self.class(end) != 0
            || (self.bytes.get(end) == Some(&b'.') && self.class(end + 1) == DIGIT);
        if places == 0 || end - start - 1 > MAX_DIGITS || goes_on {
            return None;
        }
        self.at = end;
        let whole = parse(0, &self.bytes[start..point]);
        let shape = Shape::of_length(Kind::Decimal, places)?;
        let mut found = self.found(start..end, start..end, shape, 0);
        found.number = parse(whole, &self.bytes[point + 1..end]);
        Some(found)
    }

    /// Letters and digits together.
    fn mixed(&mut self, start: usize, mask: u8) -> Option<Found> {
        let run = &self.bytes[start..self.at];
        let digit = |byte: &u8| byte.is_ascii_digit();
        let span = start..self.at;
        let letters = run.iter().take_while(|byte| !digit(byte)).count();
        let digits = run[letters..].iter().take_while(|byte| digit(byte)).count();
        if digits <= MAX_DIGITS {
            let (from, to) = (start + letters, start + letters + digits);
            let unit = &run[letters + digits..];
            if unit.is_empty()
                || (letters == 0 && unit.len() <= MAX_UNIT && !unit.iter().any(digit))
            {
                return Some(self.digits(from..to, span, mask));
            }
        }
        if run.len() > 2 && run[0] == b'0' && run[1] | 0x20 == b'x' {
            let rest = run[2..]
                .iter()
                .fold(0, |mask, byte| mask | CLASSES[usize::from(*byte)]);
            let case = rest & (LOWER_HEX | UPPER_HEX);
            if rest & LETTER == 0 && case != LOWER_HEX | UPPER_HEX {
                let mut found = self.hex(start, start + 2, rest)?;
                found.upper = mask & UPPER != 0;
                return Some(found);
            }
        }
        Some(self.found(span.clone(), span, Shape::WORD, mask))
    }

    fn digits(&self, variable: Range<usize>, span: Range<usize>, mask: u8) -> Found {
        let digits = &self.bytes[variable.clone()];
        let shape = match Shape::of_length(Kind::Padded, digits.len()) {
            Some(shape) if digits.len() > 1 && digits[0] == b'0' => shape,
            _ => Shape::plain(Kind::Integer),
        };
        let number = parse(0, digits);
        let mut found = self.found(variable, span, shape, mask);
        found.number = number;
        found
    }

    fn hex(&self, start: usize, from: usize, mask: u8) -> Option<Found> {
        let kind = match mask & UPPER_HEX {
            0 => Kind::HexLower,
            _ => Kind::HexUpper,
        };
        let shape = Shape::of_length(kind, self.at - from)?;
        Some(self.found(from..self.at, start..self.at, shape, mask))
    }

    fn uuid(&mut self, start: usize) -> Option<Found> {
        let end = start + UUID;
        let text = self.bytes.get(start..end)?;
        let mut mask = 0;
        for (at, byte) in text.iter().enumerate() {
            if matches!(at, 8 | 13 | 18 | 23) {
                if *byte != b'-' {
                    return None;
                }
            } else {
                mask |= match CLASSES[usize::from(*byte)] {
                    0 => HIGH,
                    class => class,
                };
            }
        }
        let kind = match mask & !(DIGIT | UPPER) {
            0 | LOWER_HEX => Kind::UuidLower,
            UPPER_HEX => Kind::UuidUpper,
            _ => return None,
        };
        if self.class(end) != 0 {
            return None;
        }
        self.at = end;
        Some(self.found(start..end, start..end, Shape::plain(kind), mask))
    }

    fn found(&self, variable: Range<usize>, span: Range<usize>, shape: Shape, mask: u8) -> Found {
        Found {
            variable,
            span,
            shape,
            upper: mask & UPPER != 0,
            number: 0,
        }
    }
}

impl Iterator for Scanner<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let rest = &self.bytes[self.at..];
            let start = self.at + rest.iter().position(|byte| is_word(*byte))?;
            let mut mask = 0;
            let mut end = start;
            while let Some(byte) = self.bytes.get(end) {
                let class = CLASSES[usize::from(*byte)];
                if class == 0 {
                    break;
                }
                mask |= class;
                end += 1;
            }
            self.at = end;
            let is_text = mask & DIGIT == 0 && (mask & LETTER != 0 || end - start < 8);
            if is_text || mask & HIGH != 0 || end - start > MAX_RUN {
                continue;
            }
            if let Some(found) = self.variable(start, mask) {
                return Some(found);
            }
        }
    }
}

/// The number with more digits.
fn parse(number: i64, digits: &[u8]) -> i64 {
    digits.iter().fold(number, |number, digit| {
        number * 10 + i64::from(digit - b'0')
    })
}
