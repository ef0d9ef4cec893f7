//! Numbers of bytes as Prometheus writes them: `10MB`, `1.5GiB`; every unit is a power of 1024.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const UNITS: [&str; 7] = ["", "K", "M", "G", "T", "P", "E"];

/// A number of bytes. 0 means no limit wherever it is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

/// A text that is no number of bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid size: {text:?}; write it as 512KB, 10MB or 1GB")]
pub struct InvalidSize {
    text: String,
}

impl std::str::FromStr for Size {
    type Err = InvalidSize;

    fn from_str(text: &str) -> Result<Self, InvalidSize> {
        if text == "0" {
            return Ok(Self(0));
        }
        let invalid = || InvalidSize {
            text: text.to_owned(),
        };
        let mut rest = text;
        let mut bytes = 0.0;
        while !rest.is_empty() {
            let digits = rest.len()
                - rest
                    .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
                    .len();
            let (number, after) = rest.split_at(digits);
            let letters = after
                .find(|c: char| c.is_ascii_digit() || c == '.')
                .unwrap_or(after.len());
            let (unit, after) = after.split_at(letters);
            let prefix = unit.strip_suffix('B').ok_or_else(invalid)?;
            let prefix = prefix.strip_suffix('i').unwrap_or(prefix);
            let power = UNITS
                .iter()
                .position(|each| *each == prefix)
                .ok_or_else(invalid)?;
            let number: f64 = number.parse().map_err(|_| invalid())?;
            bytes += number * 1024_f64.powi(power as i32);
            rest = after;
        }
        if text.is_empty() || bytes >= u64::MAX as f64 {
            return Err(invalid());
        }
        Ok(Self(bytes as u64))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return out.write_str("0B");
        }
        for (power, prefix) in UNITS.iter().enumerate().rev() {
            let digits = (self.0 >> (10 * power)) & if power == 6 { u64::MAX } else { 1023 };
            if digits > 0 {
                let binary = if power > 0 { "i" } else { "" };
                write!(out, "{digits}{prefix}{binary}B")?;
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_count_in_powers_of_1024() {
        for (text, bytes, written) in [
            ("0", 0, "0B"),
            ("512B", 512, "512B"),
            ("1KB", 1024, "1KiB"),
            ("10MiB", 10 << 20, "10MiB"),
            ("1.5GB", 3 << 29, "1GiB512MiB"),
            ("1GB1B", (1 << 30) + 1, "1GiB1B"),
        ] {
            let size: Size = text.parse().expect(text);
            assert_eq!(size, Size(bytes), "{text}");
            assert_eq!(size.to_string(), written);
        }
        for text in ["", "10", "MB", "1XB", "1mb", "99999999EB", "1 MB"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
