//! Texts in quotes.

use crate::bytes::{at, class, is_word};

/// How far a closing quote is looked for: longer quotations are prose, and every opening quote of a text
/// without closing ones costs as much.
const FARTHEST: usize = 512;

/// The end of the quoted text that begins at `start`, behind its closing quote. An apostrophe opens nothing.
pub fn end(text: &[u8], start: usize) -> Option<usize> {
    let quote = text[start];
    if start > 0 && is_word(text[start - 1]) {
        return None;
    }
    let mut place = start + 1;
    let last = text.len().min(start + FARTHEST);
    while place < last {
        match text[place] {
            b'\n' => return None,
            b'\\' => place += 1,
            byte if byte == quote && !is_word(at(text, place + 1)) => return Some(place + 1),
            _ => {}
        }
        place += 1;
    }
    None
}

/// Whether the quoted text is one word or value, without white space within.
pub fn is_single(text: &[u8]) -> bool {
    text.iter().all(|&byte| class(byte) != 0 || byte > b' ')
}
