//! Rows of a part with the buckets they are in, and how they meet the values of a column.
//!
//! Rows come as runs of one bucket where that is cheap to say (everything; times in order), else one by
//! one. A collector sees spans of values of one bucket either way.

use std::ops::Range;

use crate::block::column::{Column, Rows};
use crate::rows::RowSet;
use crate::search::budget::Deadline;
use crate::search::part::Part;

/// Rows of one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub rows: Range<u32>,
    pub bucket: u32,
}

/// Rows with their buckets.
#[derive(Debug, Clone, Copy)]
pub enum Chosen<'a> {
    /// In order, without a row that comes twice.
    Runs(&'a [Run]),
    /// Never falls; a row that is in several buckets comes several times.
    Listed { rows: &'a [u32], buckets: &'a [u32] },
}

/// Rows of a part that are aggregated.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    pub part: &'a Part,
    /// All rows that come.
    pub within: &'a RowSet,
    pub chosen: Chosen<'a>,
    /// Above the number of every bucket.
    pub buckets: u32,
    pub deadline: Deadline,
}

impl Selection<'_> {
    /// Calls with a bucket and the places of values on the page that are in it.
    pub fn spans(&self, page: &Column, mut visit: impl FnMut(u32, Range<usize>)) {
        match (self.chosen, &page.rows) {
            (Chosen::Runs(runs), Rows::Dense { first }) => {
                let end = first + page.len() as u32;
                let from = runs.partition_point(|run| run.rows.end <= *first);
                for run in &runs[from..] {
                    if run.rows.start >= end {
                        return;
                    }
                    let start = run.rows.start.max(*first) - first;
                    let stop = run.rows.end.min(end) - first;
                    visit(run.bucket, start as usize..stop as usize);
                }
            }
            (Chosen::Runs(runs), Rows::Listed(own)) => {
                let Some(lowest) = own.first() else { return };
                let from = runs.partition_point(|run| run.rows.end <= *lowest);
                let mut at = 0;
                for run in &runs[from..] {
                    at += own[at..].partition_point(|row| *row < run.rows.start);
                    let start = at;
                    at += own[at..].partition_point(|row| *row < run.rows.end);
                    if start < at {
                        visit(run.bucket, start..at);
                    }
                    if at == own.len() {
                        return;
                    }
                }
            }
            (Chosen::Listed { rows, buckets }, _) => {
                page.visit_selected(rows, |place, at| visit(buckets[place], at..at + 1));
            }
        }
    }

    /// Calls with every row and its bucket.
    pub fn each(&self, mut visit: impl FnMut(u32, u32)) {
        match self.chosen {
            Chosen::Runs(runs) => {
                for run in runs {
                    for row in run.rows.clone() {
                        visit(row, run.bucket);
                    }
                }
            }
            Chosen::Listed { rows, buckets } => {
                for (row, bucket) in rows.iter().zip(buckets) {
                    visit(*row, *bucket);
                }
            }
        }
    }
}

/// Runs shorter than this on average cost more than rows one by one.
const SHORTEST_RUNS: usize = 4;
/// So many runs are looked at before that is decided.
const FEW_RUNS: usize = 64;

/// Rows that were picked with their buckets: what the next level gets.
#[derive(Debug, Default)]
pub struct Picked {
    runs: Vec<Run>,
    in_runs: usize,
    /// Once runs do not pay, or a row is in two buckets.
    listed: Option<Listed>,
}

#[derive(Debug, Default)]
struct Listed {
    rows: Vec<u32>,
    buckets: Vec<u32>,
    is_sorted: bool,
}

impl Picked {
    /// The rows of a set, in bucket 0.
    pub fn all_of(set: &RowSet) -> Self {
        let mut picked = Self::default();
        set.runs(|rows| picked.push(rows, 0));
        picked
    }

    /// Adds rows that are in a bucket.
    pub fn push(&mut self, rows: Range<u32>, bucket: u32) {
        if let Some(listed) = &mut self.listed {
            listed.push(rows, bucket);
            return;
        }
        let last_end = self.runs.last().map_or(0, |last| last.rows.end);
        if rows.start < last_end {
            self.list().push(rows, bucket);
            return;
        }
        self.in_runs += rows.len();
        match self.runs.last_mut() {
            Some(last) if last.bucket == bucket && last.rows.end == rows.start => {
                last.rows.end = rows.end;
            }
            _ => self.runs.push(Run { rows, bucket }),
        }
        if self.runs.len() >= FEW_RUNS && self.in_runs < self.runs.len() * SHORTEST_RUNS {
            self.list();
        }
    }

    fn list(&mut self) -> &mut Listed {
        let mut listed = Listed {
            rows: Vec::with_capacity(self.in_runs),
            buckets: Vec::with_capacity(self.in_runs),
            is_sorted: true,
        };
        for run in self.runs.drain(..) {
            listed.push(run.rows, run.bucket);
        }
        self.listed.insert(listed)
    }

    /// The rows in order.
    pub fn chosen(&mut self) -> Chosen<'_> {
        match &mut self.listed {
            None => Chosen::Runs(&self.runs),
            Some(listed) => {
                listed.sort();
                Chosen::Listed {
                    rows: &listed.rows,
                    buckets: &listed.buckets,
                }
            }
        }
    }
}

impl Listed {
    fn push(&mut self, rows: Range<u32>, bucket: u32) {
        self.is_sorted &= self.rows.last().is_none_or(|last| *last <= rows.start);
        for row in rows {
            self.rows.push(row);
            self.buckets.push(bucket);
        }
    }

    fn sort(&mut self) {
        if self.is_sorted {
            return;
        }
        let mut pairs: Vec<(u32, u32)> = self.rows.drain(..).zip(self.buckets.drain(..)).collect();
        pairs.sort_unstable();
        (self.rows, self.buckets) = pairs.into_iter().unzip();
        self.is_sorted = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_kept_in_order_as_runs_or_one_by_one() {
        let mut picked = Picked::default();
        picked.push(0..10, 1);
        picked.push(10..20, 1);
        picked.push(30..40, 2);
        let run = |rows, bucket| Run { rows, bucket };
        match picked.chosen() {
            Chosen::Runs(runs) => assert_eq!(runs, [run(0..20, 1), run(30..40, 2)]),
            Chosen::Listed { .. } => panic!("these are runs"),
        }
        // Row 35 is in a second bucket.
        picked.push(35..36, 7);
        match picked.chosen() {
            Chosen::Runs(_) => panic!("a row comes twice"),
            Chosen::Listed { rows, buckets } => {
                assert_eq!(rows.len(), 31);
                assert_eq!(
                    (&rows[25..27], &buckets[25..27]),
                    (&[35, 35][..], &[2, 7][..])
                );
            }
        }
    }

    #[test]
    fn scattered_rows_are_listed() {
        let mut picked = Picked::default();
        for row in 0..1000 {
            picked.push(row * 3..row * 3 + 1, row % 5);
        }
        assert!(matches!(picked.chosen(), Chosen::Listed { rows, .. } if rows.len() == 1000));
    }
}
