//! A sentence with places for values.

use xxhash_rust::xxh3::xxh3_64;

use crate::words::is_value;

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

/// What every message of the template has as it stands: runs of words with nothing variable in them, longest
/// first. A word that touches a value is in none, since where a searched word ends is the searcher's matter.
///
/// ```
/// let phrases = swarmscope_patterns::phrases("Claimed <id> of queue=<*> after a long wait");
/// assert_eq!(phrases, ["after a long wait", "Claimed", "of"]);
/// ```
pub fn phrases(text: &str) -> Vec<&str> {
    let mut phrases = Vec::new();
    let mut begun: Option<usize> = None;
    let mut place = 0;
    for word in text.split(' ') {
        let is_fixed = !is_value(word) && word.contains(char::is_alphanumeric);
        match (is_fixed, begun) {
            (true, None) => begun = Some(place),
            (false, Some(start)) => {
                phrases.push(text[start..place].trim_end());
                begun = None;
            }
            _ => {}
        }
        place += word.len() + 1;
    }
    if let Some(start) = begun {
        phrases.push(&text[start..]);
    }
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.len()));
    phrases
}
