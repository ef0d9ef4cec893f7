//! Places in a dictionary, in as few bytes as the dictionary allows: most have few entries, and there is a place for
//! every row.

use std::ops::Range;

/// Places in a dictionary. They grow wider when a place needs it, and never narrower.
#[derive(Debug, Clone)]
pub enum Codes {
    Bytes(Vec<u8>),
    Shorts(Vec<u16>),
    Words(Vec<u32>),
}

impl Default for Codes {
    fn default() -> Self {
        Codes::Bytes(Vec::new())
    }
}

impl Codes {
    /// The first entry of a dictionary, so many times.
    pub fn of_first(count: usize) -> Self {
        Codes::Bytes(vec![0; count])
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Codes::Bytes(codes) => codes.len(),
            Codes::Shorts(codes) => codes.len(),
            Codes::Words(codes) => codes.len(),
        }
    }

    /// How many there is memory for.
    pub fn room(&self) -> usize {
        match self {
            Codes::Bytes(codes) => codes.capacity(),
            Codes::Shorts(codes) => codes.capacity(),
            Codes::Words(codes) => codes.capacity(),
        }
    }

    /// Memory they take.
    pub fn bytes(&self) -> usize {
        match self {
            Codes::Bytes(codes) => size_of_val(&codes[..]),
            Codes::Shorts(codes) => size_of_val(&codes[..]),
            Codes::Words(codes) => size_of_val(&codes[..]),
        }
    }

    /// One of them.
    #[inline]
    pub fn get(&self, at: usize) -> usize {
        match self {
            Codes::Bytes(codes) => usize::from(codes[at]),
            Codes::Shorts(codes) => usize::from(codes[at]),
            Codes::Words(codes) => codes[at] as usize,
        }
    }

    /// Calls with those of a range.
    #[inline]
    pub fn each(&self, range: Range<usize>, mut visit: impl FnMut(usize)) {
        match self {
            Codes::Bytes(codes) => codes[range]
                .iter()
                .for_each(|code| visit(usize::from(*code))),
            Codes::Shorts(codes) => codes[range]
                .iter()
                .for_each(|code| visit(usize::from(*code))),
            Codes::Words(codes) => codes[range].iter().for_each(|code| visit(*code as usize)),
        }
    }

    /// All of them, as numbers of one width.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len()).map(|at| self.get(at) as u32)
    }

    /// Adds others behind them.
    pub fn append(&mut self, more: Codes) {
        match (&mut *self, more) {
            (Codes::Bytes(codes), Codes::Bytes(more)) => codes.extend(more),
            (Codes::Shorts(codes), Codes::Shorts(more)) => codes.extend(more),
            (Codes::Words(codes), Codes::Words(more)) => codes.extend(more),
            (Codes::Shorts(codes), Codes::Bytes(more)) => {
                codes.extend(more.iter().map(|code| u16::from(*code)));
            }
            (Codes::Words(codes), more) => codes.extend(more.iter()),
            (_, more) => *self = self.iter().chain(more.iter()).collect::<Vec<u32>>().into(),
        }
    }
}

impl From<Vec<u32>> for Codes {
    fn from(codes: Vec<u32>) -> Self {
        let highest = codes.iter().copied().max().unwrap_or(0);
        if u8::try_from(highest).is_ok() {
            Codes::Bytes(codes.into_iter().map(|code| code as u8).collect())
        } else if u16::try_from(highest).is_ok() {
            Codes::Shorts(codes.into_iter().map(|code| code as u16).collect())
        } else {
            Codes::Words(codes)
        }
    }
}

/// Those of different widths are equal when they say the same.
impl PartialEq for Codes {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Places of any width, most of them narrow.
    fn places() -> impl Strategy<Value = Vec<u32>> {
        let widest = prop_oneof![
            Just(255_u32),
            Just(256),
            Just(65_535),
            Just(65_536),
            Just(u32::MAX)
        ];
        widest.prop_flat_map(|widest| vec(0..=widest, 0..40))
    }

    proptest! {
        #[test]
        fn places_of_any_width_are_kept_and_joined(first in places(), second in places()) {
            let mut codes = Codes::from(first.clone());
            prop_assert!(codes.iter().eq(first.iter().copied()));
            codes.append(Codes::from(second.clone()));
            let all: Vec<u32> = first.into_iter().chain(second).collect();
            prop_assert_eq!(codes.len(), all.len());
            let mut seen = Vec::new();
            codes.each(0..all.len(), |code| seen.push(code as u32));
            prop_assert_eq!(&seen, &all);
            prop_assert_eq!(codes, Codes::from(all));
        }
    }

    #[test]
    fn few_entries_take_a_byte_a_row() {
        assert_eq!(Codes::from(vec![7, 255, 0]).bytes(), 3);
        assert_eq!(Codes::from(vec![7, 256]).bytes(), 4);
        assert_eq!(Codes::from(vec![70_000]).bytes(), 4);
    }
}
