//! Puts the words of a group in order: digit by digit, since there are hundreds of thousands of short numbers and
//! comparing them was a fifteenth of writing a segment.

use super::token_index::Pair;

/// Bits of a digit of the granule and of the hash; the counts of a digit stay in the nearest cache.
const GRANULE_DIGIT: u32 = 8;
const HASH_DIGIT: u32 = 9;
/// Where a pair's hash begins.
const HASH: u32 = 32;

/// More pairs are sorted where they stand: a copy of them would be much memory.
const MOST_COPIED: usize = 2 * 1024 * 1024;

/// Sorts pairs by hash and granule, and leaves each of them once.
pub fn sort(pairs: &mut Vec<Pair>) {
    if pairs.len() > MOST_COPIED {
        pairs.sort_unstable();
    } else {
        sort_digits(pairs);
    }
    pairs.dedup();
}

fn sort_digits(pairs: &mut Vec<Pair>) {
    let used = pairs.iter().fold(0, |used, pair| used | pair);
    let granules = u64::BITS - (used & u64::from(u32::MAX)).leading_zeros();
    let all = u64::BITS - used.leading_zeros();
    let digits = (0..granules)
        .step_by(GRANULE_DIGIT as usize)
        .map(|shift| (shift, GRANULE_DIGIT))
        .chain(
            (HASH..all)
                .step_by(HASH_DIGIT as usize)
                .map(|shift| (shift, HASH_DIGIT)),
        );
    let mut sorted = vec![0; pairs.len()];
    for (shift, width) in digits {
        distribute(pairs, &mut sorted, shift, width);
        std::mem::swap(pairs, &mut sorted);
    }
}

/// Copies the pairs in the order of one digit, those that have the same one as they stand.
fn distribute(pairs: &[Pair], out: &mut [Pair], shift: u32, width: u32) {
    let digit = |pair: Pair| (pair >> shift & ((1 << width) - 1)) as usize;
    let mut places = [0_u32; 1 << HASH_DIGIT];
    for pair in pairs {
        places[digit(*pair)] += 1;
    }
    let mut start = 0;
    for place in &mut places {
        start += std::mem::replace(place, start);
    }
    for pair in pairs {
        let place = &mut places[digit(*pair)];
        out[*place as usize] = *pair;
        *place += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::segment::token_index::pair;

    proptest! {
        #[test]
        fn pairs_come_in_order_and_once(
            words in prop::collection::vec((any::<u32>(), 0..100_000_u32), 0..300),
            few in prop::collection::vec((0..9_u32, 0..300_u32), 0..300),
        ) {
            for pairs in [words, few] {
                let mut sorted: Vec<Pair> =
                    pairs.iter().map(|(hash, granule)| pair(*hash, *granule)).collect();
                let mut expected = sorted.clone();
                expected.sort_unstable();
                expected.dedup();
                sort(&mut sorted);
                prop_assert_eq!(sorted, expected);
            }
        }
    }
}
