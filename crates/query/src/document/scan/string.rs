//! Strings: their end, their text, and whether their escapes are those that we would write.

use super::super::spelling::{Spelling, short_escape};
use super::{Scanned, Value};

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The string whose opening quote is at byte `at`.
#[inline]
pub fn scan(document: &str, at: usize, unescaped: &mut String) -> Option<Scanned> {
    let bytes = document.as_bytes();
    let from = at + 1;
    let stop = from + special(bytes.get(from..)?)?;
    if bytes[stop] == b'"' {
        return Some(Scanned {
            value: Value::Raw {
                from: from as u32,
                to: stop as u32,
            },
            spelling: Spelling::Plain,
            end: stop + 1,
        });
    }
    escaped(document, from, stop, unescaped)
}

/// The first quote, backslash or control character.
#[inline]
fn special(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let quote = zero(word ^ (ONES * b'"' as u64));
        let escape = zero(word ^ (ONES * b'\\' as u64));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        // A borrow marks only bytes behind one that is marked rightly, and the first one counts.
        let marks = (quote | escape | control) & HIGH;
        if marks != 0 {
            return Some(at + (marks.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let rest = bytes[at..].iter();
    let place = rest.copied().position(is_special)?;
    Some(at + place)
}

fn is_special(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// Which of our spellings a string may still have.
struct Spellings {
    plain: bool,
    ascii: bool,
}

/// The string from `from` on whose first special character is at `stop` and no quote.
fn escaped(
    document: &str,
    from: usize,
    mut stop: usize,
    unescaped: &mut String,
) -> Option<Scanned> {
    let bytes = document.as_bytes();
    let begin = unescaped.len();
    let mut spellings = Spellings {
        plain: true,
        ascii: true,
    };
    let mut copied = from;
    loop {
        let piece = &document[copied..stop];
        spellings.ascii = spellings.ascii && piece.bytes().all(|byte| byte < 0x7f);
        unescaped.push_str(piece);
        match bytes[stop] {
            b'"' => break,
            b'\\' => copied = escape(document, stop, &mut spellings, unescaped)?,
            _ => return None,
        }
        stop = copied + special(bytes.get(copied..)?)?;
    }
    Some(Scanned {
        value: Value::Unescaped {
            from: u32::try_from(begin).ok()?,
            to: u32::try_from(unescaped.len()).ok()?,
        },
        spelling: match spellings {
            Spellings { plain: true, .. } => Spelling::Plain,
            Spellings { ascii: true, .. } => Spelling::Ascii,
            _ => Spelling::Literal,
        },
        end: stop + 1,
    })
}

/// Appends what the escape at `at` means; gives its end.
fn escape(document: &str, at: usize, spellings: &mut Spellings, out: &mut String) -> Option<usize> {
    let byte = match *document.as_bytes().get(at + 1)? {
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'"' => b'"',
        b'\\' => b'\\',
        b'/' => {
            *spellings = Spellings {
                plain: false,
                ascii: false,
            };
            b'/'
        }
        b'u' => return unicode(document, at, spellings, out),
        _ => return None,
    };
    out.push(char::from(byte));
    Some(at + 2)
}

fn unicode(
    document: &str,
    at: usize,
    spellings: &mut Spellings,
    out: &mut String,
) -> Option<usize> {
    let first = unit(document, at)?;
    let second = unit(document, at + 6);
    let (character, end) = match (first, second) {
        (0xd800..0xdc00, Some(low @ 0xdc00..0xe000)) => {
            let code = 0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00);
            (char::from_u32(code)?, at + 12)
        }
        // Half a pair means nothing; the bytes have to be kept.
        (0xd800..0xe000, _) => {
            spellings.ascii = false;
            (char::REPLACEMENT_CHARACTER, at + 6)
        }
        _ => (char::from_u32(first)?, at + 6),
    };
    let digits = document[at..end].bytes();
    let lower = !digits.clone().any(|byte| byte.is_ascii_uppercase());
    let is_short = u8::try_from(first).is_ok_and(|byte| short_escape(byte).is_some());
    spellings.plain = spellings.plain && lower && first < 0x20 && !is_short;
    spellings.ascii = spellings.ascii && lower && !is_short && !(0x20..0x7f).contains(&first);
    out.push(character);
    Some(end)
}

/// The code unit of the `\uXXXX` at this place.
fn unit(document: &str, at: usize) -> Option<u32> {
    let digits = document.as_bytes().get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, digit| {
        Some(unit << 4 | char::from(*digit).to_digit(16)?)
    })
}
