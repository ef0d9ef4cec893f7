//! Buckets numbered over all parts: which value within which parent, and how many documents.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use foldhash::quality::RandomState;
use swarmscope_query::store::StoreError;

use super::too_many;

/// Buckets that one aggregation may have before the reply's are chosen: a memory limit.
const MAX_INTERMEDIATE: usize = 2 * 1024 * 1024;

/// The buckets of one aggregation.
#[derive(Debug)]
pub struct Buckets<V> {
    numbers: HashMap<(u32, V), u32, RandomState>,
    /// Parent and value of each bucket.
    owners: Vec<(u32, V)>,
    counts: Vec<u64>,
    /// The row that counted last, plus one, so that a row counts once.
    last_rows: Vec<u32>,
    /// Rows with their buckets, where rows of one bucket come from several columns.
    seen: Option<HashSet<(u32, u32), RandomState>>,
    /// By parent; made when the first is asked for.
    by_parent: Option<HashMap<u32, Vec<u32>>>,
}

impl<V> Default for Buckets<V> {
    fn default() -> Self {
        Self {
            numbers: HashMap::default(),
            owners: Vec::new(),
            counts: Vec::new(),
            last_rows: Vec::new(),
            seen: None,
            by_parent: None,
        }
    }
}

impl<V: Copy + Eq + Hash> Buckets<V> {
    /// The bucket of a value within a parent.
    ///
    /// # Errors
    /// When there are too many.
    pub fn number(&mut self, parent: u32, value: V) -> Result<u32, StoreError> {
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

    /// How many there are.
    pub fn len(&self) -> u32 {
        self.counts.len() as u32
    }

    /// Documents in a bucket.
    pub fn count(&self, bucket: u32) -> u64 {
        self.counts[bucket as usize]
    }

    /// Counts rows that cannot have been counted in the bucket.
    pub fn add(&mut self, bucket: u32, rows: u64) {
        self.counts[bucket as usize] += rows;
    }

    /// Counts a row of the current part that may have been counted in the bucket; gives whether it was not.
    pub fn add_once(&mut self, bucket: u32, row: u32) -> bool {
        let is_new = match &mut self.seen {
            Some(seen) => seen.insert((row, bucket)),
            None => {
                let last = &mut self.last_rows[bucket as usize];
                std::mem::replace(last, row + 1) != row + 1
            }
        };
        self.counts[bucket as usize] += u64::from(is_new);
        is_new
    }

    /// Rows are those of another part from now on. `in_order` when the rows of a bucket never fall, as those
    /// of one column do.
    pub fn next_part(&mut self, in_order: bool) {
        self.last_rows.fill(0);
        self.seen = (!in_order).then(HashSet::default);
    }

    /// The buckets within a parent, with their values.
    pub fn within(&mut self, parent: u32) -> Vec<(u32, V)> {
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

    /// Parent, value and count of every bucket, in the order of their numbers.
    pub fn all(self) -> impl Iterator<Item = (u32, V, u64)> {
        let owners = self.owners.into_iter().zip(self.counts);
        owners.map(|((parent, value), count)| (parent, value, count))
    }

    /// Takes the buckets of another search over other parts: `parents` are ours for its, `value` gives
    /// ours for its value. Gives our numbers for its buckets.
    ///
    /// # Errors
    /// When there are too many.
    pub fn merge(
        &mut self,
        other: Self,
        parents: &[u32],
        mut value: impl FnMut(V) -> V,
    ) -> Result<Vec<u32>, StoreError> {
        let mut numbers = Vec::with_capacity(other.owners.len());
        for ((parent, own), count) in other.owners.into_iter().zip(other.counts) {
            let number = self.number(parents[parent as usize], value(own))?;
            self.counts[number as usize] += count;
            numbers.push(number);
        }
        Ok(numbers)
    }
}
