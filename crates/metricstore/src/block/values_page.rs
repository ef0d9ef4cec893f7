//! Pages of an index: values of one label, sorted, each with the numbers of the series that have it.
//!
//! Numbers are runs of consecutive ones, because series that are alike stand together.

use roaring::RoaringBitmap;

use crate::wire::{Malformed, Reader, put_bytes, put_varint};

/// Numbers that ascend, as bytes.
#[derive(Debug, Default)]
pub struct Runs {
    bytes: Vec<u8>,
    /// The run that is not in the bytes yet: its first number and the one behind its last.
    open: Option<(u32, u32)>,
    /// Behind the last number of the bytes.
    end: u32,
}

impl Runs {
    /// Adds a number above all others.
    pub fn push(&mut self, number: u32) {
        match &mut self.open {
            Some((_, end)) if *end == number => *end += 1,
            _ => {
                self.close();
                self.open = Some((number, number + 1));
            }
        }
    }

    fn close(&mut self) {
        if let Some((first, end)) = self.open.take() {
            let more = end - first - 1;
            let gap = u64::from(first - self.end);
            put_varint(&mut self.bytes, gap << 1 | u64::from(more > 0));
            if more > 0 {
                put_varint(&mut self.bytes, u64::from(more));
            }
            self.end = end;
        }
    }

    /// The bytes.
    pub fn finish(mut self) -> Vec<u8> {
        self.close();
        self.bytes
    }
}

/// Adds the numbers to a bitmap.
///
/// # Errors
/// When the bytes are no runs.
pub fn add_runs(bytes: &[u8], into: &mut RoaringBitmap) -> Result<(), Malformed> {
    let mut reader = Reader::new(bytes);
    let mut end = 0_u64;
    while !reader.is_empty() {
        let gap = reader.varint()?;
        let more = if gap & 1 == 1 { reader.varint()? } else { 0 };
        let first = end.saturating_add(gap >> 1);
        end = first.saturating_add(more).saturating_add(1);
        let last =
            u32::try_from(end - 1).map_err(|_| Malformed("a series has too large a number"))?;
        into.insert_range(first as u32..=last);
    }
    Ok(())
}

/// A page in memory.
#[derive(Debug)]
pub struct ValuesPage {
    bytes: Vec<u8>,
    /// Where in the bytes a value and its runs are.
    entries: Vec<(std::ops::Range<usize>, std::ops::Range<usize>)>,
}

impl ValuesPage {
    /// Reads a page.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Malformed> {
        let mut reader = Reader::new(&bytes);
        let mut entries = Vec::new();
        while !reader.is_empty() {
            let value = reader.text()?.len();
            let value =
                bytes.len() - reader.rest().len() - value..bytes.len() - reader.rest().len();
            let runs = reader.bytes()?.len();
            let runs = bytes.len() - reader.rest().len() - runs..bytes.len() - reader.rest().len();
            entries.push((value, runs));
        }
        Ok(Self { bytes, entries })
    }

    /// Memory that it takes, about.
    pub fn bytes(&self) -> usize {
        self.bytes.len() + self.entries.len() * 32
    }

    /// Values and their runs, by value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.entries.iter().map(|(value, runs)| {
            let value = std::str::from_utf8(&self.bytes[value.clone()]).unwrap_or_default();
            (value, &self.bytes[runs.clone()])
        })
    }

    /// The runs of a value.
    pub fn find(&self, value: &str) -> Option<&[u8]> {
        let place = self
            .entries
            .binary_search_by(|(each, _)| self.bytes[each.clone()].cmp(value.as_bytes()))
            .ok()?;
        Some(&self.bytes[self.entries[place].1.clone()])
    }
}

/// Appends a value and its runs to a page.
pub fn push_value(page: &mut Vec<u8>, value: &str, runs: &[u8]) {
    put_bytes(page, value.as_bytes());
    put_bytes(page, runs);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn runs_give_back_their_numbers(numbers in prop::collection::btree_set(0..300_u32, 0..200)) {
            let mut runs = Runs::default();
            for number in &numbers {
                runs.push(*number);
            }
            let mut found = RoaringBitmap::new();
            add_runs(&runs.finish(), &mut found).expect("runs");
            prop_assert!(found.iter().eq(numbers.iter().copied()));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut numbers = RoaringBitmap::new();
            if add_runs(&bytes, &mut numbers).is_ok() {
                prop_assert_eq!(numbers.is_empty(), bytes.is_empty());
            }
            if let Ok(page) = ValuesPage::read(bytes.clone()) {
                prop_assert!(page.iter().map(|(value, runs)| value.len() + runs.len()).sum::<usize>() < bytes.len().max(1));
            }
            if let Ok(page) = crate::block::series_page::SeriesPage::read(&bytes) {
                prop_assert!(page.entries.len() <= bytes.len());
            }
        }
    }
}
