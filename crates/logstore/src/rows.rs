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

    /// Adds those of `count` rows from `first` on that are `within` and hold. Asks for rows that are within
    /// and not in the set yet, one by one.
    pub fn select(
        &mut self,
        within: &RowSet,
        first: u32,
        count: usize,
        mut holds: impl FnMut(usize) -> bool,
    ) {
        self.words_of(within, first, count, |word, base, asked| {
            let mut rest = asked & !*word;
            while rest != 0 {
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                if holds((base + bit - first) as usize) {
                    *word |= 1 << bit;
                }
            }
        });
    }

    /// The same for questions that cost less than to leave them out: asks for other rows, too.
    pub fn select_cheaply(
        &mut self,
        within: &RowSet,
        first: u32,
        count: usize,
        holds: impl Fn(usize) -> bool,
    ) {
        self.words_of(within, first, count, |word, base, asked| {
            if asked == u64::MAX {
                let from = (base - first) as usize;
                let mut bits = 0;
                for bit in 0..64 {
                    bits |= u64::from(holds(from + bit)) << bit;
                }
                *word |= bits;
                return;
            }
            let mut rest = asked;
            while rest != 0 {
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                *word |= u64::from(holds((base + bit - first) as usize)) << bit;
            }
        });
    }

    /// Calls with each word that has rows of `within` between `first` and `count` rows later, with the row
    /// that the word begins with, and with these rows as bits.
    fn words_of(
        &mut self,
        within: &RowSet,
        first: u32,
        count: usize,
        mut visit: impl FnMut(&mut u64, u32, u64),
    ) {
        let end = first.saturating_add(count as u32).min(self.len);
        if first >= end {
            return;
        }
        let (from, to) = (first / 64, end.div_ceil(64));
        for at in from..to {
            let base = at * 64;
            let mut asked = within.words[at as usize];
            if base < first {
                asked &= u64::MAX << (first - base);
            }
            if end - base < 64 {
                asked &= (1 << (end - base)) - 1;
            }
            if asked != 0 {
                visit(&mut self.words[at as usize], base, asked);
            }
        }
    }

    /// How many rows are in the set.
    pub fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// How many of the rows from the first to the last are in the set.
    pub fn count_between(&self, first: u32, last: u32) -> u32 {
        let (from, to) = ((first / 64) as usize, (last / 64) as usize);
        let mut count = 0;
        for (at, word) in self.words.iter().enumerate().take(to + 1).skip(from) {
            let mut word = *word;
            if at == from {
                word &= u64::MAX << (first % 64);
            }
            if at == to {
                word &= u64::MAX >> (63 - last % 64);
            }
            count += word.count_ones();
        }
        count
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

    /// The rows in the set, the last one first.
    pub fn iter_back(&self) -> impl Iterator<Item = u32> + '_ {
        let words = (0_u32..self.words.len() as u32).zip(&self.words).rev();
        words.flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = 63 - rest.leading_zeros();
                    rest &= !(1 << bit);
                    at * 64 + bit
                })
            })
        })
    }

    /// Calls with the ranges of rows in the set, in order, as long as they go.
    pub fn runs(&self, mut visit: impl FnMut(Range<u32>)) {
        let mut open: Option<Range<u32>> = None;
        let mut add = |rows: Range<u32>| match &mut open {
            Some(last) if last.end == rows.start => last.end = rows.end,
            _ => {
                if let Some(done) = open.replace(rows) {
                    visit(done);
                }
            }
        };
        for (at, word) in (0_u32..).zip(&self.words) {
            let (mut from, mut rest) = (at * 64, *word);
            while rest != 0 {
                let skipped = rest.trailing_zeros();
                from += skipped;
                rest >>= skipped;
                let length = rest.trailing_ones();
                add(from..from + length);
                from += length;
                rest = rest.checked_shr(length).unwrap_or(0);
            }
        }
        if let Some(last) = open {
            visit(last);
        }
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
        assert_eq!(
            (set.count_between(0, 199), set.count_between(61, 64)),
            (70, 4)
        );
        assert_eq!(
            (set.count_between(128, 199), set.count_between(0, 60)),
            (2, 1)
        );
        assert!(set.intersects(0..61) && !set.intersects(0..60) && !set.intersects(130..200));
        let mut rest = RowSet::all(200);
        rest.subtract(&set);
        let mut runs = Vec::new();
        rest.runs(|rows| runs.push(rows));
        assert_eq!(runs, [0..60, 130..200]);
        assert_eq!(rest.count(), 130);
        assert!(!set.insert(60) && set.insert(59));
        let back: Vec<u32> = rest.iter_back().collect();
        assert_eq!(back, rest.to_vec().into_iter().rev().collect::<Vec<_>>());
    }

    #[test]
    fn rows_are_selected_among_those_within() {
        let mut within = RowSet::none(300);
        within.insert_range(10..250);
        within.remove(100);
        let third = |at: usize| (at + 7).is_multiple_of(3);
        let (mut asked, mut cheap) = (RowSet::none(300), RowSet::none(300));
        asked.select(&within, 7, 200, third);
        cheap.select_cheaply(&within, 7, 200, third);
        let expected: Vec<u32> = (10..207)
            .filter(|row| *row != 100 && row % 3 == 0)
            .collect();
        assert_eq!(asked.to_vec(), expected);
        assert_eq!(cheap, asked);
    }
}
