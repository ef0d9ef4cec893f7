//! Tells which words of letters are in no fragment of a dictionary: most rare ones.

use xxhash_rust::xxh3::xxh3_64;

/// Longest word that is told of: longer runs of letters may be several words.
pub const LONGEST_WORD: usize = 64;

/// Bits for each run of letters that may be another one.
const BITS_A_RUN: usize = 16;
/// Most bits: the words of logs are few.
const MOST_BITS: usize = 1 << 17;

/// A bit for the hash of each run of letters.
#[derive(Debug)]
pub struct WordFilter {
    bits: Vec<u64>,
    /// There is a run of letters that may be several words.
    has_long: bool,
}

impl WordFilter {
    /// Of the runs of letters in texts.
    pub fn of<'a>(texts: impl Iterator<Item = &'a [u8]> + Clone) -> Self {
        let bytes: usize = texts.clone().map(<[u8]>::len).sum();
        let mut filter = Self {
            bits: vec![0; Self::bytes_for(bytes) / size_of::<u64>()],
            has_long: false,
        };
        for text in texts {
            if text.is_ascii() {
                filter.add(&text.to_ascii_lowercase());
            } else {
                // What is no text is in no word either.
                filter.add(String::from_utf8_lossy(text).to_lowercase().as_bytes());
            }
        }
        filter
    }

    /// Memory that one takes of texts with so many bytes together.
    pub fn bytes_for(text_bytes: usize) -> usize {
        // A run and what is behind it are several bytes.
        let bits = (text_bytes / 4 * BITS_A_RUN).clamp(u64::BITS as usize, MOST_BITS);
        bits.next_power_of_two() / 8
    }

    fn add(&mut self, text: &[u8]) {
        let mut start = 0_usize;
        for run in text.split(|byte| !is_letter(*byte)) {
            // Behind other characters of words, or where a text was cut, the end of a run may be the end of
            // a word that was too long.
            let before = start.checked_sub(1).map(|before| text[before]);
            let is_whole = before.is_some_and(|byte| byte.is_ascii() && !byte.is_ascii_digit());
            let ends = if is_whole {
                run.len().min(1)
            } else {
                run.len()
            };
            self.has_long |= run.len() > LONGEST_WORD;
            for from in 0..ends.min(LONGEST_WORD) {
                let (word, bit) = self.place(&run[from..]);
                self.bits[word] |= bit;
            }
            start += run.len() + 1;
        }
    }

    /// Whether a text may have the word, which is of letters in lower case. Never says no of one that does.
    pub fn may_hold(&self, word: &str) -> bool {
        let (place, bit) = self.place(word.as_bytes());
        self.has_long || self.bits[place] & bit != 0
    }

    fn place(&self, run: &[u8]) -> (usize, u64) {
        let bit = xxh3_64(run) as usize & (self.bits.len() * 64 - 1);
        (bit / 64, 1 << (bit % 64))
    }
}

/// Whether a word that is looked for may have it.
pub fn is_letter(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use swarmscope_query::analysis::words;

    proptest! {
        #[test]
        fn no_word_that_is_there_is_denied(
            texts in prop::collection::vec(
                "([A-Za-z_]{1,70}|[0-9\u{212a}\u{130}é語 .-]{0,2}|[0-9]{240,255}){0,8}",
                1..8,
            ),
        ) {
            let filter = WordFilter::of(texts.iter().map(String::as_bytes));
            for word in texts.iter().flat_map(|text| words(text)) {
                if word.bytes().all(is_letter) {
                    prop_assert!(filter.may_hold(&word), "{word:?} in {texts:?}");
                }
            }
        }
    }

    #[test]
    fn its_memory_is_known_before_it_is_made() {
        for length in [0, 3, 40, 5000, 200_000] {
            let text = "ab ".repeat(length / 3);
            let filter = WordFilter::of([text.as_bytes()].into_iter());
            let bytes = size_of_val(&filter.bits[..]);
            assert_eq!(bytes, WordFilter::bytes_for(text.len()));
            assert!((8..=MOST_BITS / 8).contains(&bytes));
        }
    }

    #[test]
    fn other_words_are_denied() {
        let filter = WordFilter::of([&b"took Task"[..], b"of shard "].into_iter());
        assert!(filter.may_hold("task") && filter.may_hold("shard"));
        assert!(!filter.may_hold("nova") && !filter.may_hold("tas"));
    }
}
