//! The UUIDs of a page: each different one once, and which one it is where they repeat. Those made at
//! random have six bits that are always the same, which are left out.

use std::sync::OnceLock;

use bytes::{Buf, Bytes};
use hashbrown::HashTable;

use crate::segment::codec::bits::{self, BitWriter};
use crate::segment::codec::compress::{Kept, Stored, put_plain};
use crate::segment::codec::integers;

/// Of how many values one has to be a repetition for references to be shorter.
const REPEATED: usize = 8;

/// Bits of one half of a random UUID; they have two.
const RANDOM_BITS: u32 = 61;
/// The bits of version and variant, and what they are in random ones.
const FIXED: u128 = 0xf000_c000_0000_0000_0000;
const RANDOM: u128 = 0x4000_8000_0000_0000_0000;
/// Where the bits above the version begin, and those above the variant.
const ABOVE: [u32; 2] = [80, 64];

/// Appends the UUIDs of a page.
pub fn write(uuids: &[[u8; 16]], out: &mut Vec<u8>) {
    let mut places: HashTable<u32> = HashTable::with_capacity(uuids.len());
    let mut distinct: Vec<[u8; 16]> = Vec::new();
    // 0 for a new one, else how long ago its first occurrence was, in different ones.
    let mut references = Vec::with_capacity(uuids.len());
    for uuid in uuids {
        let found = places.find(hash(uuid), |place| distinct[*place as usize] == *uuid);
        if let Some(place) = found {
            references.push(distinct.len() as u32 - place);
            continue;
        }
        let place = distinct.len() as u32;
        distinct.push(*uuid);
        places.insert_unique(hash(uuid), place, |place| hash(&distinct[*place as usize]));
        references.push(0);
    }
    let mut packed = Vec::new();
    if (uuids.len() - distinct.len()) * REPEATED > uuids.len() {
        integers::encode_u32(&references, &mut packed);
    } else {
        distinct.clear();
    }
    put_plain(&packed, out);
    let stored = if packed.is_empty() { uuids } else { &distinct };
    let numbers = || stored.iter().map(|uuid| u128::from_be_bytes(*uuid));
    let random = numbers().all(|number| number & FIXED == RANDOM);
    out.push(u8::from(random));
    if !random {
        return put_plain(stored.as_flattened(), out);
    }
    let mut bits = BitWriter::default();
    for number in numbers() {
        let number = without_fixed(number);
        bits.put(number as u64 & bits::mask(RANDOM_BITS), RANDOM_BITS);
        bits.put((number >> RANDOM_BITS) as u64, RANDOM_BITS);
    }
    put_plain(&bits.finish(), out);
}

/// The 122 bits of a random UUID.
fn without_fixed(number: u128) -> u128 {
    let lowest = number & ((1 << (ABOVE[1] - 2)) - 1);
    let middle = number >> ABOVE[1] & ((1 << (ABOVE[0] - ABOVE[1] - 4)) - 1);
    let highest = number >> ABOVE[0];
    highest << (ABOVE[0] - 6) | middle << (ABOVE[1] - 2) | lowest
}

/// The random UUID of these 122 bits.
fn with_fixed(bits: u128) -> u128 {
    let lowest = bits & ((1 << (ABOVE[1] - 2)) - 1);
    let middle = bits >> (ABOVE[1] - 2) & ((1 << (ABOVE[0] - ABOVE[1] - 4)) - 1);
    let highest = bits >> (ABOVE[0] - 6);
    highest << ABOVE[0] | middle << ABOVE[1] | lowest | RANDOM
}

/// The UUIDs of a page.
#[derive(Debug)]
pub struct Uuids {
    packed: Stored,
    random: bool,
    bytes: Kept,
    /// Which of the distinct ones each is; none where all are there.
    places: OnceLock<Option<Vec<u32>>>,
}

impl Uuids {
    /// Takes what [`write`] wrote.
    pub fn take(page: &mut Bytes) -> Option<Self> {
        Some(Self {
            packed: Stored::take(page)?,
            random: page.try_get_u8().ok()? == 1,
            bytes: Kept::take(page)?,
            places: OnceLock::new(),
        })
    }

    /// Memory they take at most beside the page.
    pub fn memory(&self) -> usize {
        self.packed.len() * size_of::<u32>() * 2 + self.bytes.len()
    }

    fn read_places(&self) -> Option<Vec<u32>> {
        let mut places = integers::decode_u32(&self.packed.bytes()?)?;
        let mut next = 0_u32;
        for place in &mut places {
            if *place == 0 {
                *place = next;
                next += 1;
            } else {
                *place = next.checked_sub(*place)?;
            }
        }
        Some(places)
    }

    /// The bytes of one.
    pub fn get(&self, at: usize) -> Option<[u8; 16]> {
        let place = if self.packed.is_empty() {
            at
        } else {
            let places = self.places.get_or_init(|| self.read_places());
            *places.as_ref()?.get(at)? as usize
        };
        self.stored(self.bytes.bytes()?, place)
    }

    /// All that are stored: each of the page, once where they repeat.
    pub fn distinct(&self) -> Option<Vec<[u8; 16]>> {
        let bytes = self.bytes.bytes()?;
        if !self.random {
            let (uuids, rest) = bytes.as_chunks();
            return rest.is_empty().then(|| uuids.to_vec());
        }
        let count = bytes.len() * 8 / (2 * RANDOM_BITS as usize);
        (0..count).map(|place| self.stored(bytes, place)).collect()
    }

    /// One of those that are stored.
    fn stored(&self, bytes: &[u8], place: usize) -> Option<[u8; 16]> {
        if !self.random {
            return bytes.as_chunks().0.get(place).copied();
        }
        let bit = place.checked_mul(2 * RANDOM_BITS as usize)?;
        if bytes.len() * 8 < bit.checked_add(2 * RANDOM_BITS as usize)? {
            return None;
        }
        let low = bits::get(bytes, bit, RANDOM_BITS);
        let high = bits::get(bytes, bit + RANDOM_BITS as usize, RANDOM_BITS);
        let number = with_fixed(u128::from(high) << RANDOM_BITS | u128::from(low));
        Some(number.to_be_bytes())
    }
}

/// Some bits of it: version and variant are elsewhere.
fn hash(uuid: &[u8; 16]) -> u64 {
    let (halves, _) = uuid.as_chunks();
    halves
        .iter()
        .fold(0, |hash, half| hash ^ u64::from_le_bytes(*half))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
