//! Pages of text.

use std::ops::Range;

use swarmscope_query::analysis::words;
use xxhash_rust::xxh3::xxh3_64;

use super::compress::{pack, unpack};
use super::varint::{put, take, take_u32};
use crate::block::strings::Strings;

/// Encodes the pages of one column of one row group.
#[derive(Debug, Default)]
pub struct TextEncoder {}

impl TextEncoder {
    /// An encoder that has seen no page.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a page of the texts in `range`, and to `tokens` the hash of every word in them at
    /// least once.
    pub fn page(
        &mut self,
        strings: &Strings,
        range: Range<usize>,
        out: &mut Vec<u8>,
        tokens: &mut Vec<u32>,
    ) {
        let mut plain = Vec::new();
        put(&mut plain, range.len() as u64);
        for at in range.clone() {
            put(&mut plain, strings.get(at).len() as u64);
        }
        for at in range {
            let text = strings.get(at);
            plain.extend_from_slice(text.as_bytes());
            tokens.extend(words(text).map(|word| xxh3_64(word.as_bytes()) as u32));
        }
        pack(&plain, out);
    }

    /// Appends the dictionary without which the pages cannot be read.
    pub fn finish(self, out: &mut Vec<u8>) {
        pack(&[], out);
    }
}

/// What the pages of one column of one row group have in common.
#[derive(Debug, Default)]
pub struct TextDictionary {}

impl TextDictionary {
    /// Reads all of `bytes` as a dictionary; `None` when they are none.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        unpack(bytes)?.is_empty().then_some(Self {})
    }

    /// Memory it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

/// Reads all of `bytes` as a page of text; `None` when they are none.
pub fn decode_page(bytes: &[u8], _dictionary: &TextDictionary) -> Option<Strings> {
    let plain = unpack(bytes)?;
    let rest = &mut plain.as_slice();
    let count = usize::try_from(take(rest)?).ok()?;
    let mut end = 0_u32;
    let mut ends = Vec::with_capacity(count.min(rest.len()));
    for _ in 0..count {
        end = end.checked_add(take_u32(rest)?)?;
        ends.push(end);
    }
    Strings::from_parts(ends, String::from_utf8(rest.to_vec()).ok()?)
}

/// Reads the texts at the places `wanted`, which rise, of a page; `None` when it is none or has no such
/// place.
pub fn decode_some(bytes: &[u8], dictionary: &TextDictionary, wanted: &[u32]) -> Option<Strings> {
    let all = decode_page(bytes, dictionary)?;
    let mut some = Strings::default();
    for place in wanted {
        let place = *place as usize;
        some.push((place < all.len()).then(|| all.get(place))?);
    }
    Some(some)
}
