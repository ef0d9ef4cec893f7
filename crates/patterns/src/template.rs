//! A sentence with places for values.

use xxhash_rust::xxh3::xxh3_64;

/// A sentence with places for values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// With `<kind>` where all values are of one kind, and `<*>` where words or kinds differ.
    pub text: String,
    /// Messages.
    pub count: u64,
}

/// The id of a template's text: the same in every search, 16 hex digits.
pub fn id(text: &str) -> String {
    format!("{:016x}", xxh3_64(text.as_bytes()))
}
