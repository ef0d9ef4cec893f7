//! Which granules hold which words: exact but for hash collisions, so always verified on the data.
//!
//! Entries are sorted by the hash of the word and cut into parts that are read one at a time.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::io;

use swarmscope_query::analysis::words;
use xxhash_rust::xxh3::xxh3_64;

use super::GRANULE_ROWS;
use super::codec::{put, take, take_u32};
use super::file::Output;
use super::footer::{PageEntry, Stretch, encode_pages};
use crate::block::column::{Column, Values};

/// Words a part of the index holds.
const PART_WORDS: usize = 1024;

/// The hash of a word in lower case.
pub fn hash(word: &str) -> u32 {
    xxh3_64(word.as_bytes()) as u32
}

/// Words' hashes are hashes already.
#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 | u64::from(*byte);
        }
    }

    fn write_u32(&mut self, hash: u32) {
        // The table looks at the upper bits too.
        self.0 = u64::from(hash) << 32 | u64::from(hash);
    }
}

type Seen = HashSet<u32, BuildHasherDefault<AsItIs>>;

/// Collects the words of a segment under construction.
#[derive(Debug, Default)]
pub struct TokenCollector {
    /// Hash in the upper half, granule in the lower one.
    pairs: Vec<u64>,
}

impl TokenCollector {
    /// Takes the words of a column of text.
    pub fn add(&mut self, column: &Column) {
        match &column.values {
            Values::Text(strings) => self.collect(column, |at, seen| {
                for word in words(strings.get(at)) {
                    seen.insert(hash(&word));
                }
            }),
            Values::Coded { dictionary, codes } => {
                let hashes: Vec<Vec<u32>> = dictionary
                    .iter()
                    .map(|text| words(text).map(|word| hash(&word)).collect())
                    .collect();
                self.collect(column, |at, seen| seen.extend(&hashes[codes[at] as usize]));
            }
            _ => {}
        }
    }

    fn collect(&mut self, column: &Column, mut words: impl FnMut(usize, &mut Seen)) {
        let mut seen = Seen::default();
        let mut granule = 0;
        for at in 0..column.len() {
            let own = column.row(at) / GRANULE_ROWS;
            if own != granule {
                self.leave(granule, &mut seen);
                granule = own;
            }
            words(at, &mut seen);
        }
        self.leave(granule, &mut seen);
    }

    fn leave(&mut self, granule: u32, seen: &mut Seen) {
        let pairs = seen
            .drain()
            .map(|hash| u64::from(hash) << 32 | u64::from(granule));
        self.pairs.extend(pairs);
    }

    /// Writes the index; gives the place of its directory.
    pub fn write(mut self, out: &mut Output) -> io::Result<Stretch> {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let mut parts = Vec::new();
        let mut part = Vec::new();
        let (mut count, mut first, mut last) = (0, 0, 0);
        let mut entries = self.pairs.chunk_by(|a, b| a >> 32 == b >> 32).peekable();
        while let Some(entry) = entries.next() {
            let hash = (entry[0] >> 32) as u32;
            if count == 0 {
                first = hash;
            }
            let mut previous = 0;
            put(&mut part, u64::from(hash - last));
            last = hash;
            // Most words are in one granule: its number alone, told from a count by its lowest bit.
            if let [pair] = entry {
                put(&mut part, u64::from(*pair as u32) << 1 | 1);
            } else {
                put(&mut part, (entry.len() as u64) << 1);
            }
            for pair in entry.iter().filter(|_| entry.len() > 1) {
                let granule = *pair as u32;
                put(&mut part, u64::from(granule - previous));
                previous = granule;
            }
            count += 1;
            if count == PART_WORDS || entries.peek().is_none() {
                parts.push(PageEntry {
                    first_row: first,
                    last_row: hash,
                    stretch: out.raw(&part)?,
                });
                part.clear();
                (count, last) = (0, 0);
            }
        }
        out.raw(&encode_pages(&parts))
    }
}

/// The granules of a word's entry in a part; empty when it has none.
pub fn lookup(mut part: &[u8], wanted: u32) -> Option<Vec<u32>> {
    let rest = &mut part;
    let mut own = 0_u32;
    while !rest.is_empty() {
        own = own.checked_add(take_u32(rest)?)?;
        let is_wanted = own == wanted;
        let head = take(rest)?;
        if head & 1 == 1 {
            if is_wanted {
                return Some(vec![u32::try_from(head >> 1).ok()?]);
            }
            continue;
        }
        let count = head >> 1;
        let mut granule = 0_u32;
        let mut granules = Vec::new();
        for _ in 0..count {
            granule = granule.checked_add(take_u32(rest)?)?;
            if is_wanted {
                granules.push(granule);
            }
        }
        if is_wanted {
            return Some(granules);
        }
    }
    Some(Vec::new())
}
