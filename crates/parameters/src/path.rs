//! Paths of files and of URLs.

use std::ops::Range;

use crate::bytes::{at, class, is_word};

/// The end of the path that begins at `start`: from the root, from this folder or home, or from a drive.
pub fn end(text: &[u8], start: usize) -> Option<usize> {
    let rest = &text[start..];
    let head = match rest {
        [b'/', ..] => 1,
        [b'.' | b'~', b'/', ..] | [b'\\', b'\\', ..] => 2,
        [b'.', b'.', b'/', ..] => 3,
        [drive, b':', b'\\' | b'/', next, ..] if drive.is_ascii_alphabetic() && *next != b'/' => 3,
        _ => return None,
    };
    let named = at(text, start + head);
    if !is_word(named) && !matches!(named, b'.' | b'-' | b'%' | b'*' | b'$' | b'~' | b'@') {
        return None;
    }
    let mut end = start + head;
    // `=` and `&` are in folders of partitions and in the queries of URLs.
    while class(at(text, end)) != 0 && at(text, end) != b':' || at(text, end) == b'=' {
        end += 1;
    }
    while matches!(text[end - 1], b'.' | b'?' | b'!' | b'=') {
        end -= 1;
    }
    (end > start + head).then_some(end)
}

/// The end of a chunk that is a path without a beginning: `src/main.rs`, `jobs/17/output`. `and/or` is none.
pub fn relative(text: &[u8], chunk: Range<usize>) -> Option<usize> {
    let belongs = |byte: u8| is_word(byte) || matches!(byte, b'.' | b'-' | b'/');
    let mut end = chunk.end;
    if let Some(other) = chunk.clone().find(|&place| !belongs(text[place])) {
        // A place in a file follows it: `src/main.rs:12`.
        if text[other] != b':' {
            return None;
        }
        end = other;
    }
    while end > chunk.start && matches!(text[end - 1], b'.' | b'/' | b'-') {
        end -= 1;
    }
    let path = &text[chunk.start..end];
    let last = path.iter().rposition(|&byte| byte == b'/')?;
    let name = &path[last + 1..];
    let has_ending = name
        .iter()
        .rposition(|&byte| byte == b'.')
        .is_some_and(|dot| {
            let ending = &name[dot + 1..];
            dot > 0 && (1..=5).contains(&ending.len()) && ending[0].is_ascii_alphabetic()
        });
    let folders = path.iter().filter(|&&byte| byte == b'/').count();
    let is_numbered = folders > 1
        && path.iter().any(u8::is_ascii_digit)
        && path.iter().any(u8::is_ascii_alphabetic);
    (has_ending || is_numbered).then_some(end)
}
