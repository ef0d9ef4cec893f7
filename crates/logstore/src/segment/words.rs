//! Which rows of a column may hold words, by the way in which the column is indexed.

use super::footer::Indexing;
use super::reader::Segment;
use super::token_index::{hash, is_uuid, uuid_hash};
use crate::error::SegmentError;
use crate::rows::RowSet;

/// The parts of a UUID in hexadecimal digits.
const UUID_PARTS: [usize; 5] = [8, 4, 4, 4, 12];

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
        let nothing = || Some(RowSet::none(self.groups()[group].rows()));
        match indexing {
            Indexing::Words => {
                let hashes: Vec<u32> = words.iter().map(|word| hash(word)).collect();
                self.rows_with_hashes(group, &hashes).map(Some)
            }
            Indexing::Uuids if !words.iter().all(|word| may_be_in_uuid(word)) => Ok(nothing()),
            Indexing::Uuids => match whole_uuid(words) {
                Some(uuid) => self.rows_with_hashes(group, &[uuid_hash(&uuid)]).map(Some),
                None => Ok(None),
            },
            Indexing::Times if !words.iter().all(|word| may_be_in_time(word)) => Ok(nothing()),
            Indexing::Times => Ok(None),
        }
    }
}

fn may_be_in_uuid(word: &str) -> bool {
    UUID_PARTS.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The UUID that the words are the parts of, in order.
fn whole_uuid(words: &[String]) -> Option<String> {
    let uuid = words.join("-");
    (words.len() == UUID_PARTS.len() && is_uuid(&uuid)).then_some(uuid)
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
    fn words_of_a_uuid_are_recognised_together_only() {
        let words = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        assert_eq!(
            whole_uuid(&words("550e8400 e29b 41d4 a716 446655440000")).as_deref(),
            Some("550e8400-e29b-41d4-a716-446655440000")
        );
        assert_eq!(whole_uuid(&words("e29b 41d4")), None);
        assert!(may_be_in_uuid("e29b") && !may_be_in_uuid("e29bx") && !may_be_in_uuid("nova"));
        assert!(may_be_in_time("25t10") && may_be_in_time("2026") && !may_be_in_time("2026a"));
    }
}
