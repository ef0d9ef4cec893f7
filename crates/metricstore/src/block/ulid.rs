//! Names of blocks that sort by when they were made, as Prometheus's.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a ULID: 128 bits, five each.
const LENGTH: usize = 26;

/// Of the newest name, so that names of one millisecond ascend, too.
static NEWEST: AtomicU64 = AtomicU64::new(0);

/// A new name, later than every other of this process.
pub fn new() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64);
    let before = NEWEST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |newest| {
        Some(now.max(newest + 1))
    });
    let time = now.max(before.unwrap_or_default() + 1);
    let random = uuid::Uuid::new_v4().as_u128() & ((1 << 80) - 1);
    let bits = u128::from(time) << 80 | random;
    (0..LENGTH)
        .rev()
        .map(|place| char::from(ALPHABET[(bits >> (5 * place)) as usize & 31]))
        .collect()
}

/// Makes later names later than this one, which an earlier run made.
pub fn saw(name: &str) {
    let mut bits = 0_u128;
    for byte in name.bytes().take(LENGTH) {
        let digit = ALPHABET.iter().position(|each| *each == byte);
        bits = bits << 5 | digit.unwrap_or_default() as u128;
    }
    NEWEST.fetch_max((bits >> 80) as u64, Ordering::Relaxed);
}

/// Whether a text could be a name.
pub fn is_one(name: &str) -> bool {
    name.len() == LENGTH && name.bytes().all(|byte| ALPHABET.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ascend() {
        let names: Vec<String> = (0..1_000).map(|_| new()).collect();
        assert!(names.is_sorted() && names.iter().all(|name| is_one(name)));
        saw("7ZZZZZZZZ00000000000000000");
        assert!(new().as_str() > "7ZZZZZZZZ00000000000000000");
    }
}
