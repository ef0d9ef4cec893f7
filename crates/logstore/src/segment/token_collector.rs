//! Collects the words of a group under construction, granule by granule.

use swarmscope_query::analysis::words;

use super::token_index::{Pair, hash, pair, shortened, uuid_hash};
use super::{GRANULE_ROWS, pair_sort};
use crate::block::column::{Column, Values};

/// Fewer hashes of a granule are taken as they are: repetitions among them go when the group is sorted.
const MANY: usize = 16 * 1024;

/// The words of one group.
#[derive(Debug, Default)]
pub struct TokenCollector {
    pairs: Vec<Pair>,
}

impl TokenCollector {
    /// Takes hashes of words that stand in one granule.
    pub fn add(&mut self, granule: u32, hashes: &mut Vec<u32>) {
        if hashes.len() > MANY {
            hashes.sort_unstable();
            hashes.dedup();
        }
        let own = hashes.drain(..).map(|hash| pair(shortened(hash), granule));
        self.pairs.extend(own);
    }

    /// Takes the words of a column with a dictionary.
    pub fn add_coded(&mut self, column: &Column) {
        if let Values::Coded { dictionary, .. } = &column.values {
            let hashes: Vec<Vec<u32>> = dictionary
                .iter()
                .map(|text| words(text).map(|word| hash(&word)).collect())
                .collect();
            self.by_code(column, &hashes);
        }
    }

    /// Takes the values of a column of UUIDs, by their first parts.
    pub fn add_uuids(&mut self, column: &Column) {
        let mut hashes = Vec::new();
        match &column.values {
            Values::Coded { dictionary, .. } => {
                let hashes: Vec<Vec<u32>> = dictionary
                    .iter()
                    .map(|text| vec![uuid_hash(text)])
                    .collect();
                self.by_code(column, &hashes);
            }
            Values::Text(strings) => {
                let mut granule = 0;
                let mut previous = "";
                for (at, text) in strings.iter().enumerate() {
                    let own = column.row(at) / GRANULE_ROWS;
                    if own != granule {
                        self.add(granule, &mut hashes);
                        granule = own;
                    } else if text == previous {
                        continue;
                    }
                    previous = text;
                    hashes.push(uuid_hash(text));
                }
                self.add(granule, &mut hashes);
            }
            _ => {}
        }
    }

    fn by_code(&mut self, column: &Column, hashes: &[Vec<u32>]) {
        let Values::Coded { codes, .. } = &column.values else {
            return;
        };
        // The granule behind the last one that a code was seen in.
        let mut seen = vec![0_u32; hashes.len()];
        for (at, code) in codes.iter().enumerate() {
            let granule = column.row(at) / GRANULE_ROWS;
            let code = code as usize;
            let seen = &mut seen[code];
            if *seen != granule + 1 {
                *seen = granule + 1;
                let own = hashes[code].iter();
                self.pairs.extend(own.map(|hash| pair(*hash, granule)));
            }
        }
    }

    /// The pairs in order, with the group's granules counted from `first`.
    pub fn finish(mut self, first: u32) -> Vec<Pair> {
        pair_sort::sort(&mut self.pairs);
        if first > 0 {
            for pair in &mut self.pairs {
                *pair += u64::from(first);
            }
        }
        self.pairs
    }
}
