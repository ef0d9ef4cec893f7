//! Numbers as Go reads and writes them, because pages and label values are made for Go's rules.

use swarmscope_model::metrics::float;

/// The NaN that is stored for every NaN on a page, so that none is taken for the staleness marker.
pub const NORMAL_NAN: f64 = f64::from_bits(0x7ff8_0000_0000_0001);

/// Digits that always fit into a float exactly.
const EXACT_DIGITS: usize = 15;

/// A float: what Go's `ParseFloat` takes, without hexadecimal numbers and underscores.
pub(super) fn parse(text: &str) -> Option<f64> {
    if text.len() <= EXACT_DIGITS
        && let Some(number) = digits(text)
    {
        return Some(number as f64);
    }
    let number: f64 = text.parse().ok()?;
    if number.is_nan() {
        return Some(NORMAL_NAN);
    }
    // A number that is too large is an error; infinity has to be written as such.
    let written = !text.bytes().any(|byte| byte.is_ascii_digit());
    (number.is_finite() || written).then_some(number)
}

fn digits(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.bytes().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u64::from(byte - b'0'))
    })
}

/// Seconds since the epoch as milliseconds.
pub(super) fn milliseconds(seconds: &str) -> Option<i64> {
    parse(seconds)
        .filter(|seconds| seconds.is_finite())
        .map(|seconds| (seconds * 1_000.0) as i64)
}

/// A bucket's bound or a quantile as a label's value: Go's `%g`, always with `.` or `e`, so that every
/// format gives the same series.
pub(super) fn label_value(number: f64) -> String {
    let mut text = float::general(number);
    if number.is_finite() && !text.contains(['.', 'e']) {
        text.push_str(".0");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_read_by_gos_rules() {
        for (text, number) in [
            ("0", 0.0),
            ("999999999999999", 999_999_999_999_999.0),
            ("-1.5e3", -1_500.0),
            ("+Inf", f64::INFINITY),
            ("-inf", f64::NEG_INFINITY),
            (".5", 0.5),
            ("5.", 5.0),
        ] {
            assert_eq!(parse(text), Some(number), "{text}");
        }
        assert_eq!(
            parse("NaN").map(f64::to_bits),
            Some(NORMAL_NAN.to_bits()),
            "never the staleness marker"
        );
        for text in ["", "1_000", "0x1p3", "1e400", "one", "1 ", "-", "e5"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    /// The right side is what Go's `strconv.FormatFloat(f, 'g', -1, 64)` prints, `.0` added where it has
    /// neither `.` nor `e`.
    #[test]
    fn label_values_are_written_as_go_does() {
        for (number, text) in [
            (1.0, "1.0"),
            (0.0, "0.0"),
            (-3.0, "-3.0"),
            (2.5, "2.5"),
            (1e5, "100000.0"),
            (123_456.0, "123456.0"),
            (1e6, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (123_456_789.25, "1.2345678925e+08"),
            (1e100, "1e+100"),
            (0.0001, "0.0001"),
            (0.00012345, "0.00012345"),
            (0.00001, "1e-05"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            assert_eq!(label_value(number), text);
        }
    }
}
