//! The ids of documents that came without one: told from their place in the order of writes, kept
//! nowhere.
//!
//! An id is the store's salt and the document's sequence, in twenty characters that are safe in a URL.
//! Two stores have different salts, so that documents of one keep their ids in the other.

use rand::RngExt;
use serde::{Deserialize, Serialize};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CHARACTERS: usize = 20;
/// What twenty characters of six bits hold beside a sequence.
const SALT_BITS: u32 = 56;

/// What tells this store's ids from another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Salt(u64);

impl Salt {
    /// A new one, for a new store.
    pub fn random() -> Self {
        let bits: u64 = rand::rng().random();
        Self(bits >> (u64::BITS - SALT_BITS))
    }

    /// The id of the document with this sequence.
    pub fn id(self, sequence: u64) -> String {
        let mut bits = u128::from(self.0) << u64::BITS | u128::from(sequence);
        let mut characters = [0; CHARACTERS];
        for character in characters.iter_mut().rev() {
            *character = ALPHABET[(bits & 63) as usize];
            bits >>= 6;
        }
        characters.iter().copied().map(char::from).collect()
    }

    /// The sequence that the id would be made of, if it is one of this store's.
    pub fn sequence(self, id: &str) -> Option<u64> {
        if id.len() != CHARACTERS {
            return None;
        }
        let mut bits = 0_u128;
        for byte in id.bytes() {
            bits = bits << 6 | u128::from(value(byte)?);
        }
        (bits >> u64::BITS == u128::from(self.0)).then_some(bits as u64)
    }
}

/// The six bits that a character stands for.
fn value(character: u8) -> Option<u8> {
    Some(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_their_sequence_to_their_own_store_alone() {
        let salt = Salt::random();
        for sequence in [0, 1, 63, 64, 1 << 40, u64::MAX] {
            let id = salt.id(sequence);
            assert_eq!(id.len(), CHARACTERS);
            assert!(id.bytes().all(|byte| ALPHABET.contains(&byte)));
            assert_eq!(salt.sequence(&id), Some(sequence));
            assert_eq!(Salt(salt.0 ^ 1).sequence(&id), None);
        }
        assert_eq!(salt.sequence("short"), None);
        assert_eq!(salt.sequence("äääääääääa"), None);
    }
}
