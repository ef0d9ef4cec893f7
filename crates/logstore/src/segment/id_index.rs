//! Where in a segment an id is: a Bloom filter that says no at once, and hashes sorted with rows.

use std::io;

use xxhash_rust::xxh3::xxh3_64;

use super::codec::{put, take, take_u32};
use super::file::Output;
use super::footer::{PageEntry, Stretch, encode_pages};
use crate::block::strings::Strings;

/// Ids a part of the index holds.
const PART_IDS: usize = 512;
/// Of the filter: one in about a hundred absent ids is looked up in vain.
const BITS_PER_ID: usize = 10;
const PROBES: u64 = 6;

/// The hash of an id.
pub fn hash(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

/// The sorting half of the hash.
fn key(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Writes filter and index; gives the places of the filter and of the index's directory.
pub fn write(ids: &Strings, out: &mut Output) -> io::Result<(Stretch, Stretch)> {
    let hashes: Vec<u64> = ids.iter().map(hash).collect();
    let mut filter = vec![0_u64; (hashes.len() * BITS_PER_ID).div_ceil(64).max(1)];
    for hash in &hashes {
        for bit in probes(*hash, filter.len()) {
            filter[bit / 64] |= 1 << (bit % 64);
        }
    }
    let bytes: Vec<u8> = filter.iter().flat_map(|word| word.to_le_bytes()).collect();
    let filter = out.raw(&bytes)?;

    let mut entries: Vec<(u32, u32)> = hashes.iter().map(|hash| key(*hash)).zip(0..).collect();
    entries.sort_unstable();
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

/// Whether the segment may hold the id.
pub fn may_contain(filter: &[u64], hash: u64) -> bool {
    !filter.is_empty()
        && probes(hash, filter.len()).all(|bit| filter[bit / 64] >> (bit % 64) & 1 == 1)
}

fn probes(hash: u64, words: usize) -> impl Iterator<Item = usize> {
    let step = (hash >> 17) | 1;
    let bits = words as u64 * 64;
    (0..PROBES).map(move |probe| (hash.wrapping_add(probe.wrapping_mul(step)) % bits) as usize)
}

/// Whether a part ends before the hash.
pub fn part_is_before(part: &PageEntry, hash: u64) -> bool {
    part.last_row < key(hash)
}

/// Whether a part may hold the hash.
pub fn part_covers(part: &PageEntry, hash: u64) -> bool {
    (part.first_row..=part.last_row).contains(&key(hash))
}

/// The rows whose ids have this hash, by a part.
pub fn lookup(mut part: &[u8], hash: u64) -> Option<Vec<u32>> {
    let rest = &mut part;
    let wanted = key(hash);
    let mut rows = Vec::new();
    let mut own = 0_u32;
    while !rest.is_empty() {
        own = own.checked_add(take(rest).and_then(|delta| u32::try_from(delta).ok())?)?;
        let row = take_u32(rest)?;
        if own > wanted {
            break;
        }
        if own == wanted {
            rows.push(row);
        }
    }
    Some(rows)
}
