//! `format`: a pattern of dates or of numbers, as the values turn out to be.

use jiff::tz::TimeZone;

use crate::datemath::{DateMathError, Format};
use crate::number_format::NumberFormat;

/// How values are shown as text.
#[derive(Debug, Clone)]
pub struct ValueFormat {
    dates: Option<Format>,
    numbers: Option<NumberFormat>,
}

impl ValueFormat {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is one of neither dates nor numbers.
    pub fn parse(text: &str) -> Result<Self, DateMathError> {
        let numbers = NumberFormat::parse(text).ok();
        let dates = match Format::parse(text) {
            Ok(dates) => Some(dates),
            Err(error) if numbers.is_none() => return Err(error),
            Err(_) => None,
        };
        Ok(Self { dates, numbers })
    }

    /// As a format of dates; the usual one when it is none.
    pub fn dates(&self) -> Format {
        self.dates.clone().unwrap_or_default()
    }

    /// A point in time in milliseconds.
    pub fn date(format: Option<&Self>, instant: i64, zone: &TimeZone) -> String {
        match format.and_then(|format| format.dates.as_ref()) {
            Some(dates) => dates.show(instant, zone),
            None => Format::default().show(instant, zone),
        }
    }

    /// A number; `None` when the format is not one of numbers.
    pub fn number(&self, number: f64) -> Option<String> {
        self.numbers.as_ref().map(|format| format.show(number))
    }
}
