//! Classic histograms: cumulative counts with the upper bounds of their buckets, often a little untrue.

/// Differences between neighbours below this share are taken for rounding errors.
const SMALL_DIFFERENCE: f64 = 1e-12;
/// The least number that is as precise as others.
const LEAST_NORMAL: f64 = f64::MIN_POSITIVE;

/// One bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bucket {
    pub upper: f64,
    /// Observations up to the bound, smaller ones included.
    pub count: f64,
}

/// How counts had to be changed to ascend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Correction {
    pub min_bucket: f64,
    pub max_bucket: f64,
    pub max_difference: f64,
}

/// The quantile of buckets, which are sorted by bound, and what had to be corrected.
pub(super) fn quantile(wanted: f64, buckets: &mut Vec<Bucket>) -> (f64, Option<Correction>) {
    if wanted.is_nan() {
        return (f64::NAN, None);
    }
    if wanted < 0.0 {
        return (f64::NEG_INFINITY, None);
    }
    if wanted > 1.0 {
        return (f64::INFINITY, None);
    }
    if buckets
        .last()
        .is_none_or(|last| last.upper != f64::INFINITY)
    {
        return (f64::NAN, None);
    }
    coalesce(buckets);
    let correction = make_ascending(buckets);
    (ascending_quantile(wanted, buckets), correction)
}

fn ascending_quantile(wanted: f64, buckets: &[Bucket]) -> f64 {
    let last = buckets.len() - 1;
    let observations = buckets[last].count;
    if last == 0 || observations == 0.0 {
        return f64::NAN;
    }
    let rank = wanted * observations;
    let at = buckets[..last]
        .iter()
        .position(|bucket| bucket.count >= rank)
        .unwrap_or(last);
    if at == last {
        // Nobody knows how far the last bucket goes.
        return buckets[last - 1].upper;
    }
    let upper = buckets[at].upper;
    if at == 0 {
        if upper <= 0.0 {
            return upper;
        }
        return upper * (rank / buckets[0].count);
    }
    let below = buckets[at - 1];
    let share = (rank - below.count) / (buckets[at].count - below.count);
    below.upper + (upper - below.upper) * share
}

/// The share of observations between two values, of buckets that are sorted by bound.
pub(super) fn fraction(lower: f64, upper: f64, buckets: &mut Vec<Bucket>) -> f64 {
    if buckets
        .last()
        .is_none_or(|last| last.upper != f64::INFINITY)
    {
        return f64::NAN;
    }
    coalesce(buckets);
    let total = buckets[buckets.len() - 1].count;
    if total == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    (rank_of(upper, buckets).min(total) - rank_of(lower, buckets).min(total)) / total
}

/// How many observations are up to a value.
fn rank_of(value: f64, buckets: &[Bucket]) -> f64 {
    let mut below = 0.0;
    let mut start = if buckets[0].upper <= 0.0 {
        f64::NEG_INFINITY
    } else {
        0.0
    };
    for bucket in buckets {
        if start >= value {
            return below;
        }
        if bucket.upper > value {
            if start == f64::NEG_INFINITY {
                return bucket.count;
            }
            return below + (bucket.count - below) * (value - start) / (bucket.upper - start);
        }
        below = bucket.count;
        start = bucket.upper;
    }
    f64::INFINITY
}

/// Merges buckets of the same bound.
fn coalesce(buckets: &mut Vec<Bucket>) {
    buckets.dedup_by(|next, kept| {
        let same = next.upper == kept.upper;
        if same {
            kept.count += next.count;
        }
        same
    });
}

fn make_ascending(buckets: &mut [Bucket]) -> Option<Correction> {
    let mut correction: Option<Correction> = None;
    let mut previous = buckets[0].count;
    for bucket in &mut buckets[1..] {
        let count = bucket.count;
        if count == previous {
            continue;
        }
        if is_small_difference(previous, count) {
            bucket.count = previous;
        } else if count < previous {
            bucket.count = previous;
            let known = correction.get_or_insert(Correction {
                min_bucket: f64::INFINITY,
                max_bucket: f64::NEG_INFINITY,
                max_difference: 0.0,
            });
            known.min_bucket = known.min_bucket.min(bucket.upper);
            known.max_bucket = known.max_bucket.max(bucket.upper);
            known.max_difference = known.max_difference.max(previous - count);
        } else {
            previous = count;
        }
    }
    correction
}

fn is_small_difference(left: f64, right: f64) -> bool {
    if left.is_nan() && right.is_nan() {
        return true;
    }
    let sum = left.abs() + right.abs();
    let difference = (left - right).abs();
    if left == 0.0 || right == 0.0 || sum < LEAST_NORMAL {
        return difference < SMALL_DIFFERENCE * LEAST_NORMAL;
    }
    difference / sum.min(f64::MAX) < SMALL_DIFFERENCE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(counts: &[(f64, f64)]) -> Vec<Bucket> {
        counts
            .iter()
            .map(|(upper, count)| Bucket {
                upper: *upper,
                count: *count,
            })
            .collect()
    }

    #[test]
    fn quantiles_are_interpolated_within_their_bucket() {
        let all = buckets(&[(1.0, 10.0), (2.0, 30.0), (f64::INFINITY, 40.0)]);
        assert_eq!(quantile(0.5, &mut all.clone()), (1.5, None));
        assert_eq!(quantile(0.125, &mut all.clone()), (0.5, None));
        assert_eq!(quantile(0.99, &mut all.clone()), (2.0, None));
        assert!(quantile(0.5, &mut all[..2].to_vec()).0.is_nan());
        assert_eq!(fraction(1.0, 2.0, &mut all.clone()), 0.5);
        assert_eq!(fraction(0.0, f64::INFINITY, &mut all.to_vec()), 1.0);
    }

    #[test]
    fn counts_that_go_down_are_corrected_and_told() {
        let mut untrue = buckets(&[(1.0, 10.0), (2.0, 8.0), (3.0, 20.0), (f64::INFINITY, 20.0)]);
        let (value, correction) = quantile(0.75, &mut untrue);
        assert_eq!(value, 2.5);
        let expected = Correction {
            min_bucket: 2.0,
            max_bucket: 2.0,
            max_difference: 2.0,
        };
        assert_eq!(correction, Some(expected));
        let rounding = [(1.0, 1.0), (2.0, 1.0 - 1e-15), (f64::INFINITY, 2.0)];
        assert_eq!(quantile(0.9, &mut buckets(&rounding)).1, None);
    }
}
