//! Floats as Go prints them, which is how Prometheus's queries, replies and histograms show them.
//!
//! It never reads: what users write differs from place to place.

/// Without an exponent, in as few digits as tell the value: Go's `'f'` with precision -1. Infinities
/// have a sign.
pub fn plain(value: f64) -> String {
    if value.is_infinite() {
        return infinity(value);
    }
    format!("{value}")
}

/// In as few digits as tell the value, with an exponent from a million on and below 0.0001: Go's `%g`.
pub fn general(value: f64) -> String {
    if value.is_infinite() {
        return infinity(value);
    }
    if value.is_nan() || value == 0.0 {
        return format!("{value}");
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    match exponent.parse::<i32>() {
        Ok(-4..=5) | Err(_) => plain(value),
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
    }
}

fn infinity(value: f64) -> String {
    let sign = if value > 0.0 { '+' } else { '-' };
    format!("{sign}Inf")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_printed_as_in_go() {
        for (value, shown) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (123_456.0, "123456"),
            (1e6, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (0.0001, "0.0001"),
            (-1e-7, "-1e-07"),
            (1.5e300, "1.5e+300"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(general(value), shown);
        }
        assert_eq!(plain(1e21), "1000000000000000000000");
        assert_eq!(plain(1e-7), "0.0000001");
        assert_eq!(plain(f64::INFINITY), "+Inf");
    }
}
