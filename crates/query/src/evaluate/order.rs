//! The one order of values: booleans, then numbers, then text by code point.

use std::cmp::Ordering;

use crate::document::ValueRef;

/// Compares two values of any types.
pub fn compare(a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
    match (a, b) {
        (ValueRef::Text(a), ValueRef::Text(b)) => a.cmp(b),
        (ValueRef::Boolean(a), ValueRef::Boolean(b)) => a.cmp(&b),
        _ => rank(a).cmp(&rank(b)).then_with(|| compare_numbers(a, b)),
    }
}

fn rank(value: ValueRef<'_>) -> u8 {
    match value {
        ValueRef::Boolean(_) => 0,
        ValueRef::Integer(_) | ValueRef::Float(_) => 1,
        ValueRef::Text(_) => 2,
    }
}

/// Compares two numbers exactly; values that are none are equal to everything.
pub fn compare_numbers(a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
    match (a, b) {
        (ValueRef::Integer(a), ValueRef::Integer(b)) => a.cmp(&b),
        (ValueRef::Float(a), ValueRef::Float(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (ValueRef::Integer(a), ValueRef::Float(b)) => integer_with_float(a, b),
        (ValueRef::Float(a), ValueRef::Integer(b)) => integer_with_float(b, a).reverse(),
        _ => Ordering::Equal,
    }
}

fn integer_with_float(integer: i64, float: f64) -> Ordering {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if float >= BEYOND {
        Ordering::Less
    } else if float < -BEYOND {
        Ordering::Greater
    } else {
        let whole = float.trunc();
        integer.cmp(&(whole as i64)).then_with(|| {
            0.0_f64
                .partial_cmp(&(float - whole))
                .unwrap_or(Ordering::Equal)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_floats_compare_exactly() {
        let big = (1_i64 << 53) + 1;
        let near = ValueRef::Float(9_007_199_254_740_992.0);
        assert_eq!(compare(ValueRef::Integer(big), near), Ordering::Greater);
        assert_eq!(
            compare(ValueRef::Float(-1.5), ValueRef::Integer(-1)),
            Ordering::Less
        );
        assert_eq!(
            compare(ValueRef::Integer(-2), ValueRef::Float(-1.5)),
            Ordering::Less
        );
        assert_eq!(
            compare(ValueRef::Integer(i64::MAX), ValueRef::Float(1e300)),
            Ordering::Less
        );
        assert_eq!(
            compare(ValueRef::Text(""), ValueRef::Integer(5)),
            Ordering::Greater
        );
    }
}
