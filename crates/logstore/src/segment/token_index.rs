//! Which granules hold which words: exact but for hash collisions, so always verified on the data.
//!
//! One index a segment, its entries sorted by the hash of the word and cut into parts that are read
//! one at a time. Of columns whose values are all UUIDs only the first part is indexed, which tells
//! them from each other: the others would be most of the index and select nothing.

use std::io;

use xxhash_rust::xxh3::xxh3_64;

use super::codec::integers;
use super::file::Output;
use super::footer::{PageEntry, Stretch, encode_pages};
use super::uuid_text;
use crate::error::SegmentError;
use crate::varint::{put, put_prefixed, take_bytes, take_prefixed, take_u32};

/// Words a part of the index holds.
const PART_WORDS: usize = 1024;
/// Digits of a UUID's first part.
const FIRST_PART: usize = 8;

/// Bits of a hash that are kept. With ten million words in a segment one lookup in fourteen finds
/// granules of another word too, and the index is a byte a word smaller than with all bits.
const BITS: u32 = 27;
/// How several granules are listed.
const LIST: u8 = 0;
const BITMAP: u8 = 1;

/// The hash of a word in lower case.
pub fn hash(word: &str) -> u32 {
    shortened(xxh3_64(word.as_bytes()) as u32)
}

/// The bits of a hash that the index keeps.
pub fn shortened(hash: u32) -> u32 {
    hash & ((1 << BITS) - 1)
}

/// The hash of a UUID's first part.
pub fn uuid_hash(uuid: &str) -> u32 {
    let mut first = [0; FIRST_PART];
    first.copy_from_slice(&uuid.as_bytes()[..FIRST_PART]);
    first.make_ascii_lowercase();
    shortened(xxh3_64(&first) as u32)
}

/// Whether the text is a UUID in its usual spelling, in one case, whose first part is its own. In
/// version 7 that is the time, which those of one minute share.
pub fn is_indexed_uuid(text: &str) -> bool {
    uuid_text::case(text.as_bytes()).is_some() && text.as_bytes()[14] != b'7'
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

/// A part under construction: for each word the distance of its hash from the one before, and a head,
/// which is its only granule or the length of its list among the lists.
#[derive(Default)]
struct Writer {
    parts: Vec<PageEntry>,
    distances: Vec<u32>,
    heads: Vec<u32>,
    lists: Vec<u8>,
    first: u32,
    last: u32,
}

impl Writer {
    fn entry(&mut self, hash: u32, granules: &[u32], out: &mut Output) -> io::Result<()> {
        if self.distances.is_empty() {
            (self.first, self.last) = (hash, 0);
        }
        self.distances.push(hash - self.last);
        self.last = hash;
        self.heads.push(match granules {
            [granule] => granule << 1,
            _ => {
                let start = self.lists.len();
                encode_granules(granules, &mut self.lists);
                ((self.lists.len() - start) as u32) << 1 | 1
            }
        });
        if self.distances.len() == PART_WORDS {
            self.finish_part(out)?;
        }
        Ok(())
    }

    fn finish_part(&mut self, out: &mut Output) -> io::Result<()> {
        if self.distances.is_empty() {
            return Ok(());
        }
        self.parts.push(PageEntry {
            first_row: self.first,
            last_row: self.last,
            stretch: out.raw(&self.part())?,
        });
        self.distances.clear();
        self.heads.clear();
        self.lists.clear();
        Ok(())
    }

    fn part(&self) -> Vec<u8> {
        let mut part = Vec::new();
        for numbers in [&self.distances, &self.heads] {
            let mut packed = Vec::new();
            integers::encode_u32(numbers, &mut packed);
            put_prefixed(&mut part, &packed);
        }
        part.extend_from_slice(&self.lists);
        part
    }
}

fn encode_granules(granules: &[u32], out: &mut Vec<u8>) {
    let (Some(first), Some(last)) = (granules.first(), granules.last()) else {
        return;
    };
    let span = (last - first) as usize + 1;
    if granules.len() * 8 >= span {
        out.push(BITMAP);
        put(out, u64::from(*first));
        let start = out.len();
        out.resize(start + span.div_ceil(8), 0);
        for granule in granules {
            let bit = (granule - first) as usize;
            out[start + bit / 8] |= 1 << (bit % 8);
        }
        return;
    }
    out.push(LIST);
    let mut previous = 0;
    for granule in granules {
        put(out, u64::from(granule - previous));
        previous = *granule;
    }
}

/// The granules of a list that takes all of `bytes`.
fn decode_granules(bytes: &[u8]) -> Option<Vec<u32>> {
    let (form, mut rest) = bytes.split_first()?;
    match *form {
        LIST => {
            let mut granules = Vec::new();
            let mut granule = 0_u32;
            while !rest.is_empty() {
                granule = granule.checked_add(take_u32(&mut rest)?)?;
                granules.push(granule);
            }
            Some(granules)
        }
        BITMAP => {
            let first = take_u32(&mut rest)?;
            let bits = u32::try_from(rest.len()).ok()?.checked_mul(8)?;
            first.checked_add(bits)?;
            let set = (0..bits).filter(|bit| rest[(bit / 8) as usize] >> (bit % 8) & 1 == 1);
            Some(set.map(|bit| first + bit).collect())
        }
        _ => None,
    }
}

/// A part taken apart.
struct Part<'a> {
    distances: Vec<u32>,
    heads: Vec<u32>,
    lists: &'a [u8],
}

