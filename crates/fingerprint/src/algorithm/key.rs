//! What a group's id is made of: named parts in their order, hashed so that no two lists of parts can
//! be mistaken for each other.

use xxhash_rust::xxh3::Xxh3Default;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A key that grows by parts.
pub struct Key {
    hash: Xxh3Default,
}

impl Key {
    pub fn new() -> Self {
        Self {
            hash: Xxh3Default::new(),
        }
    }

    /// Adds a part. Its name says what it is, so that a type is never taken for a message.
    pub fn part(&mut self, name: &str, text: &str) {
        for field in [name, text] {
            self.hash.update(&(field.len() as u64).to_le_bytes());
            self.hash.update(field.as_bytes());
        }
    }

    /// 32 hexadecimal digits.
    pub fn id(&self) -> String {
        let digest = self.hash.digest128().to_be_bytes();
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits
            .map(|digit| char::from(DIGITS[usize::from(digit)]))
            .collect()
    }
}
