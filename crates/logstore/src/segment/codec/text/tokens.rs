//! The hashes of the words of a page, few of them more than once.

use std::borrow::Cow;

use swarmscope_query::analysis::words;
use xxhash_rust::xxh3::xxh3_64;

use super::scan::{Found, is_word};
use super::shape::{Kind, Shape};

/// Words that are remembered so as not to be given again; a power of two.
const REMEMBERED: usize = 4096;
/// Where the words of a UUID begin and end.
const UUID_WORDS: [(usize, usize); 5] = [(0, 8), (9, 13), (14, 18), (19, 23), (24, 36)];

/// Tells which words of the page were given already, as far as it remembers.
#[derive(Debug)]
pub struct Tokens {
    page: u32,
    /// The page in the upper half, the hash in the lower one.
    given: Vec<u64>,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            page: 0,
            given: vec![0; REMEMBERED],
        }
    }
}

impl Tokens {
    /// For columns whose words nobody wants: gives none.
    pub fn none() -> Self {
        Self {
            page: 0,
            given: Vec::new(),
        }
    }

    /// Whether nobody wants the words.
    pub fn are_unwanted(&self) -> bool {
        self.given.is_empty()
    }

    /// Begins a page and gives its number, which is never 0.
    pub fn begin(&mut self) -> u32 {
        self.page += 1;
        self.page
    }

    /// Appends a hash unless it was given before. Not when nobody wants it.
    pub fn push(&mut self, hash: u32, out: &mut Vec<u32>) {
        let own = u64::from(self.page) << 32 | u64::from(hash);
        let slot = &mut self.given[hash as usize % REMEMBERED];
        if *slot != own {
            *slot = own;
            out.push(hash);
        }
    }

    /// Appends the words of a text.
    pub fn text(&mut self, text: &str, out: &mut Vec<u32>) {
        if self.are_unwanted() {
            return;
        }
        for word in words(text) {
            self.push(xxh3_64(word.as_bytes()) as u32, out);
        }
    }

    /// Appends the words that a variable is a part of.
    pub fn variable(&mut self, text: &str, found: &Found, out: &mut Vec<u32>) {
        if self.are_unwanted() {
            return;
        }
        let text = &text[found.span.clone()];
        let lower = if found.upper {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        };
        match found.shape.kind {
            Kind::UuidLower | Kind::UuidUpper => {
                for (from, to) in UUID_WORDS {
                    self.push(xxh3_64(&lower.as_bytes()[from..to]) as u32, out);
                }
            }
            Kind::Decimal => {
                // Its digits are two words.
                for digits in lower.split('.') {
                    self.push(xxh3_64(digits.as_bytes()) as u32, out);
                }
            }
            Kind::Time => self.text(&lower, out),
            _ => self.push(xxh3_64(lower.as_bytes()) as u32, out),
        }
    }
}

/// Appends the hashes of the words of a fragment that are words in the text as well: one that a variable
/// goes on with is not.
pub fn of_fragment(fragment: &str, shape: Shape, first: bool, out: &mut Vec<u32>) {
    let bytes = fragment.as_bytes();
    let part = |byte: &u8| byte.is_ascii() && is_word(*byte);
    let mut from = 0;
    if !first {
        from = bytes.iter().take_while(|byte| part(byte)).count();
    }
    let mut to = bytes.len();
    if shape != Shape::END {
        to -= bytes[from..]
            .iter()
            .rev()
            .take_while(|byte| part(byte))
            .count();
    }
    out.extend(words(&fragment[from..to]).map(|word| xxh3_64(word.as_bytes()) as u32));
}
