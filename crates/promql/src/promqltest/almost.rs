//! Equality of floats as Prometheus's tests mean it: up to one in a million.

use swarmscope_model::metrics::is_stale;

const EPSILON: f64 = 1e-6;

/// Whether two floats are as good as equal. NaN equals NaN, and staleness markers only themselves.
pub(super) fn equal(left: f64, right: f64) -> bool {
    if is_stale(left) || is_stale(right) {
        return is_stale(left) && is_stale(right);
    }
    if left == right || (left.is_nan() && right.is_nan()) {
        return true;
    }
    let sum = left.abs() + right.abs();
    let difference = (left - right).abs();
    if left == 0.0 || right == 0.0 || sum < f64::MIN_POSITIVE {
        return difference < EPSILON * f64::MIN_POSITIVE;
    }
    difference / sum.min(f64::MAX) < EPSILON
}

#[cfg(test)]
mod tests {
    use super::*;
    use swarmscope_model::metrics::STALE_NAN;

    #[test]
    fn one_in_a_million_is_equal() {
        assert!(equal(1.0, 1.000_000_1) && !equal(1.0, 1.000_01));
        assert!(equal(f64::NAN, -f64::NAN) && !equal(f64::NAN, STALE_NAN));
        assert!(equal(f64::INFINITY, f64::INFINITY) && !equal(f64::MAX, f64::INFINITY));
        assert!(!equal(0.0, 1e-10));
    }
}
