//! Numbers in patterns such as `#,##0.00`, as Java's `DecimalFormat` writes them.
//!
//! Digits, grouping, percent and text around them. Exponents and patterns of their own for numbers below
//! zero are refused by name.

/// A pattern that numbers are shown in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberFormat {
    prefix: String,
    suffix: String,
    /// Digits in a group; 0 for no groups.
    group: usize,
    least_whole: usize,
    least_fraction: usize,
    most_fraction: usize,
    /// Powers of ten that the number is multiplied by.
    shift: i32,
}

/// Most digits behind the point: what a number has at the most.
const MOST_FRACTION: usize = 340;

/// A pattern that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid format: [{pattern}]: expected digits such as [#,##0.00], with text around them")]
pub struct BadPattern {
    pattern: String,
}

impl NumberFormat {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it has no digits or something that is not served.
    pub fn parse(pattern: &str) -> Result<Self, BadPattern> {
        let bad = || BadPattern {
            pattern: pattern.to_owned(),
        };
        let is_digit = |c: char| matches!(c, '#' | '0' | ',' | '.');
        let start = pattern.find(is_digit).ok_or_else(bad)?;
        let rest = &pattern[start..];
        let length = rest.find(|c| !is_digit(c)).unwrap_or(rest.len());
        let (digits, suffix) = rest.split_at(length);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_refused = |text: &str| text.contains(['#', '0', ';', 'E', '\u{a4}']);
        if is_refused(suffix) || is_refused(&pattern[..start]) || fraction.contains([',', '.']) {
            return Err(bad());
        }
        let whole_digits = whole.replace(',', "");
        if whole_digits.trim_start_matches('#').contains('#')
            || fraction.trim_end_matches('#').contains('#')
            || fraction.len() > MOST_FRACTION
            || whole_digits.len() > MOST_FRACTION
            || digits == "."
        {
            return Err(bad());
        }
        let affixes = format!("{}{suffix}", &pattern[..start]);
        let shift = if affixes.contains('%') {
            2
        } else if affixes.contains('‰') {
            3
        } else {
            0
        };
        Ok(Self {
            prefix: pattern[..start].replace('\'', ""),
            suffix: suffix.replace('\'', ""),
            group: whole.rfind(',').map_or(0, |comma| whole.len() - comma - 1),
            least_whole: whole.matches('0').count(),
            least_fraction: fraction.matches('0').count(),
            most_fraction: fraction.len(),
            shift,
        })
    }

    /// The number as text; halves go to the even digit.
    pub fn show(&self, number: f64) -> String {
        if number.is_nan() {
            return "NaN".to_owned();
        }
        let sign = if number < 0.0 { "-" } else { "" };
        if number.is_infinite() {
            return format!("{sign}{}∞{}", self.prefix, self.suffix);
        }
        // Rust rounds the number itself, halves to the even digit, as Java does.
        let shifted = number.abs() * 10_f64.powi(self.shift);
        let text = format!("{shifted:.*}", self.most_fraction);
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let kept = fraction.trim_end_matches('0').len();
        let fraction = &fraction[..kept.max(self.least_fraction)];
        let whole = whole.trim_start_matches('0');
        let mut digits = format!("{whole:0>width$}", width = self.least_whole);
        if digits.is_empty() && fraction.is_empty() {
            digits.push('0');
        }
        let point = if fraction.is_empty() { "" } else { "." };
        let grouped = self.grouped(&digits);
        let is_zero = grouped
            .chars()
            .chain(fraction.chars())
            .all(|c| matches!(c, '0' | ','));
        let sign = if is_zero && number == 0.0 { "" } else { sign };
        format!(
            "{sign}{}{grouped}{point}{fraction}{}",
            self.prefix, self.suffix
        )
    }

    fn grouped(&self, digits: &str) -> String {
        if self.group == 0 {
            return digits.to_owned();
        }
        let mut grouped = String::with_capacity(digits.len() * 2);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(self.group) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        grouped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_in_the_pattern() {
        for (pattern, number, expected) in [
            ("0.00", 57.0, "57.00"),
            ("0.00", 1.005, "1.00"),
            ("0.0", 0.25, "0.2"),
            ("0.0", -0.25, "-0.2"),
            ("#,##0.00", 1_234_567.891, "1,234,567.89"),
            ("#.##", 0.5, ".5"),
            ("#", 0.2, "0"),
            ("000.0", 7.0, "007.0"),
            ("0%", 0.256, "26%"),
            ("$0.0 each", 2.0, "$2.0 each"),
            ("0", f64::NAN, "NaN"),
        ] {
            let format = NumberFormat::parse(pattern).expect("a pattern");
            assert_eq!(format.show(number), expected, "{pattern} of {number}");
        }
        for pattern in ["", "abc", "0#", "0.#0", "0;-0", "0E0", "0.0.0"] {
            assert!(NumberFormat::parse(pattern).is_err(), "{pattern}");
        }
    }
}
