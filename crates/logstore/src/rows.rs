//! A set of rows of one block or segment, one bit a row.

use std::ops::Range;

/// Rows `0..len`, each in the set or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowSet {
    words: Vec<u64>,
    len: u32,
}

impl RowSet {
    /// None of `len` rows.
    pub fn none(len: u32) -> Self {
        Self {
            words: vec![0; len.div_ceil(64) as usize],
            len,
        }
    }

    /// All of `len` rows.
    pub fn all(len: u32) -> Self {
        let mut set = Self {
            words: vec![u64::MAX; len.div_ceil(64) as usize],
            len,
        };
        set.trim();
        set
    }

    /// The bits as stored before; words beyond `len` rows are dropped.
    pub fn from_words(mut words: Vec<u64>, len: u32) -> Self {
        words.resize(len.div_ceil(64) as usize, 0);
        let mut set = Self { words, len };
        set.trim();
        set
    }

    fn trim(&mut self) {
        if let Some(last) = self.words.last_mut()
            && !self.len.is_multiple_of(64)
        {
            *last &= (1 << (self.len % 64)) - 1;
        }
    }

    /// The bits, for storing.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// How many rows there are, in the set or not.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Adds a row; gives whether it was not there yet.
    pub fn insert(&mut self, row: u32) -> bool {
        let word = &mut self.words[(row / 64) as usize];
        let bit = 1 << (row % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Adds all rows of the range.
    pub fn insert_range(&mut self, range: Range<u32>) {
        let mut row = range.start;
        let end = range.end.min(self.len);
        while row < end {
            if row.is_multiple_of(64) && row + 64 <= end {
                self.words[(row / 64) as usize] = u64::MAX;
                row += 64;
            } else {
                self.insert(row);
                row += 1;
            }
        }
    }

    /// Removes a row.
    pub fn remove(&mut self, row: u32) {
        self.words[(row / 64) as usize] &= !(1 << (row % 64));
    }

    /// Whether the row is in the set.
    pub fn contains(&self, row: u32) -> bool {
        self.words[(row / 64) as usize] & (1 << (row % 64)) != 0
    }

    /// How many rows are in the set.
    pub fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// Whether no row is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Keeps what is in both.
    pub fn intersect(&mut self, other: &RowSet) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// Adds what is in the other.
    pub fn unite(&mut self, other: &RowSet) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// Removes what is in the other.
    pub fn subtract(&mut self, other: &RowSet) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// Whether a row of the range is in the set.
    pub fn intersects(&self, range: Range<u32>) -> bool {
        let end = range.end.min(self.len);
        let mut row = range.start;
        while row < end {
            let word = self.words[(row / 64) as usize] >> (row % 64);
            let step = (64 - row % 64).min(end - row);
            let mask = if step == 64 {
                u64::MAX
            } else {
                (1 << step) - 1
            };
            if word & mask != 0 {
                return true;
            }
            row += step;
        }
        false
    }

    /// The rows in the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0_u32..).zip(&self.words).flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    at * 64 + bit
                })
            })
        })
    }

    /// The rows in the set, in order, in one vector.
    pub fn to_vec(&self) -> Vec<u32> {
        let mut rows = Vec::with_capacity(self.count() as usize);
        for (at, word) in (0_u32..).zip(&self.words) {
            if *word == u64::MAX {
                rows.extend(at * 64..at * 64 + 64);
            } else {
                let mut rest = *word;
                while rest != 0 {
                    rows.push(at * 64 + rest.trailing_zeros());
                    rest &= rest - 1;
                }
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_counts_and_iteration_agree_at_the_edges_of_words() {
        let mut set = RowSet::none(200);
        set.insert_range(60..130);
        assert_eq!(
            set.iter().collect::<Vec<_>>(),
            (60..130).collect::<Vec<_>>()
        );
        assert_eq!(set.to_vec(), (60..130).collect::<Vec<_>>());
        assert!(set.intersects(0..61) && !set.intersects(0..60) && !set.intersects(130..200));
        let mut rest = RowSet::all(200);
        rest.subtract(&set);
        assert_eq!(rest.count(), 130);
        assert!(!set.insert(60) && set.insert(59));
    }
}
