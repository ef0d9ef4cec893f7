//! Which rows of a column may hold words, by the way in which the column is indexed.

use super::footer::Indexing;
use super::reader::Segment;
use super::token_index::hash;
use crate::error::SegmentError;
use crate::rows::RowSet;

/// The parts of a UUID in hexadecimal digits.
const UUID_PARTS: [usize; 3] = [8, 4, 12];

impl Segment {
    /// The rows of a group where a column so indexed may hold all of these words. `None` when any
    /// row may.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn rows_with_words(
        &self,
        group: usize,
        indexing: Indexing,
        words: &[String],
    ) -> Result<Option<RowSet>, SegmentError> {
        match Needed::new(indexing, words) {
            Needed::Hashes(hashes) => self.rows_with_hashes(group, &hashes).map(Some),
            Needed::Nothing => Ok(None),
            Needed::Impossible => Ok(Some(RowSet::none(self.groups()[group].rows()))),
        }
    }

    /// Whether no row of a group can hold all of these words in a column so indexed.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn lacks_words(
        &self,
        group: usize,
        indexing: Indexing,
        words: &[String],
    ) -> Result<bool, SegmentError> {
        match Needed::new(indexing, words) {
            Needed::Hashes(hashes) => self.lacks_hashes(group, &hashes),
            Needed::Nothing => Ok(false),
            Needed::Impossible => Ok(true),
        }
    }
}

/// What a value has to have in the token index.
enum Needed {
    Hashes(Vec<u32>),
    /// Any value may hold the words.
    Nothing,
    /// No value can.
    Impossible,
}

impl Needed {
    fn new(indexing: Indexing, words: &[String]) -> Self {
        let all = |may_be: fn(&str) -> bool| words.iter().all(|word| may_be(word));
        match indexing {
            Indexing::Words => Needed::Hashes(words.iter().map(|word| hash(word)).collect()),
            Indexing::Uuids if all(may_be_in_uuid) => {
                let first = words.iter().filter(|word| word.len() == UUID_PARTS[0]);
                let hashes: Vec<u32> = first.map(|word| hash(word)).collect();
                match hashes.is_empty() {
                    true => Needed::Nothing,
                    false => Needed::Hashes(hashes),
                }
            }
            Indexing::Times if all(may_be_in_time) => Needed::Nothing,
            Indexing::Uuids | Indexing::Times => Needed::Impossible,
        }
    }
}

fn may_be_in_uuid(word: &str) -> bool {
    UUID_PARTS.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether the word may be a part of a point in time: digits, with the `t` or `z` beside them.
fn may_be_in_time(word: &str) -> bool {
    word.bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b't' || byte == b'z')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_by_their_form_what_they_can_be_part_of() {
        assert!(may_be_in_uuid("e29b") && !may_be_in_uuid("e29bx") && !may_be_in_uuid("nova"));
        assert!(may_be_in_time("25t10") && may_be_in_time("2026") && !may_be_in_time("2026a"));
    }
}
