//! Values that a row has more than once: as whole strings they are there once.

use std::collections::HashSet;

/// Values of a row that are compared one by one; more are hashed.
const FEW_VALUES: usize = 8;

/// The values of one row so far.
#[derive(Default)]
pub struct Repeated<'p> {
    row: Option<u32>,
    few: Vec<&'p str>,
    many: HashSet<&'p str>,
}

impl<'p> Repeated<'p> {
    /// Whether the row had no such value before. Rows come one after the other.
    pub fn is_first(&mut self, row: u32, text: &'p str) -> bool {
        if self.row.replace(row) != Some(row) {
            self.few.clear();
            self.many.clear();
        }
        if self.few.contains(&text) {
            return false;
        }
        if self.few.len() < FEW_VALUES {
            self.few.push(text);
            return true;
        }
        self.many.insert(text)
    }
}
