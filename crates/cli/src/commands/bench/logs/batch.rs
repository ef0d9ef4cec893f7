//! `--batch`: how many events a bulk has.

use std::ops::RangeInclusive;
use std::str::FromStr;

/// Most events of a bulk: more than anybody sends, and still below the largest request that is taken.
const MOST: u64 = 50_000;

/// Sizes of bulks: from the first to the last, one after the other, and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSizes {
    fewest: u64,
    most: u64,
}

/// What is no size of bulks.
#[derive(Debug, thiserror::Error)]
#[error("sizes are N or N..M, from 1 to {MOST}")]
pub struct BadBatchSizes;

impl BatchSizes {
    /// Bulks differ in so many sizes at most.
    const STEPS: u64 = 5;

    /// The size of the `number`th bulk.
    pub fn nth(self, number: u64) -> u64 {
        self.fewest + (self.most - self.fewest) * (number % Self::STEPS) / (Self::STEPS - 1)
    }

    /// Fewest and most.
    pub fn bounds(self) -> [u64; 2] {
        [self.fewest, self.most]
    }
}

impl FromStr for BatchSizes {
    type Err = BadBatchSizes;

    fn from_str(text: &str) -> Result<Self, BadBatchSizes> {
        const ALLOWED: RangeInclusive<u64> = 1..=MOST;
        let (fewest, most) = text.split_once("..").unwrap_or((text, text));
        let number = |text: &str| text.parse().map_err(|_| BadBatchSizes);
        let (fewest, most): (u64, u64) = (number(fewest)?, number(most)?);
        if ALLOWED.contains(&fewest) && ALLOWED.contains(&most) && fewest <= most {
            Ok(Self { fewest, most })
        } else {
            Err(BadBatchSizes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_go_from_the_fewest_to_the_most_and_begin_anew() {
        let sizes: BatchSizes = "1000..5000".parse().expect("sizes");
        let first = [0, 1, 2, 3, 4, 5].map(|number| sizes.nth(number));
        assert_eq!(first, [1000, 2000, 3000, 4000, 5000, 1000]);
        let one: BatchSizes = "250".parse().expect("a size");
        assert_eq!(one.nth(3), 250);
        assert!("5..1".parse::<BatchSizes>().is_err());
        assert!("0".parse::<BatchSizes>().is_err());
    }
}
