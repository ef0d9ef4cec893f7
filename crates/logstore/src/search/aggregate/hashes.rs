//! Sets of hashes: what is in them is spread already, and is not hashed again.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// A set of 64-bit hashes.
pub type Hashes = HashSet<u64, BuildHasherDefault<AsItIs>>;

/// Takes a hash as it is.
#[derive(Debug, Default)]
pub struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
