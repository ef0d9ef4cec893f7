//! `fuzzy`: words within a few edits; insertion, deletion, change or swap of neighbours.

use crate::analysis::{lowercase, words};

use super::field::View;

/// A word near another.
#[derive(Debug, Clone)]
pub struct FuzzyTest {
    given: Vec<char>,
    folded: Vec<char>,
    distance: usize,
    prefix: usize,
}

impl FuzzyTest {
    pub(super) fn new(value: &str, distance: u8, prefix: u32) -> Self {
        Self {
            given: value.chars().collect(),
            folded: lowercase(value).chars().collect(),
            distance: usize::from(distance),
            prefix: usize::try_from(prefix).unwrap_or(usize::MAX),
        }
    }

    pub(super) fn text(&self, text: &str, view: View) -> bool {
        match view {
            View::Whole => self.is_near(&self.given, text),
            View::Text => words(text).any(|word| self.is_near(&self.folded, &word)),
        }
    }

    /// How much of a word or whole string is as wanted, from 1 down; 0 when it is not near. As Lucene weighs it, by
    /// the edits for each character of the shorter one.
    pub(super) fn likeness(&self, found: &str, view: View) -> f32 {
        let wanted = match view {
            View::Whole => &self.given,
            View::Text => &self.folded,
        };
        if !self.is_near(wanted, found) {
            return 0.0;
        }
        let found: Vec<char> = found.chars().collect();
        let edits = (0..self.distance).find(|limit| within(wanted, &found, *limit));
        let shorter = wanted.len().min(found.len()).max(1);
        let part = edits.unwrap_or(self.distance) as f32 / shorter as f32;
        (1.0 - part).max(0.0)
    }

    fn is_near(&self, wanted: &[char], found: &str) -> bool {
        let longest = wanted.len().saturating_add(self.distance);
        // Four bytes a character at most: what is longer than that has too many characters.
        if found.len() > longest.saturating_mul(4) {
            return false;
        }
        let found: Vec<char> = found.chars().collect();
        if found.len().abs_diff(wanted.len()) > self.distance {
            return false;
        }
        let shared = self.prefix.min(wanted.len());
        found.len() >= shared
            && found[..shared] == wanted[..shared]
            && within(&wanted[shared..], &found[shared..], self.distance)
    }
}

/// Whether the optimal string alignment distance is at most `limit`.
fn within(a: &[char], b: &[char], limit: usize) -> bool {
    let width = b.len() + 1;
    let mut older = vec![0; width];
    let mut previous: Vec<usize> = (0..width).collect();
    let mut current = vec![0; width];
    for (row, from) in (1..).zip(a) {
        current[0] = row;
        for (column, to) in (1..).zip(b) {
            let change = previous[column - 1] + usize::from(from != to);
            let mut least = change
                .min(previous[column] + 1)
                .min(current[column - 1] + 1);
            if row > 1 && column > 1 && a[row - 2] == *to && *from == b[column - 2] {
                least = least.min(older[column - 2] + 1);
            }
            current[column] = least;
        }
        if current.iter().min().is_some_and(|least| *least > limit) {
            return false;
        }
        std::mem::swap(&mut older, &mut previous);
        std::mem::swap(&mut previous, &mut current);
    }
    previous[b.len()] <= limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swaps_count_as_one_edit() {
        let test = FuzzyTest::new("task", 1, 1);
        for near in ["task", "taks", "tsk", "tasks", "tank"] {
            assert!(test.text(near, View::Text), "{near}");
        }
        for far in ["ask", "mask", "tanks", "t"] {
            assert!(!test.text(far, View::Text), "{far}");
        }
    }
}
