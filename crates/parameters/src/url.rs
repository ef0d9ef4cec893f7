//! URLs and e-mail addresses.

use std::ops::Range;

use crate::bytes::{at, is_word};

/// The first URL that begins in the chunk; it may reach beyond.
pub fn within(text: &[u8], chunk: Range<usize>) -> Option<Range<usize>> {
    let marks = chunk
        .clone()
        .find(|&place| text[place] == b':' && text[place..].starts_with(b"://"))?;
    let scheme = (chunk.start..marks)
        .rev()
        .take_while(|&place| {
            text[place].is_ascii_alphanumeric() || matches!(text[place], b'+' | b'-' | b'.')
        })
        .last()?;
    if !text[scheme].is_ascii_alphabetic() {
        return None;
    }
    let mut end = marks + 3;
    while !matches!(
        at(text, end),
        0..=b' ' | 0x7f | b'"' | b'\'' | b'`' | b'<' | b'>' | b'{' | b'}' | b'|' | b'\\' | b'^'
    ) {
        end += 1;
    }
    // What follows a URL in a sentence does not belong to it.
    while matches!(
        text[end - 1],
        b'.' | b',' | b';' | b':' | b'!' | b'?' | b')' | b']'
    ) {
        end -= 1;
    }
    (end > marks + 3).then_some(scheme..end)
}

/// The e-mail address in the chunk.
pub fn email(text: &[u8], chunk: Range<usize>) -> Option<Range<usize>> {
    let sign = chunk.clone().find(|&place| text[place] == b'@')?;
    let belongs = |byte: u8| is_word(byte) || matches!(byte, b'.' | b'-' | b'+' | b'%');
    let start = (chunk.start..sign)
        .rev()
        .take_while(|&place| belongs(text[place]))
        .last()?;
    let mut end = (sign + 1..chunk.end)
        .take_while(|&place| is_word(text[place]) || matches!(text[place], b'.' | b'-'))
        .last()?
        + 1;
    while end > sign + 1 && !is_word(text[end - 1]) {
        end -= 1;
    }
    // A name of a host ends in letters: an object's address as in `Lock@1f.2` does not.
    let domain = &text[sign + 1..end];
    let last = domain.iter().rposition(|&byte| byte == b'.')?;
    let top = &domain[last + 1..];
    (last > 0 && top.len() > 1 && top.iter().all(u8::is_ascii_alphabetic)).then_some(start..end)
}
