//! Templates that differ in one word only, in many ways: the word is a variable, however short the rest.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

use crate::cluster::Row;

/// So many different words in one place are no choice of the programmer's.
const FEWEST: usize = 16;

/// Joins the groups whose leading rows are equal but for one column, where there are many such.
pub fn join(rows: &[Row<'_>], mut groups: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let widest = groups
        .iter()
        .map(|group| rows[group[0]].words.len())
        .max()
        .unwrap_or(0);
    for column in 0..widest {
        let mut families: HashMap<u64, Vec<usize>, FixedState> = HashMap::default();
        for (place, group) in groups.iter().enumerate() {
            // Of several rows, the words that differ are variables already.
            if group.len() == 1
                && let Some(key) = key_without(&rows[group[0]], column)
            {
                families.entry(key).or_default().push(place);
            }
        }
        let mut large: Vec<_> = families
            .into_values()
            .filter(|family| family.len() >= FEWEST)
            .collect();
        large.sort_unstable();
        for family in large {
            for &other in &family[1..] {
                let moved = std::mem::take(&mut groups[other]);
                groups[family[0]].extend(moved);
            }
        }
        groups.retain(|group| !group.is_empty());
    }
    groups
}

/// What the row is without the word of a column, when that is one and others are left.
fn key_without(row: &Row<'_>, column: usize) -> Option<u64> {
    if column >= row.words.len() || row.values[column] || row.words.len() < 2 {
        return None;
    }
    let mut hasher = FixedState::default().build_hasher();
    hasher.write_u64(row.words.skeleton);
    for other in (0..row.words.len()).filter(|other| *other != column) {
        hasher.write(row.word(other).as_bytes());
        hasher.write_u8(0);
    }
    Some(hasher.finish())
}
