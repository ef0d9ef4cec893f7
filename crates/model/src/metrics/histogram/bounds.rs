//! Where buckets begin and end.

use std::sync::LazyLock;

use super::CUSTOM_BUCKETS_SCHEMA;

/// The coarsest and the finest exponential schema.
pub const EXPONENTIAL_SCHEMAS: std::ops::RangeInclusive<i32> = -4..=8;

/// Bounds of the finest schema from a half up to one. Every other schema has a part of them.
///
/// Made from square roots, one for each bit of the position, as everybody else's tables are: histograms
/// of different programs have to agree in the last bit.
static FRACTIONS: LazyLock<[f64; 256]> = LazyLock::new(|| {
    let mut fractions = [0.0; 256];
    for (position, fraction) in fractions.iter_mut().enumerate() {
        let mut root = 2.0_f64.sqrt();
        let upper_half = position & 128 != 0;
        *fraction = if upper_half { 1.0 / root } else { 0.5 };
        for bit in (0..7).rev() {
            root = root.sqrt();
            if position & (1 << bit) != 0 {
                *fraction *= root;
            }
        }
    }
    fractions
});

/// The upper bound of a bucket, in absolute value; the lower one is that of the bucket before.
///
/// Indices beyond the custom bounds are those of the first and last bucket, which have no end.
pub fn upper_bound(index: i32, schema: i32, custom_bounds: &[f64]) -> f64 {
    if schema != CUSTOM_BUCKETS_SCHEMA {
        return exponential_bound(index, schema);
    }
    match usize::try_from(index) {
        Ok(place) => custom_bounds.get(place).copied().unwrap_or(f64::INFINITY),
        Err(_) => f64::NEG_INFINITY,
    }
}

/// The upper bound of a bucket of an exponential schema.
pub(super) fn exponential_bound(index: i32, schema: i32) -> f64 {
    let index = i64::from(index);
    let (fraction, exponent) = if schema < 0 {
        (0.5, (index << schema.unsigned_abs().min(31)) + 1)
    } else {
        let schema = schema.min(*EXPONENTIAL_SCHEMAS.end());
        let place = (index & ((1 << schema) - 1)) << (8 - schema);
        (FRACTIONS[place as usize], (index >> schema) + 1)
    };
    // The last bucket of finite numbers ends with the largest of them; infinities have one of their own.
    if fraction == 0.5 && exponent == 1025 {
        return f64::MAX;
    }
    scaled_by_power(fraction, exponent)
}

/// `fraction` times two to the power of `exponent`, rounded once.
fn scaled_by_power(fraction: f64, exponent: i64) -> f64 {
    /// Beyond it everything is zero or infinite.
    const FAR: i64 = 1_200;
    /// Keeps what may become subnormal away from there until the last multiplication.
    const SHIFT: i64 = 200;
    let exponent = exponent.clamp(-FAR, FAR);
    if exponent < -900 {
        return fraction * power_of_two(exponent + SHIFT) * power_of_two(-SHIFT);
    }
    if exponent > 1_000 {
        return fraction * power_of_two(exponent - SHIFT) * power_of_two(SHIFT);
    }
    fraction * power_of_two(exponent)
}

fn power_of_two(exponent: i64) -> f64 {
    2.0_f64.powi(exponent as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_grow_by_a_power_of_two() {
        assert_eq!(exponential_bound(0, 0), 1.0);
        assert_eq!(exponential_bound(3, 0), 8.0);
        assert_eq!(exponential_bound(-3, 0), 0.125);
        assert_eq!(exponential_bound(1, -4), 65_536.0);
        assert_eq!(exponential_bound(2, 1), 2.0);
        assert_eq!(exponential_bound(1, 1), 2.0 / 2.0_f64.sqrt());
        assert_eq!(exponential_bound(1, 8), 1.002_711_275_050_202_5);
    }

    #[test]
    fn the_ends_are_the_largest_number_and_infinity() {
        for schema in EXPONENTIAL_SCHEMAS {
            let last = if schema < 0 {
                1024 >> -schema
            } else {
                1024 << schema
            };
            assert_eq!(exponential_bound(last, schema), f64::MAX);
            assert_eq!(exponential_bound(last + 1, schema), f64::INFINITY);
            assert!(exponential_bound(last - 1, schema) < f64::MAX);
            assert_eq!(exponential_bound(i32::MIN, schema), 0.0);
        }
        assert_eq!(exponential_bound(-1_074, 0), f64::from_bits(1));
    }

    #[test]
    fn custom_bounds_are_open_at_both_ends() {
        let bounds = [1.0, 2.5];
        let ends: Vec<_> = (-1..=3)
            .map(|index| upper_bound(index, CUSTOM_BUCKETS_SCHEMA, &bounds))
            .collect();
        assert_eq!(
            ends,
            [f64::NEG_INFINITY, 1.0, 2.5, f64::INFINITY, f64::INFINITY]
        );
    }
}
