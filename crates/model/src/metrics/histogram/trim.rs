//! Histograms without the observations above or below a value: the operators `</` and `>/`.
//!
//! A bucket that the value cuts keeps the part of its observations that is estimated to lie on the right
//! side. The sum is estimated anew from the middles of what remains.

use super::{Bucket, Buckets, Histogram};

/// Which observations remain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Below,
    Above,
}

/// How buckets of one side are taken to be filled.
#[derive(Debug, Clone, Copy)]
struct Shape {
    linear: bool,
    positive: bool,
}

/// What remains of a bucket: how many observations, and where their middle lies.
type Rest = (f64, f64);

impl Histogram {
    /// Drops the observations above a value.
    pub fn trim_above(&mut self, value: f64) {
        self.trim(value, Keep::Below);
    }

    /// Drops the observations below a value.
    pub fn trim_below(&mut self, value: f64) {
        self.trim(value, Keep::Above);
    }

    fn trim(&mut self, value: f64, keep: Keep) {
        let linear = self.has_custom_bounds();
        let mut kept = Kept::default();
        let positive: Vec<Bucket> = self.positive_buckets().collect();
        let negative: Vec<Bucket> = self.negative_buckets().collect();
        let shape = |positive| Shape { linear, positive };
        let has_positive = kept.side(&mut self.positive, &positive, |bucket| {
            rest(bucket, value, keep, shape(true))
        });
        let has_negative = kept.side(&mut self.negative, &negative, |bucket| {
            rest(bucket, value, keep, shape(false))
        });
        if self.zero_count > 0.0 {
            let mut zero = self.zero_bucket();
            match (has_negative, has_positive) {
                (true, false) => zero.upper = 0.0,
                (false, true) => zero.lower = 0.0,
                _ => {}
            }
            let remains = rest_of_zero(&zero, value, keep);
            kept.changed |= remains.0 != self.zero_count;
            self.zero_count = remains.0;
            kept.add(remains);
        }
        if kept.changed {
            self.count = kept.count;
            self.sum = kept.sum;
            self.compact(0);
        }
    }
}

/// What remains of all buckets.
#[derive(Default)]
struct Kept {
    count: f64,
    sum: f64,
    changed: bool,
}

impl Kept {
    fn add(&mut self, (count, middle): Rest) {
        self.count += count;
        self.sum += middle * count;
    }

    /// Trims the buckets of one sign. Gives whether any had counted something.
    fn side(
        &mut self,
        buckets: &mut Buckets,
        bounds: &[Bucket],
        rest: impl Fn(&Bucket) -> Option<Rest>,
    ) -> bool {
        let mut has_any = false;
        for (count, bucket) in buckets.counts.iter_mut().zip(bounds) {
            if bucket.count == 0.0 {
                continue;
            }
            has_any = true;
            match rest(bucket) {
                Some(remains) => {
                    self.add(remains);
                    self.changed |= *count != remains.0;
                    *count = remains.0;
                }
                None => {
                    self.changed = true;
                    *count = 0.0;
                }
            }
        }
        has_any
    }
}

/// What remains of a bucket, `None` when nothing does.
fn rest(bucket: &Bucket, value: f64, keep: Keep, shape: Shape) -> Option<Rest> {
    let (whole, cut) = match keep {
        Keep::Below => (bucket.upper <= value, bucket.lower < value),
        Keep::Above => (bucket.lower >= value, bucket.upper > value),
    };
    if whole {
        return Some((bucket.count, middle(bucket.lower, bucket.upper, shape)));
    }
    if !cut {
        return None;
    }
    if bucket.lower == f64::NEG_INFINITY {
        return Some(rest_without_lower_end(bucket, value, keep));
    }
    if bucket.upper == f64::INFINITY {
        return Some(rest_without_upper_end(bucket, value, keep));
    }
    let below = bucket.count * bucket.fraction_below(value, shape.linear);
    Some(match keep {
        Keep::Below => (below, middle(bucket.lower, value, shape)),
        Keep::Above => (bucket.count - below, middle(value, bucket.upper, shape)),
    })
}

/// The first of the buckets with custom bounds: taken to begin at 0 when it ends above; else nothing is
/// known of what is in it.
fn rest_without_lower_end(bucket: &Bucket, value: f64, keep: Keep) -> Rest {
    let upper = bucket.upper;
    let known = upper > 0.0 && upper.is_finite();
    match keep {
        Keep::Below if value > 0.0 && known => (bucket.count * value / upper, value / 2.0),
        Keep::Below if upper <= 0.0 => (bucket.count, value),
        Keep::Above if value >= 0.0 && known => {
            (bucket.count * (1.0 - value / upper), (value + upper) / 2.0)
        }
        _ => (0.0, 0.0),
    }
}

/// The last of the buckets with custom bounds: nothing is known of how far it goes.
fn rest_without_upper_end(bucket: &Bucket, value: f64, keep: Keep) -> Rest {
    match keep {
        Keep::Above if value >= bucket.lower => (bucket.count, value),
        _ => (0.0, 0.0),
    }
}

fn rest_of_zero(zero: &Bucket, value: f64, keep: Keep) -> Rest {
    let (lower, upper) = (zero.lower, zero.upper);
    let whole = (zero.count, (lower + upper) / 2.0);
    let part = |from: f64, to: f64| {
        (
            zero.count * ((to - from) / (upper - lower)),
            (from + to) / 2.0,
        )
    };
    match keep {
        Keep::Below if value <= lower => (0.0, 0.0),
        Keep::Below if value >= upper => whole,
        Keep::Below => part(lower, value),
        Keep::Above if value <= lower => whole,
        Keep::Above if value >= upper => (0.0, 0.0),
        Keep::Above => part(value, upper),
    }
}

/// Where the observations between two bounds are taken to be.
fn middle(lower: f64, upper: f64, shape: Shape) -> f64 {
    match (lower.is_infinite(), upper.is_infinite()) {
        (true, true) => 0.0,
        (true, false) if upper > 0.0 => upper / 2.0,
        (true, false) => upper,
        (false, true) => lower,
        (false, false) if shape.linear => (lower + upper) / 2.0,
        (false, false) => {
            let middle = (lower * upper).abs().sqrt();
            if shape.positive { middle } else { -middle }
        }
    }
}
