//! Shapes with the same marks between the words, and mostly the same words.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::words::{Words, is_value};

/// A shape as the second step sees it.
#[derive(Debug)]
pub struct Row<'a> {
    pub number: u32,
    pub shape: &'a str,
    pub words: Words,
    pub count: u64,
    /// Whether the word of a column stands for a value.
    pub values: Vec<bool>,
}

impl<'a> Row<'a> {
    /// A shape with its number and count.
    pub fn new(number: u32, shape: &'a str, count: u64) -> Self {
        let words = Words::of(shape);
        let values = (0..words.len())
            .map(|column| is_value(words.get(shape, column)))
            .collect();
        Self {
            number,
            shape,
            words,
            count,
            values,
        }
    }

    /// The word of a column.
    pub fn word(&self, column: usize) -> &'a str {
        self.words.get(self.shape, column)
    }
}

/// Rows of one skeleton, by their places, in clusters. The rows come with the most frequent first, and the
/// first row of a cluster is what the others are compared with.
pub fn clusters(rows: &[Row<'_>], own: &[usize]) -> Vec<Vec<usize>> {
    let mut clusters: Vec<Vec<usize>> = Vec::new();
    // Candidates share a word at the beginning or the end: what a program means is rarely in neither.
    let mut by_word: HashMap<(usize, &str), Vec<usize>, FixedState> = HashMap::default();
    for &place in own {
        let row = &rows[place];
        let keys = keys(row);
        let mut best: Option<(usize, usize)> = None;
        for key in &keys {
            for &candidate in by_word.get(key).into_iter().flatten() {
                let leader = &rows[clusters[candidate][0]];
                let Some(equal) = likeness(leader, row) else {
                    continue;
                };
                let better = |(most, first): (usize, usize)| {
                    equal > most || equal == most && candidate < first
                };
                if best.is_none_or(better) {
                    best = Some((equal, candidate));
                }
            }
        }
        if let Some((_, cluster)) = best {
            clusters[cluster].push(place);
        } else {
            for key in keys {
                by_word.entry(key).or_default().push(clusters.len());
            }
            clusters.push(vec![place]);
        }
    }
    clusters
}

/// The first and the last words that are no values, with their columns.
fn keys<'a>(row: &Row<'a>) -> Vec<(usize, &'a str)> {
    let mut constant: Vec<usize> = (0..row.words.len())
        .filter(|column| !row.values[*column])
        .collect();
    if constant.len() > 4 {
        constant.drain(2..constant.len() - 2);
    }
    if constant.is_empty() {
        return vec![(usize::MAX, "")];
    }
    constant
        .into_iter()
        .map(|column| (column, row.word(column)))
        .collect()
}

/// How many words are equal, when it is more than half of those that are no values in both.
fn likeness(one: &Row<'_>, other: &Row<'_>) -> Option<usize> {
    let mut compared = 0;
    let mut equal = 0;
    for column in 0..one.words.len() {
        if one.values[column] && other.values[column] {
            continue;
        }
        compared += 1;
        equal += usize::from(one.word(column) == other.word(column));
    }
    (equal * 2 > compared || compared == 0).then_some(equal)
}
