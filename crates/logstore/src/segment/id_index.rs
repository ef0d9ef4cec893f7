//! Where in a segment an id is that a client gave: a Bloom filter that says no at once, and hashes
//! sorted with rows. Rows count over the whole segment.

use std::io;

use xxhash_rust::xxh3::xxh3_64;

use super::file::Output;
use super::footer::{PageEntry, Stretch, encode_pages};
use crate::varint::{put, take_u32};

/// Ids a part of the index holds.
const PART_IDS: usize = 512;
/// Of the filter: one in about a hundred absent ids is looked up in vain.
const BITS_PER_ID: usize = 10;
const PROBES: u64 = 6;

/// What an id is sorted by.
pub fn key(id: &str) -> u32 {
    (xxh3_64(id.as_bytes()) >> 32) as u32
}

/// Writes filter and index from keys with rows in order; gives the places of the filter and of the
/// index's directory.
///
/// # Errors
/// When the file cannot be written.
pub fn write(entries: &[(u32, u32)], out: &mut Output) -> io::Result<(Stretch, Stretch)> {
    let mut filter = vec![0_u64; (entries.len() * BITS_PER_ID).div_ceil(64)];
    for (key, _) in entries {
        for bit in probes(*key, filter.len()) {
            filter[bit / 64] |= 1 << (bit % 64);
        }
    }
    let bytes: Vec<u8> = filter.iter().flat_map(|word| word.to_le_bytes()).collect();
    let filter = out.raw(&bytes)?;
    let mut parts = Vec::new();
    for chunk in entries.chunks(PART_IDS) {
        let mut part = Vec::with_capacity(chunk.len() * 5);
        let mut previous = 0;
        for (key, row) in chunk {
            put(&mut part, u64::from(key - previous));
            put(&mut part, u64::from(*row));
            previous = *key;
        }
        parts.push(PageEntry {
            first_row: chunk[0].0,
            last_row: chunk[chunk.len() - 1].0,
            stretch: out.raw(&part)?,
        });
    }
    Ok((filter, out.raw(&encode_pages(&parts))?))
}

/// The filter's words from its bytes.
pub fn filter_words(bytes: &[u8]) -> Vec<u64> {
    let words = bytes.chunks_exact(8);
    words
        .filter_map(|word| Some(u64::from_le_bytes(word.try_into().ok()?)))
        .collect()
}

/// Whether the segment may hold an id with this key.
pub fn may_contain(filter: &[u64], key: u32) -> bool {
    !filter.is_empty()
        && probes(key, filter.len()).all(|bit| filter[bit / 64] >> (bit % 64) & 1 == 1)
}

fn probes(key: u32, words: usize) -> impl Iterator<Item = usize> {
    // The key has 32 bits; the filter of a large segment needs more.
    let hash = xxh3_64(&key.to_le_bytes());
    let step = (hash >> 17) | 1;
    let bits = words as u64 * 64;
    (0..PROBES).map(move |probe| (hash.wrapping_add(probe.wrapping_mul(step)) % bits) as usize)
}

/// The keys and rows of a part, in order.
pub fn entries(mut part: &[u8]) -> Option<Vec<(u32, u32)>> {
    let rest = &mut part;
    let mut entries = Vec::new();
    let mut key = 0_u32;
    while !rest.is_empty() {
        key = key.checked_add(take_u32(rest)?)?;
        entries.push((key, take_u32(rest)?));
    }
    Some(entries)
}

/// The rows whose ids have this key, by a part.
pub fn lookup(part: &[u8], wanted: u32) -> Option<Vec<u32>> {
    let entries = entries(part)?;
    let from = entries.partition_point(|(key, _)| *key < wanted);
    let own = entries[from..].iter().take_while(|(key, _)| *key == wanted);
    Some(own.map(|(_, row)| *row).collect())
}