impl<'a> Part<'a> {
    fn read(mut bytes: &'a [u8]) -> Option<Self> {
        let mut numbers = || integers::decode_u32(take_prefixed(&mut bytes)?);
        let (distances, heads) = (numbers()?, numbers()?);
        (distances.len() == heads.len() && distances.len() <= PART_WORDS).then_some(Self {
            distances,
            heads,
            lists: bytes,
        })
    }

    fn granules(&self, word: usize) -> Option<Vec<u32>> {
        let head = self.heads[word];
        if head & 1 == 0 {
            return Some(vec![head >> 1]);
        }
        let lengths = self.heads[..word].iter().filter(|head| **head & 1 == 1);
        let start: usize = lengths.map(|head| (head >> 1) as usize).sum();
        let end = start.checked_add((head >> 1) as usize)?;
        decode_granules(self.lists.get(start..end)?)
    }
}

/// The granules of a word's entry in a part; empty when it has none.
pub fn lookup(part: &[u8], wanted: u32) -> Option<Vec<u32>> {
    let part = Part::read(part)?;
    let mut own = 0_u32;
    for (word, distance) in part.distances.iter().enumerate() {
        own = own.checked_add(*distance)?;
        if own == wanted {
            return part.granules(word);
        }
        if own > wanted {
            break;
        }
    }
    Some(Vec::new())
}

/// All pairs of a part, in order.
pub fn pairs(part: &[u8]) -> Option<Vec<Pair>> {
    let part = Part::read(part)?;
    let mut pairs = Vec::with_capacity(part.heads.len());
    let (mut own, mut lists) = (0_u32, part.lists);
    for (distance, head) in part.distances.iter().zip(&part.heads) {
        own = own.checked_add(*distance)?;
        if head & 1 == 0 {
            pairs.push(pair(own, head >> 1));
        } else {
            let granules = decode_granules(take_bytes(&mut lists, (head >> 1) as usize)?)?;
            pairs.extend(granules.into_iter().map(|granule| pair(own, granule)));
        }
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
            granules in prop::collection::btree_set(0_u32..3000, 2..200),
        ) {
            let granules: Vec<u32> = granules.into_iter().collect();
            let mut bytes = Vec::new();
            encode_granules(&granules, &mut bytes);
            prop_assert_eq!(decode_granules(&bytes), Some(granules));
        }

        #[test]
        fn words_are_found_with_their_granules(
            words in prop::collection::btree_map(
                0_u32..1 << BITS,
                prop::collection::btree_set(0_u32..300, 1..20),
                0..200,
            ),
            other in 0_u32..1 << BITS,
        ) {
            let mut writer = Writer::default();
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("index");
            let mut out = Output::create(&swarmscope_files::Disk, &path).expect("a file");
            for (word, granules) in &words {
                let granules: Vec<u32> = granules.iter().copied().collect();
                writer.entry(*word, &granules, &mut out).expect("written");
            }
            let part = writer.part();
            for word in words.keys().chain([&other]) {
                let expected = words.get(word).map(|own| own.iter().copied().collect());
                prop_assert_eq!(lookup(&part, *word), Some(expected.unwrap_or_default()));
            }
            let all = words.iter().flat_map(|(word, own)| own.iter().map(|one| pair(*word, *one)));
            prop_assert_eq!(pairs(&part), Some(all.collect::<Vec<_>>()));
        }

        #[test]
        fn parts_that_are_none_are_refused_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            drop(pairs(&bytes));
            drop(lookup(&bytes, 77));
        }
    }

    #[test]
    fn uuids_that_begin_with_the_time_are_no_indexed_ones() {
        assert!(is_indexed_uuid("550e8400-e29b-41d4-a716-446655440000"));
        assert!(!is_indexed_uuid("0190a5d2-e29b-71d4-a716-446655440000"));
    }
}
