//! Which granules hold which words: exact but for hash collisions, so always verified on the data.
//!
//! One index a segment, its entries sorted by the hash of the word and cut into parts that are read
//! one at a time. Of columns whose values are all UUIDs only the first part is indexed, which tells
//! them from each other: the others would be most of the index and select nothing.

use std::io;

use xxhash_rust::xxh3::xxh3_64;

use super::codec::{put, take, take_bytes, take_u32};
use super::file::Output;
use super::footer::{PageEntry, Stretch, encode_pages};
use crate::error::SegmentError;

/// Words a part of the index holds.
const PART_WORDS: usize = 1024;
/// Digits of a UUID's first part.
const FIRST_PART: usize = 8;

/// How an entry lists its granules: the lower two bits of its head.
const SINGLE: u64 = 0;
const LIST: u64 = 1;
const BITMAP: u64 = 2;

/// The hash of a word in lower case.
pub fn hash(word: &str) -> u32 {
    xxh3_64(word.as_bytes()) as u32
}

/// The hash of a UUID's first part.
pub fn uuid_hash(uuid: &str) -> u32 {
    hash(&uuid[..FIRST_PART].to_ascii_lowercase())
}

/// Whether the text is a UUID in its usual spelling, in one case, whose first part is its own. In
/// version 7 that is the time, which those of one minute share.
pub fn is_indexed_uuid(text: &str) -> bool {
    is_uuid(text) && text.as_bytes()[14] != b'7'
}

/// Whether the text is a UUID in its usual spelling, in one case.
pub fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return false;
    }
    let (mut lower, mut upper) = (false, false);
    let spelled = bytes.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => {
            lower |= byte.is_ascii_lowercase();
            upper |= byte.is_ascii_uppercase();
            byte.is_ascii_hexdigit()
        }
    });
    spelled && !(lower && upper)
}

/// A word's hash and a granule that holds it, ordered by both.
pub type Pair = u64;

/// The pair of a hash and a granule.
pub fn pair(hash: u32, granule: u32) -> Pair {
    u64::from(hash) << 32 | u64::from(granule)
}

/// Writes the index from pairs in order, repetitions allowed; gives the place of its directory.
///
/// # Errors
/// Those of the pairs, and when the file cannot be written.
pub fn write(
    pairs: &mut dyn Iterator<Item = Result<Pair, SegmentError>>,
    out: &mut Output,
    io_error: &dyn Fn(io::Error) -> SegmentError,
) -> Result<Stretch, SegmentError> {
    let mut writer = Writer::default();
    let mut granules: Vec<u32> = Vec::new();
    let mut current = None;
    for pair in pairs {
        let pair = pair?;
        let (hash, granule) = ((pair >> 32) as u32, pair as u32);
        if current != Some(hash) {
            if let Some(hash) = current {
                writer.entry(hash, &granules, out).map_err(io_error)?;
            }
            current = Some(hash);
            granules.clear();
        }
        if granules.last() != Some(&granule) {
            granules.push(granule);
        }
    }
    if let Some(hash) = current {
        writer.entry(hash, &granules, out).map_err(io_error)?;
    }
    writer.finish_part(out).map_err(io_error)?;
    out.raw(&encode_pages(&writer.parts)).map_err(io_error)
}

#[derive(Default)]
struct Writer {
    parts: Vec<PageEntry>,
    part: Vec<u8>,
    count: usize,
    first: u32,
    last: u32,
}

impl Writer {
    fn entry(&mut self, hash: u32, granules: &[u32], out: &mut Output) -> io::Result<()> {
        if self.count == 0 {
            (self.first, self.last) = (hash, 0);
        }
        put(&mut self.part, u64::from(hash - self.last));
        self.last = hash;
        encode_granules(granules, &mut self.part);
        self.count += 1;
        if self.count == PART_WORDS {
            self.finish_part(out)?;
        }
        Ok(())
    }

    fn finish_part(&mut self, out: &mut Output) -> io::Result<()> {
        if self.count > 0 {
            self.parts.push(PageEntry {
                first_row: self.first,
                last_row: self.last,
                stretch: out.raw(&self.part)?,
            });
            self.part.clear();
            self.count = 0;
        }
        Ok(())
    }
}

