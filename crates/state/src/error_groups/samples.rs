//! Which errors of a group are kept as examples: the oldest, the newest, and of those between ever
//! fewer the longer ago they are.

use swarmscope_model::limits::NEWEST_SAMPLES;

/// The place of the oldest error, which one that is older by its own time takes over.
pub const OLDEST: i64 = 0;
/// Places behind those of the newest errors.
const BETWEEN: i64 = 100;

/// The places that error number `number` (from 1) of a group takes, when the group has `count` by now.
pub fn places(number: u64, count: u64) -> impl Iterator<Item = i64> {
    let is_newest = number + NEWEST_SAMPLES > count;
    // Numbers that are powers of two: twenty of a million errors.
    let is_between = number > 1 && number.is_power_of_two();
    let newest = is_newest.then(|| 1 + (number % NEWEST_SAMPLES) as i64);
    let between = is_between.then(|| BETWEEN + i64::from(number.ilog2()));
    newest.into_iter().chain(between)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_newest_and_some_between_have_places_however_they_came() {
        let kept = |batches: &[u64]| -> BTreeMap<i64, u64> {
            let mut places_taken = BTreeMap::new();
            let mut count = 0;
            for batch in batches {
                for number in count + 1..=count + batch {
                    for place in places(number, count + batch) {
                        places_taken.insert(place, number);
                    }
                }
                count += batch;
            }
            places_taken
        };
        let at_once = kept(&[1_000]);
        assert_eq!(at_once, kept(&[1; 1_000]), "batches do not matter");
        assert_eq!(at_once, kept(&[7, 900, 93]));
        let numbers: Vec<u64> = at_once.into_values().collect();
        assert_eq!(
            numbers,
            [
                1_000, 991, 992, 993, 994, 995, 996, 997, 998, 999, 2, 4, 8, 16, 32, 64, 128, 256,
                512
            ]
        );
    }
}
