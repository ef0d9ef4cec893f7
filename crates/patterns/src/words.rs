//! A shape cut into words and what stands between them.

use std::hash::{BuildHasher, Hasher};
use std::ops::Range;

use foldhash::fast::FixedState;
use swarmscope_model::limits::MAX_PATTERN_WORDS;

/// Any value or word, in a template.
pub const ANY: &str = "<*>";

/// The words of a shape, by their places in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    pub ranges: Vec<Range<u32>>,
    /// Of what stands between the words: shapes with another one are another sentence.
    pub skeleton: u64,
}

impl Words {
    /// Cuts a shape. Behind the longest number of words the rest is one word.
    pub fn of(shape: &str) -> Self {
        let bytes = shape.as_bytes();
        let mut hasher = FixedState::default().build_hasher();
        let mut ranges: Vec<Range<u32>> = Vec::new();
        let mut place = 0;
        while place < bytes.len() {
            if !begins_word(bytes, place) {
                hasher.write_u8(bytes[place]);
                place += 1;
                // A value may be empty: `user=`, `()`.
                if is_empty_value(bytes, place) && ranges.len() + 1 < MAX_PATTERN_WORDS {
                    ranges.push(place as u32..place as u32);
                    hasher.write_u8(0);
                }
                continue;
            }
            let end = if ranges.len() + 1 == MAX_PATTERN_WORDS {
                bytes.len()
            } else {
                word_end(bytes, place)
            };
            ranges.push(place as u32..end as u32);
            hasher.write_u8(0);
            place = end;
        }
        Self {
            ranges,
            skeleton: hasher.finish(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// One of them.
    pub fn get<'a>(&self, shape: &'a str, column: usize) -> &'a str {
        let range = &self.ranges[column];
        &shape[range.start as usize..range.end as usize]
    }
}

/// Whether a word stands for a value: `<number>`, `<*>`, words with such a part, and an empty one.
pub fn is_value(word: &str) -> bool {
    word.is_empty()
        || memchr::memchr_iter(b'<', word.as_bytes())
            .any(|place| placeholder(word.as_bytes(), place).is_some())
}

/// Whether a place behind `=` or an opening bracket has nothing in it.
fn is_empty_value(bytes: &[u8], place: usize) -> bool {
    let next = bytes.get(place).copied().unwrap_or(b' ');
    match bytes[place - 1] {
        b'=' => matches!(next, b' ' | b',' | b';' | b')' | b']' | b'}'),
        b'(' => next == b')',
        b'[' => next == b']',
        b'{' => next == b'}',
        _ => false,
    }
}

fn begins_word(bytes: &[u8], place: usize) -> bool {
    !separates(bytes[place]) || bytes[place] == b'<' && placeholder(bytes, place).is_some()
}

fn word_end(bytes: &[u8], start: usize) -> usize {
    let mut place = start;
    while place < bytes.len() {
        if let Some(end) = placeholder(bytes, place) {
            place = end;
        } else if separates(bytes[place]) {
            break;
        } else {
            place += 1;
        }
    }
    place
}

/// What is no part of a word. Dots, dashes and slashes are: names have them.
fn separates(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b','
            | b';'
            | b':'
            | b'='
            | b'|'
            | b'"'
            | b'\''
            | b'`'
            | b'('
            | b')'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'<'
            | b'>'
    )
}

/// The end of the placeholder that begins there.
fn placeholder(bytes: &[u8], place: usize) -> Option<usize> {
    if bytes.get(place) != Some(&b'<') {
        return None;
    }
    let rest = &bytes[place + 1..];
    let close = rest.iter().take(10).position(|&byte| byte == b'>')?;
    let name = &rest[..close];
    let is_one = name == b"*"
        || !name.is_empty()
            && swarmscope_parameters::KINDS
                .iter()
                .any(|kind| kind.name().as_bytes() == name);
    is_one.then_some(place + close + 2)
}
