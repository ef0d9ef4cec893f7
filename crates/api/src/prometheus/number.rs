//! Numbers in replies: shortest digits that read back as the same number, laid out as Go's Prometheus lays
//! them out.

use std::io::Write;

/// Beyond these sizes replies have exponents, as JavaScript has.
const SMALLEST_PLAIN: f64 = 1e-6;
const LARGEST_PLAIN: f64 = 1e21;
/// Whole numbers below this are exact, and written as integers.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The layout of samples in replies: plain, with an exponent where that would be long.
pub fn write_sample(out: &mut Vec<u8>, value: f64) {
    let size = value.abs();
    if size < EXACT && value.trunc() == value && !(value == 0.0 && value.is_sign_negative()) {
        let mut buffer = itoa::Buffer::new();
        out.extend_from_slice(buffer.format(value as i64).as_bytes());
    } else if let Some(text) = not_finite(value) {
        out.extend_from_slice(text.as_bytes());
    } else if size != 0.0 && !(SMALLEST_PLAIN..LARGEST_PLAIN).contains(&size) {
        out.extend_from_slice(exponential(value).as_bytes());
    } else {
        // A vector takes all bytes.
        let _ = write!(out, "{value}");
    }
}

/// Go's `e` layout: always an exponent, with its sign and at least two digits.
pub fn exponential(value: f64) -> String {
    if let Some(text) = not_finite(value) {
        return text.to_owned();
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    match exponent.strip_prefix('-') {
        Some(exponent) => format!("{digits}e-{exponent:0>2}"),
        None => format!("{digits}e+{exponent:0>2}"),
    }
}

fn not_finite(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "+Inf" } else { "-Inf" })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(value: f64) -> String {
        let mut out = Vec::new();
        write_sample(&mut out, value);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn samples_have_exponents_only_where_plain_digits_would_be_long() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (-17.0, "-17"),
            (0.1, "0.1"),
            (1234.5678, "1234.5678"),
            (1e15, "1000000000000000"),
            (123_456_789_012_345_680.0, "123456789012345680"),
            (999_999_999_999_999_900_000.0, "999999999999999900000"),
            (1e21, "1e+21"),
            (-1.5e300, "-1.5e+300"),
            (0.000_001, "0.000001"),
            (0.000_000_99, "9.9e-07"),
            (5e-324, "5e-324"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            assert_eq!(sample(value), expected);
        }
    }

    #[test]
    fn alerts_always_have_exponents() {
        assert_eq!(exponential(1.0), "1e+00");
        assert_eq!(exponential(0.012), "1.2e-02");
        assert_eq!(exponential(f64::NEG_INFINITY), "-Inf");
    }
}
