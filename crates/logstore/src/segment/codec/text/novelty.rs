//! Which words of a fragment are variables although they have no digit: names, topics, rare words.
//!
//! It counts which word follows which in the fragments that are not in the dictionary, in a table of a
//! fixed size, where those that are met again and again drive out those that are not. A word that is seen for the first time behind its predecessor, or
//! seldom for how often that one is seen, is a variable.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use super::scan::is_word;

/// Entries of the table; a power of two.
const ENTRIES: usize = 32 * 1024;
/// A word is no variable when it follows its predecessor more often than one time of so many.
const SELDOM: u64 = 64;
/// Most variables of a fragment.
const MOST: usize = 4;
/// What words are mixed with.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// Counts of words and of pairs of them.
#[derive(Debug, Default)]
pub struct Novelty {
    /// The upper half tells whose count the lower half is.
    counts: Vec<u64>,
}

impl Novelty {
    /// Takes a fragment into account and finds its variables; `None` when it has so many that it is
    /// better not split. `open` says whether a word may begin before the fragment or end behind it.
    pub fn variables(
        &mut self,
        fragment: &[u8],
        open: [bool; 2],
        variables: &mut Vec<Range<usize>>,
    ) -> Option<()> {
        variables.clear();
        let mut previous = u64::from(open[0]) + 1;
        let mut at = 0;
        let mut count = 0;
        while let Some(start) = fragment[at..].iter().position(|byte| is_word(*byte)) {
            let start = at + start;
            let length = fragment[start..].iter().take_while(|byte| is_word(**byte));
            at = start + length.count();
            let word = xxh3_64(&fragment[start..at]);
            let all = self.count(previous);
            let pair = (previous ^ word).wrapping_mul(FACTOR);
            let own = self.count(pair);
            count += 1;
            let whole = !(open[0] && start == 0 || open[1] && at == fragment.len());
            if whole && own * SELDOM < SELDOM + all {
                variables.push(start..at);
                previous = previous.wrapping_mul(FACTOR).rotate_left(17);
            } else {
                previous = word;
            }
        }
        (variables.len() <= MOST && variables.len() * 2 <= count).then_some(())
    }

    /// Counts one more of these.
    fn count(&mut self, key: u64) -> u64 {
        if self.counts.is_empty() {
            self.counts = vec![0; ENTRIES];
        }
        let key = key ^ key >> 32;
        let slot = &mut self.counts[key as usize % ENTRIES];
        let owner = key & !u64::from(u32::MAX);
        let count = *slot & u64::from(u32::MAX);
        if *slot & !u64::from(u32::MAX) == owner {
            *slot += 1;
            return count + 1;
        }
        // Another one's place, which it loses when it is met less often than others that want it.
        *slot = if count > 1 { *slot - 1 } else { owner | 1 };
        1
    }
}
