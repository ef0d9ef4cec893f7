//! `count` and `group`: how many series a group has, and that it has any.

use super::{Accumulator, Notes};
use crate::evaluator::frame::{Row, RowBuffer, is_present};

/// `count`.
pub(super) struct Count {
    steps: usize,
    counts: Vec<u32>,
}

impl Count {
    pub fn new(steps: usize) -> Self {
        Self {
            steps,
            counts: Vec::new(),
        }
    }
}

impl Accumulator for Count {
    fn add(&mut self, group: usize, row: Row<'_>, _: &mut Notes<'_, '_>) {
        let start = group * self.steps;
        if self.counts.len() <= start {
            self.counts.resize(start + self.steps, 0);
        }
        let counts = &mut self.counts[start..start + self.steps];
        for (count, value) in counts.iter_mut().zip(row.floats) {
            *count += u32::from(is_present(*value));
        }
        for (step, _) in row.histograms {
            counts[*step] += 1;
        }
    }

    fn finish(&mut self, group: usize, row: &mut RowBuffer, _: &mut Notes<'_, '_>) {
        let counts = &self.counts[group * self.steps..][..self.steps];
        for (value, count) in row.floats.iter_mut().zip(counts) {
            if *count > 0 {
                *value = f64::from(*count);
            }
        }
    }
}

/// `group`.
pub(super) struct Group(Count);

impl Group {
    pub fn new(steps: usize) -> Self {
        Self(Count::new(steps))
    }
}

impl Accumulator for Group {
    fn add(&mut self, group: usize, row: Row<'_>, notes: &mut Notes<'_, '_>) {
        self.0.add(group, row, notes);
    }

    fn finish(&mut self, group: usize, row: &mut RowBuffer, notes: &mut Notes<'_, '_>) {
        self.0.finish(group, row, notes);
        for value in row.floats.iter_mut().filter(|value| is_present(**value)) {
            *value = 1.0;
        }
    }
}
