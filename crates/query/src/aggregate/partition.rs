//! Partitions of a field's values, for going through many values in several requests.
//!
//! Which partition a value is in is a contract: a client that goes through the partitions of an Elasticsearch
//! gets the same values here. Therefore the hashes are Elasticsearch's: MurmurHash3 of texts, a mixed number of
//! whole numbers.

use crate::document::ValueRef;

/// Where Elasticsearch's hash of texts begins.
const SEED: u32 = 31;

/// One of so many partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    /// From 0.
    pub number: u32,
    /// At least 1.
    pub of: u32,
}

impl Partition {
    /// Whether a value is in it.
    pub fn holds(self, value: ValueRef<'_>) -> bool {
        let hash = match value {
            ValueRef::Text(text) => i64::from(murmur3(text.as_bytes(), SEED).cast_signed()),
            ValueRef::Integer(number) => mixed(number),
            ValueRef::Boolean(flag) => mixed(i64::from(flag)),
            ValueRef::Float(number) => mixed(sortable(number)),
        };
        hash.rem_euclid(i64::from(self.of.max(1))) == i64::from(self.number)
    }
}

/// A number's bits so that they sort as the number does.
fn sortable(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    bits ^ ((bits >> 63) & i64::MAX)
}

/// A whole number with its bits spread (the ninth variant of David Stafford's mixers).
fn mixed(number: i64) -> i64 {
    let mut bits = number.cast_unsigned();
    bits = (bits ^ (bits >> 32)).wrapping_mul(0x4cd6_944c_5cc2_0b6d);
    bits = (bits ^ (bits >> 29)).wrapping_mul(0xfc12_c5b1_9d32_59e9);
    (bits ^ (bits >> 32)).cast_signed()
}

/// MurmurHash3 with 32 bits.
fn murmur3(bytes: &[u8], seed: u32) -> u32 {
    let scrambled = |word: u32| {
        word.wrapping_mul(0xcc9e_2d51)
            .rotate_left(15)
            .wrapping_mul(0x1b87_3593)
    };
    let (words, tail) = bytes.as_chunks::<4>();
    let mut hash = seed;
    for word in words {
        hash ^= scrambled(u32::from_le_bytes(*word));
        hash = hash
            .rotate_left(13)
            .wrapping_mul(5)
            .wrapping_add(0xe654_6b64);
    }
    let last = tail
        .iter()
        .rev()
        .fold(0, |word, byte| (word << 8) | u32::from(*byte));
    hash ^= scrambled(last);
    hash ^= bytes.len() as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published test values of MurmurHash3.
    #[test]
    fn texts_are_hashed_as_everywhere() {
        assert_eq!(murmur3(b"", 0), 0);
        assert_eq!(murmur3(b"", 1), 0x514e_28b7);
        assert_eq!(murmur3(b"test", 0), 0xba6b_d213);
        assert_eq!(murmur3(b"Hello, world!", 0), 0xc036_3e43);
    }

    #[test]
    fn every_value_is_in_one_partition() {
        let partitions = (0..7).map(|number| Partition { number, of: 7 });
        for value in [
            ValueRef::Text("ada"),
            ValueRef::Integer(-3),
            ValueRef::Float(0.5),
            ValueRef::Boolean(true),
        ] {
            let holding = partitions.clone().filter(|own| own.holds(value));
            assert_eq!(holding.count(), 1, "{value:?}");
        }
    }
}
