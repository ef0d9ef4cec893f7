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
    /// Never falls; a row that is in several buckets comes several times, unless they are distinct.
    Listed {
        rows: &'a [u32],
        buckets: &'a [u32],
        are_distinct: bool,
    },
    /// The bucket of every row of the part, [`NO_BUCKET`] for those that do not come.
    ByRow(&'a [u32]),
}

/// The bucket of a row that is in none.
pub const NO_BUCKET: u32 = u32::MAX;

/// Rows of a part that are aggregated.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    pub part: &'a Part,
    /// All rows that come.
    pub within: &'a RowSet,
    pub chosen: Chosen<'a>,
    /// Above the number of every bucket.
    pub buckets: u32,
    /// How well each row of the part matches, when that was asked for and not too many match.
    pub scores: Option<&'a [f32]>,
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
            (Chosen::Listed { rows, buckets, .. }, _) => {
                page.visit_selected(rows, |place, at| visit(buckets[place], at..at + 1));
            }
            (Chosen::ByRow(by_row), Rows::Dense { first }) => {
                let own = by_row.iter().skip(*first as usize).take(page.len());
                for (at, bucket) in own.enumerate().filter(|(_, bucket)| **bucket != NO_BUCKET) {
                    visit(*bucket, at..at + 1);
                }
            }
            (Chosen::ByRow(by_row), Rows::Listed(rows)) => {
                for (at, row) in rows.iter().enumerate() {
                    let bucket = by_row[*row as usize];
                    if bucket != NO_BUCKET {
                        visit(bucket, at..at + 1);
                    }
                }
            }
        }
    }

    /// Whether no row comes twice.
    pub fn is_distinct(&self) -> bool {
        match self.chosen {
            Chosen::Runs(_) | Chosen::ByRow(_) => true,
            Chosen::Listed { are_distinct, .. } => are_distinct,
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
            Chosen::Listed { rows, buckets, .. } => {
                for (row, bucket) in rows.iter().zip(buckets) {
                    visit(*row, *bucket);
                }
            }
            Chosen::ByRow(by_row) => {
                for (row, bucket) in (0..).zip(by_row) {
                    if *bucket != NO_BUCKET {
                        visit(row, *bucket);
                    }
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
    /// In place of the others, where many rows of a part come and none twice.
    by_row: Option<Vec<u32>>,
}

#[derive(Debug, Default)]
struct Listed {
    rows: Vec<u32>,
    buckets: Vec<u32>,
    is_sorted: bool,
    are_distinct: bool,
}

/// Part of all rows from which on a place for each row costs less than a list.
const MANY: u32 = 8;

impl Picked {
    /// For about so many rows of a part, of which none comes twice.
    pub fn of_distinct(count: u32, rows_of_part: u32) -> Self {
        Self {
            by_row: (count >= rows_of_part / MANY).then(|| vec![NO_BUCKET; rows_of_part as usize]),
            ..Self::default()
        }
    }

    /// The rows of a set, in bucket 0.
    pub fn all_of(set: &RowSet) -> Self {
        let mut picked = Self::default();
        set.runs(|rows| picked.push(rows, 0));
        picked
    }

    /// Adds rows that are in a bucket.
    pub fn push(&mut self, rows: Range<u32>, bucket: u32) {
        if let Some(by_row) = &mut self.by_row {
            by_row[rows.start as usize..rows.end as usize].fill(bucket);
            return;
        }
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

    /// Adds a row that is in a bucket.
    #[inline]
    pub fn push_row(&mut self, row: u32, bucket: u32) {
        match (&mut self.by_row, &mut self.listed) {
            (Some(by_row), _) => by_row[row as usize] = bucket,
            (None, Some(listed)) => listed.push_row(row, bucket),
            (None, None) => self.push(row..row + 1, bucket),
        }
    }

    fn list(&mut self) -> &mut Listed {
        let mut listed = Listed {
            rows: Vec::with_capacity(self.in_runs),
            buckets: Vec::with_capacity(self.in_runs),
            is_sorted: true,
            are_distinct: true,
        };
        for run in self.runs.drain(..) {
            listed.push(run.rows, run.bucket);
        }
        self.listed.insert(listed)
    }

    /// The rows in order.
    pub fn chosen(&mut self) -> Chosen<'_> {
        match (&self.by_row, &mut self.listed) {
            (Some(by_row), _) => Chosen::ByRow(by_row),
            (None, None) => Chosen::Runs(&self.runs),
            (None, Some(listed)) => {
                listed.sort();
                Chosen::Listed {
                    rows: &listed.rows,
                    buckets: &listed.buckets,
                    are_distinct: listed.are_distinct,
                }
            }
        }
    }
}

impl Listed {
    fn push(&mut self, rows: Range<u32>, bucket: u32) {
        for row in rows {
            self.push_row(row, bucket);
        }
    }

    fn push_row(&mut self, row: u32, bucket: u32) {
        if let Some(last) = self.rows.last() {
            self.is_sorted &= *last <= row;
            // Those that come later may be the same as others before the last: nobody knows.
            self.are_distinct &= *last < row;
        }
        self.rows.push(row);
        self.buckets.push(bucket);
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
            _ => panic!("these are runs"),
        }
        // Row 35 is in a second bucket.
        picked.push(35..36, 7);
        match picked.chosen() {
            Chosen::Runs(_) | Chosen::ByRow(_) => panic!("a row comes twice"),
            Chosen::Listed {
                rows,
                buckets,
                are_distinct,
            } => {
                assert_eq!((rows.len(), are_distinct), (31, false));
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
        assert!(
            matches!(picked.chosen(), Chosen::Listed { rows, are_distinct: true, .. } if rows.len() == 1000)
        );
        let mut picked = Picked::of_distinct(5, 8);
        picked.push(2..4, 1);
        picked.push_row(7, 0);
        let none = NO_BUCKET;
        match picked.chosen() {
            Chosen::ByRow(by_row) => assert_eq!(by_row, [none, none, 1, 1, none, none, none, 0]),
            _ => panic!("most rows have a bucket"),
        }
    }
}