fn encode_granules(granules: &[u32], out: &mut Vec<u8>) {
    let (Some(first), Some(last)) = (granules.first(), granules.last()) else {
        return;
    };
    if granules.len() == 1 {
        put(out, u64::from(*first) << 2 | SINGLE);
        return;
    }
    let span = (last - first) as usize + 1;
    if granules.len() * 8 >= span {
        put(out, (span as u64) << 2 | BITMAP);
        put(out, u64::from(*first));
        let start = out.len();
        out.resize(start + span.div_ceil(8), 0);
        for granule in granules {
            let bit = (granule - first) as usize;
            out[start + bit / 8] |= 1 << (bit % 8);
        }
        return;
    }
    put(out, (granules.len() as u64) << 2 | LIST);
    let mut previous = 0;
    for granule in granules {
        put(out, u64::from(granule - previous));
        previous = *granule;
    }
}

/// Reads the granules of an entry into `granules`, or skips them.
fn decode_granules(bytes: &mut &[u8], granules: Option<&mut Vec<u32>>) -> Option<()> {
    let head = take(bytes)?;
    let number = u32::try_from(head >> 2).ok()?;
    match head & 3 {
        SINGLE => {
            if let Some(granules) = granules {
                granules.push(number);
            }
        }
        LIST => {
            let mut granule = 0_u32;
            let mut granules = granules;
            for _ in 0..number {
                granule = granule.checked_add(take_u32(bytes)?)?;
                if let Some(granules) = &mut granules {
                    granules.push(granule);
                }
            }
        }
        BITMAP => {
            let first = take_u32(bytes)?;
            first.checked_add(number)?;
            let bits = take_bytes(bytes, (number as usize).div_ceil(8))?;
            if let Some(granules) = granules {
                let set = (0..number).filter(|bit| bits[(bit / 8) as usize] >> (bit % 8) & 1 == 1);
                granules.extend(set.map(|bit| first + bit));
            }
        }
        _ => return None,
    }
    Some(())
}

/// The granules of a word's entry in a part; empty when it has none.
pub fn lookup(mut part: &[u8], wanted: u32) -> Option<Vec<u32>> {
    let rest = &mut part;
    let mut own = 0_u32;
    let mut granules = Vec::new();
    while !rest.is_empty() {
        own = own.checked_add(take_u32(rest)?)?;
        if own >= wanted {
            if own == wanted {
                decode_granules(rest, Some(&mut granules))?;
            }
            return Some(granules);
        }
        decode_granules(rest, None)?;
    }
    Some(granules)
}

/// All pairs of a part, in order.
pub fn pairs(mut part: &[u8]) -> Option<Vec<Pair>> {
    let rest = &mut part;
    let mut own = 0_u32;
    let (mut granules, mut pairs) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        own = own.checked_add(take_u32(rest)?)?;
        granules.clear();
        decode_granules(rest, Some(&mut granules))?;
        pairs.extend(granules.iter().map(|granule| pair(own, *granule)));
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn granules_come_back_in_every_form(
            granules in prop::collection::btree_set(0_u32..3000, 1..200),
            behind in any::<u8>(),
        ) {
            let granules: Vec<u32> = granules.into_iter().collect();
            let mut bytes = Vec::new();
            encode_granules(&granules, &mut bytes);
            bytes.push(behind);
            let mut rest = bytes.as_slice();
            let mut found = Vec::new();
            prop_assert_eq!(decode_granules(&mut rest, Some(&mut found)), Some(()));
            prop_assert_eq!(rest, &[behind]);
            prop_assert_eq!(found, granules);
            let mut rest = bytes.as_slice();
            prop_assert_eq!(decode_granules(&mut rest, None), Some(()));
            prop_assert_eq!(rest, &[behind]);
        }

        #[test]
        fn parts_that_are_none_are_refused_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            drop(pairs(&bytes));
            drop(lookup(&bytes, 77));
        }
    }

    #[test]
    fn uuids_are_told_from_what_looks_like_them() {
        assert!(is_uuid("550e8400-e29b-41d4-a716-446655440000"));
        assert!(is_uuid("550E8400-E29B-41D4-A716-446655440000"));
        assert!(!is_uuid("550E8400-e29b-41d4-a716-446655440000"));
        assert!(!is_uuid("550e8400-e29b-41d4-a716-44665544000"));
        assert!(!is_uuid("550e8400ae29b-41d4-a716-446655440000"));
        assert!(is_indexed_uuid("550e8400-e29b-41d4-a716-446655440000"));
        assert!(!is_indexed_uuid("0190a5d2-e29b-71d4-a716-446655440000"));
    }
}
