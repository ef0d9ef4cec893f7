//! Buckets numbered over all parts: which value within which parent, and how many documents.

use std::collections::HashMap;

use swarmscope_query::store::StoreError;

use super::too_many;

/// Buckets that one aggregation may have before the reply's are chosen: a memory limit.
const MAX_INTERMEDIATE: usize = 2 * 1024 * 1024;

/// The buckets of one aggregation.
#[derive(Debug, Default)]
pub struct Buckets {
    numbers: HashMap<(u32, u32), u32>,
    /// Value and parent of each bucket.
    owners: Vec<(u32, u32)>,
    pub counts: Vec<u64>,
    /// The row that counted last, plus one, so that a row counts once.
    last_rows: Vec<u32>,
    /// By parent; made when the first is asked for.
    by_parent: Option<HashMap<u32, Vec<u32>>>,
}

impl Buckets {
    /// The bucket of a value within a parent.
    pub fn number(&mut self, parent: u32, value: u32) -> Result<u32, StoreError> {
        if let Some(number) = self.numbers.get(&(parent, value)) {
            return Ok(*number);
        }
        if self.counts.len() >= MAX_INTERMEDIATE {
            return Err(too_many());
        }
        let number = self.counts.len() as u32;
        self.numbers.insert((parent, value), number);
        self.owners.push((parent, value));
        self.counts.push(0);
        self.last_rows.push(0);
        Ok(number)
    }

    /// Counts a row of the current part in a bucket; gives whether it was not counted yet.
    pub fn count(&mut self, bucket: u32, row: u32) -> bool {
        let last = &mut self.last_rows[bucket as usize];
        if *last == row + 1 {
            return false;
        }
        *last = row + 1;
        self.counts[bucket as usize] += 1;
        true
    }

    /// Rows are those of another part from now on.
    pub fn next_part(&mut self) {
        self.last_rows.fill(0);
    }

    /// The buckets within a parent, with their values.
    pub fn within(&mut self, parent: u32) -> Vec<(u32, u32)> {
        let owners = &self.owners;
        let by_parent = self.by_parent.get_or_insert_with(|| {
            let mut by_parent: HashMap<u32, Vec<u32>> = HashMap::new();
            for (number, (parent, _)) in (0..).zip(owners) {
                by_parent.entry(*parent).or_default().push(number);
            }
            by_parent
        });
        let numbers = by_parent.get(&parent).into_iter().flatten();
        numbers
            .map(|number| (*number, owners[*number as usize].1))
            .collect()
    }
}

/// Rows with their buckets, in the order of rows.
#[derive(Debug, Default)]
pub struct Pairs {
    pub rows: Vec<u32>,
    pub buckets: Vec<u32>,
    sorted: bool,
}

impl Pairs {
    /// None yet.
    pub fn new() -> Self {
        Self {
            sorted: true,
            ..Self::default()
        }
    }

    /// Adds a row in a bucket.
    pub fn push(&mut self, row: u32, bucket: u32) {
        self.sorted &= self.rows.last().is_none_or(|last| *last <= row);
        self.rows.push(row);
        self.buckets.push(bucket);
    }

    /// Puts the rows in order.
    pub fn sort(&mut self) {
        if self.sorted {
            return;
        }
        let mut pairs: Vec<(u32, u32)> = self.rows.drain(..).zip(self.buckets.drain(..)).collect();
        pairs.sort_unstable();
        (self.rows, self.buckets) = pairs.into_iter().unzip();
        self.sorted = true;
    }
}
