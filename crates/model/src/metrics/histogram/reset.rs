//! Whether a counter began anew between two histograms.

use super::bounds::upper_bound;
use super::cell::Cell as _;
use super::tally::{cells, drop_within, reduce};
use super::zero::Zero;
use super::{Buckets, Histogram, ResetHint};

impl Histogram {
    /// Whether anything was counted less often than in the histogram before: a reset happened.
    ///
    /// What is known of it already decides. A finer resolution or a smaller zero bucket than before come
    /// with resets only; if it is the other way around, the histogram before is seen in the coarser way.
    ///
    /// It is decided as Prometheus 3.14 does, in two places where a sharper eye would see more: a coarser
    /// bucket that reaches beyond the zero bucket is compared with what the zero bucket has taken from it,
    /// too; and once the present buckets end, only the first of those that vanished is looked at.
    pub fn is_reset_since(&self, previous: &Self) -> bool {
        match self.reset_hint {
            ResetHint::Reset => return true,
            ResetHint::NotReset => return false,
            ResetHint::Unknown | ResetHint::Gauge => {}
        }
        if self.count < previous.count {
            return true;
        }
        match (self.has_custom_bounds(), previous.has_custom_bounds()) {
            (true, true) => return self.is_custom_reset_since(previous),
            (true, false) | (false, true) => return true,
            (false, false) => {}
        }
        if self.schema > previous.schema || self.zero_threshold < previous.zero_threshold {
            return true;
        }
        let zero = Zero::<f64>::of(previous).widened(self.zero_threshold);
        if zero.threshold != self.zero_threshold || self.zero_count < zero.count {
            return true;
        }
        self.is_any_lower(&self.positive, previous, &previous.positive)
            || self.is_any_lower(&self.negative, previous, &previous.negative)
    }

    /// Whether a bucket beyond the zero bucket counts less than before.
    fn is_any_lower(&self, now: &Buckets, previous: &Self, before: &Buckets) -> bool {
        let mut before = cells::<f64>(before, 1.0);
        reduce(&mut before, previous.schema.abs_diff(self.schema));
        drop_within(&mut before, self.schema, self.zero_threshold);
        let mut now = cells::<f64>(now, 1.0);
        drop_within(&mut now, self.schema, self.zero_threshold);
        any_lower(&now, &before)
    }

    fn is_custom_reset_since(&self, previous: &Self) -> bool {
        if self.custom_bounds == previous.custom_bounds {
            let now = cells::<f64>(&self.positive, 1.0);
            return any_lower(&now, &cells::<f64>(&previous.positive, 1.0));
        }
        // Only at bounds that both have can they be compared.
        let is_common = |bound: &f64| {
            let order = |each: &f64| each.total_cmp(bound);
            previous.custom_bounds.binary_search_by(order).is_ok()
        };
        let mut common: Vec<f64> = self
            .custom_bounds
            .iter()
            .copied()
            .filter(is_common)
            .collect();
        common.push(f64::INFINITY);
        let now = self.counts_by_bound(&common);
        let before = previous.counts_by_bound(&common);
        now.iter().zip(&before).any(|(now, before)| now < before)
    }

    fn counts_by_bound(&self, common: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; common.len()];
        for (index, count) in self.positive.iter() {
            let bound = upper_bound(index, self.schema, &self.custom_bounds);
            let place = common.partition_point(|each| *each < bound);
            if let Some(sum) = sums.get_mut(place) {
                sum.add(count);
            }
        }
        sums
    }
}

/// Whether a bucket counts less than before. Behind the last present bucket, the next one of before alone
/// decides: when it is empty, Prometheus 3.14 does not see that others behind it have vanished.
fn any_lower(now: &[(i32, f64)], before: &[(i32, f64)]) -> bool {
    let mut now = now.iter().peekable();
    for (index, count) in before {
        while now.next_if(|(other, _)| other < index).is_some() {}
        let is_lower = match now.peek() {
            None => return *count != 0.0,
            Some((other, current)) if other == index => current < count,
            Some(_) => *count != 0.0,
        };
        if is_lower {
            return true;
        }
    }
    false
}
