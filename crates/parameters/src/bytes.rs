//! Which bytes end a chunk, and which make one worth a look.

/// A digit.
pub const DIGIT: u8 = 1;
/// An ASCII letter, `_`, or a byte of a character beyond ASCII.
pub const LETTER: u8 = 1 << 1;
pub const SLASH: u8 = 1 << 2;
pub const COLON: u8 = 1 << 3;
pub const AT: u8 = 1 << 4;
pub const DOT: u8 = 1 << 5;
pub const DASH: u8 = 1 << 6;
/// Any other mark that does not end a chunk.
pub const MARK: u8 = 1 << 7;

/// The class of every byte; 0 ends a chunk.
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [MARK; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => LETTER,
            b'/' => SLASH,
            b':' => COLON,
            b'@' => AT,
            b'.' => DOT,
            b'-' => DASH,
            0..=b' ' | 0x7f => 0,
            b'"' | b'\'' | b'`' | b',' | b';' | b'=' | b'|' => 0,
            b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' => 0,
            _ => MARK,
        };
        byte += 1;
    }
    classes
}

/// The class of a byte; 0 ends a chunk.
#[inline]
pub fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte)]
}

/// The byte there; 0, which ends a chunk, behind the end.
#[inline]
pub fn at(text: &[u8], place: usize) -> u8 {
    text.get(place).copied().unwrap_or(0)
}

/// Whether the byte belongs to a word or number, so that a value does not end before it.
#[inline]
pub fn is_word(byte: u8) -> bool {
    class(byte) & (DIGIT | LETTER) != 0
}

/// How many digits there are from `place`, counted to `most`.
pub fn digits(text: &[u8], place: usize, most: usize) -> usize {
    (0..most)
        .take_while(|ahead| at(text, place + ahead).is_ascii_digit())
        .count()
}

/// The number that so many digits spell; a handful at most.
pub fn value(text: &[u8], place: usize, digits: usize) -> u32 {
    (place..place + digits).fold(0, |value, at| value * 10 + u32::from(text[at] - b'0'))
}
