//! Decides what becomes of each group when segments are joined.

use crate::state::SegmentPart;

/// Rows that groups encoded together make at most.
const GROUP_ROWS: u32 = 128 * 1024;
/// And bytes of documents: they are in memory at once, twice.
const GROUP_BYTES: u64 = 64 * 1024 * 1024;

/// Which deleted rows are left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// Those of groups that lose a quarter of their rows or more.
    WhenMany,
    /// All.
    Always,
}

/// What becomes of one or several groups; numbers are places among the parts and of the group there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Copy { part: usize, group: usize },
    Encode(Vec<(usize, usize)>),
}

/// Steps that keep all rows in their order. Groups with fewer than `small` rows are encoded together.
pub fn plan(parts: &[SegmentPart], remove: Deleted, small: u32) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut together: Vec<(usize, usize)> = Vec::new();
    let (mut rows, mut bytes) = (0, 0);
    for (place, part) in parts.iter().enumerate() {
        for (number, group) in part.segment.groups().iter().enumerate() {
            let deleted = part.deleted[number].count();
            let live = group.rows() - deleted;
            let dirty = match remove {
                Deleted::WhenMany => deleted * 4 >= group.rows(),
                Deleted::Always => deleted > 0,
            };
            if live >= small && !dirty {
                finish(&mut together, &mut steps);
                (rows, bytes) = (0, 0);
                steps.push(Step::Copy {
                    part: place,
                    group: number,
                });
                continue;
            }
            let own = group.entry().source_bytes;
            if rows + live > GROUP_ROWS || bytes + own > GROUP_BYTES {
                finish(&mut together, &mut steps);
                (rows, bytes) = (0, 0);
            }
            rows += live;
            bytes += own;
            together.push((place, number));
        }
    }
    finish(&mut together, &mut steps);
    steps
}

fn finish(together: &mut Vec<(usize, usize)>, steps: &mut Vec<Step>) {
    if !together.is_empty() {
        steps.push(Step::Encode(std::mem::take(together)));
    }
}
