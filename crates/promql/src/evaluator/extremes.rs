//! The larger and the smaller of two numbers as IEEE 754 and Go have it: an infinity that wins whatever the
//! other is, then NaN, then the numbers.

/// The larger of two.
pub(crate) fn larger(left: f64, right: f64) -> f64 {
    if left == f64::INFINITY || right == f64::INFINITY {
        f64::INFINITY
    } else if left.is_nan() || right.is_nan() {
        f64::NAN
    } else {
        left.max(right)
    }
}

/// The smaller of two.
pub(crate) fn smaller(left: f64, right: f64) -> f64 {
    -larger(-left, -right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinities_win_over_nan_and_nan_over_numbers() {
        assert_eq!(larger(f64::NAN, f64::INFINITY), f64::INFINITY);
        assert!(larger(f64::NAN, f64::NEG_INFINITY).is_nan());
        assert!(smaller(1.0, f64::NAN).is_nan());
        assert_eq!(smaller(f64::NAN, f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert_eq!((larger(1.0, 2.0), smaller(1.0, 2.0)), (2.0, 1.0));
    }
}
