//! Decides which blocks become one.

use crate::view::BlockPart;

/// By how much a step's blocks are longer than those of the step before, as in Prometheus.
const STEP: i64 = 3;
/// Steps of block lengths: two hours become a hundred days, however long things are kept.
const MAX_STEPS: u32 = 6;
/// A block is written anew when something is deleted from this part of its series.
const DELETED_PART: usize = 20;

/// What a plan looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    pub min_time: i64,
    pub max_time: i64,
}

impl Candidate {
    /// That of a block.
    pub fn of(part: &BlockPart) -> Self {
        let meta = part.block.meta();
        Self {
            min_time: meta.min_time,
            max_time: meta.max_time,
        }
    }
}

/// Positions of blocks that should become one; none when all is well. Blocks whose time ends behind
/// `complete` may get neighbours yet.
pub fn plan(blocks: &[Candidate], period: i64, longest: i64, complete: i64) -> Option<Vec<usize>> {
    overlapping(blocks, period, longest).or_else(|| {
        (1..=MAX_STEPS)
            .map(|step| period.saturating_mul(STEP.pow(step)))
            .take_while(|length| *length <= longest)
            .find_map(|length| neighbours(blocks, length, complete))
    })
}

/// Blocks that share a span of time: samples out of order make such ones.
fn overlapping(blocks: &[Candidate], period: i64, longest: i64) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_by_key(|place| blocks[*place].min_time);
    for (at, first) in order.iter().enumerate() {
        let mut group = vec![*first];
        let mut end = blocks[*first].max_time;
        let begin = blocks[*first].min_time;
        for next in &order[at + 1..] {
            let joined = end.max(blocks[*next].max_time);
            // What would become longer than any block may be stays as it is; reads merge it.
            if blocks[*next].min_time > end || joined.saturating_sub(begin) > longest.max(period) {
                break;
            }
            group.push(*next);
            end = joined;
        }
        if group.len() > 1 {
            return Some(group);
        }
    }
    None
}

/// Blocks of one aligned span of a length, when the span is over.
fn neighbours(blocks: &[Candidate], length: i64, complete: i64) -> Option<Vec<usize>> {
    let span = |time: i64| time.div_euclid(length);
    let mut spans: Vec<i64> = blocks
        .iter()
        .filter(|block| span(block.min_time) == span(block.max_time))
        .map(|block| span(block.min_time))
        .collect();
    spans.sort_unstable();
    let place = spans
        .windows(2)
        .find(|pair| pair[0] == pair[1] && (pair[0] + 1).saturating_mul(length) <= complete)?[0];
    let inside = |block: &Candidate| span(block.min_time) == place && span(block.max_time) == place;
    Some(
        (0..blocks.len())
            .filter(|at| inside(&blocks[*at]))
            .collect(),
    )
}

/// Whether so much is deleted from a block that it should be written anew.
pub fn is_worn(part: &BlockPart) -> bool {
    part.tombstones.len() * DELETED_PART >= (part.block.meta().series as usize).max(1)
        && !part.tombstones.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const PERIOD: i64 = 2 * HOUR;

    fn block(from: i64, to: i64) -> Candidate {
        Candidate {
            min_time: from * HOUR,
            max_time: to * HOUR - 1,
        }
    }

    fn planned(blocks: &[Candidate], complete: i64) -> Option<Vec<usize>> {
        plan(blocks, PERIOD, 9 * PERIOD, complete * HOUR)
    }

    #[test]
    fn neighbours_become_one_when_their_span_is_over() {
        let blocks = [block(0, 2), block(2, 4), block(4, 6), block(6, 8)];
        assert_eq!(planned(&blocks, 5), None);
        assert_eq!(planned(&blocks, 6), Some(vec![0, 1, 2]));
        let blocks = [block(0, 6), block(6, 12), block(12, 18), block(18, 20)];
        assert_eq!(planned(&blocks, 20), Some(vec![0, 1, 2]));
        // Beyond the longest nothing is joined.
        let blocks = [block(0, 18), block(18, 36), block(36, 54)];
        assert_eq!(planned(&blocks, 60), None);
        // A gap is no reason to leave the others alone.
        assert_eq!(planned(&[block(0, 2), block(4, 6)], 8), Some(vec![0, 1]));
        assert_eq!(planned(&[block(0, 2)], 8), None);
    }

    #[test]
    fn overlapping_blocks_become_one_at_once() {
        assert_eq!(
            planned(&[block(0, 2), block(2, 4), block(3, 4)], 4),
            Some(vec![1, 2])
        );
        assert_eq!(planned(&[block(0, 18), block(10, 30)], 30), None);
    }
}
