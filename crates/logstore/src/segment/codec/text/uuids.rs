//! The UUIDs of a page: each different one once, and which one it is where they repeat.

use std::borrow::Cow;

use hashbrown::HashTable;

use crate::segment::codec::compress::{put_plain, take_section};
use crate::segment::codec::integers;

/// Of how many values one has to be a repetition for references to be shorter.
const REPEATED: usize = 8;

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
    put_plain(stored.as_flattened(), out);
}

/// The UUIDs of a page.
#[derive(Debug)]
pub struct Uuids<'a> {
    bytes: Cow<'a, [u8]>,
    places: Option<Vec<u32>>,
}

impl<'a> Uuids<'a> {
    /// Takes what [`write`] wrote.
    pub fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        let packed = take_section(bytes)?;
        let bytes = take_section(bytes)?;
        if packed.is_empty() {
            return Some(Self {
                bytes,
                places: None,
            });
        }
        let mut places = integers::decode_u32(&packed)?;
        let mut next = 0_u32;
        for place in &mut places {
            if *place == 0 {
                *place = next;
                next += 1;
            } else {
                *place = next.checked_sub(*place)?;
            }
        }
        Some(Self {
            bytes,
            places: Some(places),
        })
    }

    /// The bytes of one.
    pub fn get(&self, at: usize) -> Option<[u8; 16]> {
        let place = match &self.places {
            Some(places) => *places.get(at)? as usize,
            None => at,
        };
        self.bytes.as_chunks().0.get(place).copied()
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
