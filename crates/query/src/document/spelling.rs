//! The ways to write a value as JSON that can be told from the value alone.
//!
//! A document's value whose bytes are one of these need not be kept as bytes. What is decided here
//! stands in files: a spelling never changes its meaning.

use super::ValueRef;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spelling {
    /// The shortest usual one: numbers as Rust and JavaScript write them, strings with no escape but
    /// those that JSON asks for.
    Plain,
    /// A string as Python's `json.dumps` writes it: what is not ASCII is `\uXXXX`.
    Ascii,
    /// An integer written as a float, `12.0`.
    PointZero,
    /// Any other; the bytes have to be kept.
    Literal,
}

impl Spelling {
    /// Every spelling, in the order of their codes on disk.
    pub const ALL: [Spelling; 4] = [
        Spelling::Plain,
        Spelling::Ascii,
        Spelling::PointZero,
        Spelling::Literal,
    ];

    /// The code on disk.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The spelling of that code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Appends the value in this spelling; `None` when it has none in it.
    pub fn write(self, value: ValueRef<'_>, out: &mut String) -> Option<()> {
        match (self, value) {
            (Spelling::Plain, ValueRef::Text(text)) => write_text(text, false, out),
            (Spelling::Ascii, ValueRef::Text(text)) => write_text(text, true, out),
            (Spelling::Plain, ValueRef::Integer(number)) => {
                out.push_str(itoa::Buffer::new().format(number));
            }
            (Spelling::PointZero, ValueRef::Integer(number)) => {
                out.push_str(itoa::Buffer::new().format(number));
                out.push_str(".0");
            }
            (Spelling::Plain, ValueRef::Float(number)) => {
                out.push_str(ryu::Buffer::new().format(number));
            }
            (Spelling::Plain, ValueRef::Boolean(flag)) => {
                out.push_str(if flag { "true" } else { "false" });
            }
            _ => return None,
        }
        Some(())
    }
}

/// What of `\b`, `\f`, `\n`, `\r`, `\t`, `\"` and `\\` stands for this byte.
pub(super) fn short_escape(byte: u8) -> Option<char> {
    Some(match byte {
        0x08 => 'b',
        0x0c => 'f',
        b'\n' => 'n',
        b'\r' => 'r',
        b'\t' => 't',
        b'"' => '"',
        b'\\' => '\\',
        _ => return None,
    })
}

fn write_text(text: &str, ascii: bool, out: &mut String) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let plain = byte >= 0x20 && byte != b'"' && byte != b'\\' && (!ascii || byte < 0x7f);
        // The bytes behind the first one of a character were written with it.
        if plain || at < copied {
            continue;
        }
        out.push_str(&text[copied..at]);
        copied = at + 1;
        if let Some(short) = short_escape(byte) {
            out.push('\\');
            out.push(short);
        } else if byte < 0x80 {
            write_unit(u16::from(byte), out);
        } else if let Some(character) = text[at..].chars().next() {
            copied = at + character.len_utf8();
            for unit in character.encode_utf16(&mut [0; 2]) {
                write_unit(*unit, out);
            }
        }
    }
    out.push_str(&text[copied..]);
    out.push('"');
}

fn write_unit(unit: u16, out: &mut String) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.push(char::from(
            b"0123456789abcdef"[usize::from(unit >> shift & 15)],
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_those_of_their_languages() {
        let spelled = |spelling: Spelling, value| {
            let mut out = String::new();
            spelling.write(value, &mut out).map(|()| out)
        };
        let text = ValueRef::Text("a\"\\\n\u{1}\u{7f}é\u{1f600}z");
        assert_eq!(
            spelled(Spelling::Plain, text).as_deref(),
            Some("\"a\\\"\\\\\\n\\u0001\u{7f}é\u{1f600}z\"")
        );
        assert_eq!(
            spelled(Spelling::Ascii, text).as_deref(),
            Some(r#""a\"\\\n\u0001\u007f\u00e9\ud83d\ude00z""#)
        );
        assert_eq!(
            spelled(Spelling::PointZero, ValueRef::Integer(-12)).as_deref(),
            Some("-12.0")
        );
        assert_eq!(
            spelled(Spelling::Plain, ValueRef::Float(1e300)).as_deref(),
            Some("1e300")
        );
        assert_eq!(spelled(Spelling::Ascii, ValueRef::Integer(1)), None);
        assert_eq!(spelled(Spelling::Literal, text), None);
    }
}
