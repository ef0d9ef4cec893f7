//! The numbers of the series that have a label, in as little memory as their count needs.

use roaring::RoaringBitmap;

/// Numbers that a sorted list holds before it becomes a bitmap.
const MAX_LIST: usize = 32;

/// A set of numbers.
#[derive(Debug, Clone)]
pub enum Postings {
    One(u32),
    List(Vec<u32>),
    Bitmap(Box<RoaringBitmap>),
}

impl Postings {
    /// Adds a number.
    pub fn insert(&mut self, number: u32) {
        match self {
            Self::One(one) if *one == number => {}
            Self::One(one) => *self = Self::List(vec![(*one).min(number), (*one).max(number)]),
            Self::List(list) => {
                if let Err(place) = list.binary_search(&number) {
                    list.insert(place, number);
                }
                if list.len() > MAX_LIST {
                    *self = Self::Bitmap(Box::new(list.iter().copied().collect()));
                }
            }
            Self::Bitmap(bitmap) => {
                bitmap.insert(number);
            }
        }
    }

    /// Removes a number. True when none is left.
    pub fn remove(&mut self, number: u32) -> bool {
        match self {
            Self::One(one) => *one == number,
            Self::List(list) => {
                list.retain(|each| *each != number);
                list.is_empty()
            }
            Self::Bitmap(bitmap) => {
                bitmap.remove(number);
                bitmap.is_empty()
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        match self {
            Self::One(_) => 1,
            Self::List(list) => list.len() as u64,
            Self::Bitmap(bitmap) => bitmap.len(),
        }
    }

    /// Adds all of them to a bitmap.
    pub fn add_to(&self, into: &mut RoaringBitmap) {
        match self {
            Self::One(one) => {
                into.insert(*one);
            }
            Self::List(list) => into.extend(list.iter().copied()),
            Self::Bitmap(bitmap) => *into |= bitmap.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn postings_are_a_set(numbers in prop::collection::vec((any::<bool>(), 0..80_u32), 1..200)) {
            let mut postings = Postings::One(1000);
            let mut expected = BTreeSet::from([1000]);
            for (insert, number) in numbers {
                if insert {
                    postings.insert(number);
                    expected.insert(number);
                } else {
                    expected.remove(&number);
                    prop_assert_eq!(postings.remove(number), expected.is_empty());
                }
            }
            let mut bitmap = RoaringBitmap::new();
            postings.add_to(&mut bitmap);
            prop_assert_eq!(postings.len(), expected.len() as u64);
            prop_assert!(bitmap.iter().eq(expected));
        }
    }
}
