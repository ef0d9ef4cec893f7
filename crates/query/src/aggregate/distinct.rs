//! Distinct values that can be united with those of other buckets.

use std::collections::HashSet;

use super::HyperLogLog;

/// Hashes of values: the hashes themselves while they are few, then an estimate.
#[derive(Debug, Clone)]
pub enum DistinctValues {
    Exact(HashSet<u64>),
    Estimated(Box<HyperLogLog>),
}

impl Default for DistinctValues {
    fn default() -> Self {
        Self::Exact(HashSet::new())
    }
}

impl PartialEq for DistinctValues {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(own), Self::Exact(other)) => own == other,
            _ => self.count() == other.count(),
        }
    }
}

impl DistinctValues {
    /// How many there are.
    pub fn count(&self) -> u64 {
        match self {
            Self::Exact(values) => values.len() as u64,
            Self::Estimated(sketch) => sketch.estimate(),
        }
    }

    /// How many numbers it is kept as: what it costs to look at it.
    pub fn size(&self) -> usize {
        match self {
            Self::Exact(values) => values.len(),
            Self::Estimated(sketch) => sketch.size(),
        }
    }

    /// Takes those of another. Beyond so many, they are estimated.
    pub fn unite(&mut self, other: &Self, most: usize) {
        match (&mut *self, other) {
            (Self::Exact(own), Self::Exact(other)) => {
                own.extend(other);
                if own.len() > most {
                    *self = Self::Estimated(Box::new(own.iter().copied().collect()));
                }
            }
            (Self::Estimated(own), Self::Exact(other)) => {
                for hash in other {
                    own.add(*hash);
                }
            }
            (Self::Exact(own), Self::Estimated(other)) => {
                let mut sketch = other.clone();
                for hash in own.iter() {
                    sketch.add(*hash);
                }
                *self = Self::Estimated(sketch);
            }
            (Self::Estimated(own), Self::Estimated(other)) => own.merge(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xxhash_rust::xxh3::xxh3_64;

    #[test]
    fn what_two_have_counts_once_exactly_or_about() {
        let some = |numbers: std::ops::Range<u64>| -> HashSet<u64> {
            numbers
                .map(|number| xxh3_64(&number.to_le_bytes()))
                .collect()
        };
        for most in [usize::MAX, 100] {
            let mut all = DistinctValues::default();
            for numbers in [0..6_000, 4_000..10_000] {
                all.unite(&DistinctValues::Exact(some(numbers)), most);
            }
            let off = all.count().abs_diff(10_000);
            assert!(off == 0 || most == 100 && off < 300, "{}", all.count());
        }
    }
}
