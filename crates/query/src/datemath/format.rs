//! Date formats by Elasticsearch's names and by patterns such as `yyyy-MM-dd HH:mm`.
//!
//! Only the parts that logs use: years to fractions of a second and offsets. Week years, names of
//! months and days are refused by name, never guessed.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

use super::{DateMathError, Rounding};

/// The forms that a date may take, tried in order.
#[derive(Debug, Clone)]
pub struct Format {
    /// As given; part of messages.
    text: String,
    forms: Vec<Form>,
}

#[derive(Debug, Clone)]
pub(super) enum Form {
    EpochMillis,
    EpochSecond,
    /// ISO 8601 with any of its later parts left out.
    Iso,
    Pattern(Vec<Piece>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    /// A field of the date and how often its letter stood.
    Field(char, usize),
    Literal(String),
}

impl Default for Format {
    /// What a date field understands unless its mapping says otherwise.
    fn default() -> Self {
        Self {
            text: "strict_date_optional_time||epoch_millis".to_owned(),
            forms: vec![Form::Iso, Form::EpochMillis],
        }
    }
}

impl Format {
    /// Reads `name||pattern||…`.
    ///
    /// # Errors
    /// When a part is neither a name we know nor a pattern we can read.
    pub fn parse(text: &str) -> Result<Self, DateMathError> {
        let forms = text
            .split("||")
            .map(Form::parse)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            text: text.to_owned(),
            forms,
        })
    }

    /// The form that points are shown in.
    pub(super) fn first(&self) -> &Form {
        self.forms.first().unwrap_or(&Form::Iso)
    }

    /// Whether the form has a name that means a day.
    pub(super) fn is_date_only(&self) -> bool {
        let name = self.text.split("||").next().unwrap_or_default();
        matches!(
            name,
            "date" | "strict_date" | "year_month_day" | "strict_year_month_day"
        )
    }

    pub(super) fn instant(
        &self,
        text: &str,
        rounding: Rounding,
        zone: &TimeZone,
    ) -> Result<i64, DateMathError> {
        self.forms
            .iter()
            .find_map(|form| form.instant(text, rounding, zone))
            .ok_or_else(|| DateMathError::NoDate {
                given: text.to_owned(),
                format: self.text.clone(),
            })
    }
}

impl Form {
    fn parse(text: &str) -> Result<Self, DateMathError> {
        let name = text.strip_prefix("strict_").unwrap_or(text);
        Ok(match name {
            "epoch_millis" => Form::EpochMillis,
            "epoch_second" => Form::EpochSecond,
            "date_optional_time"
            | "dateOptionalTime"
            | "date_optional_time_nanos"
            | "date"
            | "date_time"
            | "date_time_no_millis"
            | "date_hour"
            | "date_hour_minute"
            | "date_hour_minute_second"
            | "date_hour_minute_second_millis"
            | "date_hour_minute_second_fraction"
            | "year"
            | "year_month"
            | "year_month_day" => Form::Iso,
            "basic_date" => Form::Pattern(pieces("yyyyMMdd", text)?),
            _ => Form::Pattern(pieces(text, text)?),
        })
    }

    fn instant(&self, text: &str, rounding: Rounding, zone: &TimeZone) -> Option<i64> {
        match self {
            Form::EpochMillis => whole(text),
            Form::EpochSecond => whole(text)?.checked_mul(1_000),
            Form::Iso => iso(text)?.instant(rounding, zone),
            Form::Pattern(pieces) => by_pattern(text, pieces)?.instant(rounding, zone),
        }
    }
}

fn whole(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    // Beyond the years that a date can have it is a number, not a date.
    (number.unsigned_abs() < 10_u64.pow(15)).then_some(number)
}

/// The parts of a date that a text gives.
#[derive(Debug, Default)]
struct Parts {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
    hour: Option<i8>,
    minute: Option<i8>,
    second: Option<i8>,
    millisecond: Option<i16>,
    offset: Option<Offset>,
}

impl Parts {
    fn instant(&self, rounding: Rounding, zone: &TimeZone) -> Option<i64> {
        let up = rounding == Rounding::Up;
        let open = |part: Option<i8>, last: i8| part.unwrap_or(if up { last } else { 0 });
        let month = self.month.unwrap_or(if up { 12 } else { 1 });
        let first = Date::new(self.year, month, 1).ok()?;
        let day = self
            .day
            .unwrap_or(if up { first.days_in_month() } else { 1 });
        let date = Date::new(self.year, month, day).ok()?;
        let millisecond = self.millisecond.unwrap_or(if up { 999 } else { 0 });
        // The 24:00 of a day and a leap second are not in use by any logger we know.
        let time = Time::new(
            open(self.hour, 23),
            open(self.minute, 59),
            open(self.second, 59),
            i32::from(millisecond) * 1_000_000,
        )
        .ok()?;
        let local = DateTime::from_parts(date, time);
        let point = match self.offset {
            Some(offset) => offset.to_timestamp(local).ok()?,
            None => zone.to_timestamp(local).ok()?,
        };
        Some(point.as_millisecond())
    }
}

/// A text that is read from the left.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn take(&mut self, literal: &str) -> bool {
        match self.rest.strip_prefix(literal) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// A number of `least` to `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<i16> {
        let digits = self
            .rest
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        if digits < least {
            return None;
        }
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        number.parse().ok()
    }

    fn two(&mut self, least: usize) -> Option<i8> {
        i8::try_from(self.number(least, 2)?).ok()
    }

    /// The digits behind the point as milliseconds; finer ones are cut off.
    fn fraction(&mut self) -> Option<i16> {
        let digits = self
            .rest
            .bytes()
            .take(9)
            .take_while(u8::is_ascii_digit)
            .count();
        if digits == 0 {
            return None;
        }
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        format!("{number:0<3}")[..3].parse().ok()
    }

    fn offset(&mut self) -> Option<Offset> {
        let end = self.rest.find(']').unwrap_or(self.rest.len());
        let found = offset(&self.rest[..end])?;
        self.rest = &self.rest[end..];
        Some(found)
    }
}

/// Reads `Z`, `+01`, `+0100` or `+01:00`.
pub(super) fn offset(text: &str) -> Option<Offset> {
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(Offset::UTC);
    }
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let mut reader = Reader { rest: digits };
    let hours = i32::from(reader.two(1)?);
    reader.take(":");
    let minutes = if reader.rest.is_empty() {
        0
    } else {
        i32::from(reader.two(2)?)
    };
    if !reader.rest.is_empty() || hours > 18 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

fn iso(text: &str) -> Option<Parts> {
    let mut reader = Reader { rest: text };
    let mut parts = Parts {
        year: reader.number(4, 4)?,
        ..Parts::default()
    };
    if reader.take("-") {
        parts.month = Some(reader.two(2)?);
        if reader.take("-") {
            parts.day = Some(reader.two(2)?);
        }
    }
    if parts.day.is_some() && (reader.take("T") || reader.take("t") || reader.take(" ")) {
        if !reader.rest.is_empty() {
            parts.hour = Some(reader.two(2)?);
        }
        if parts.hour.is_some() && reader.take(":") {
            parts.minute = Some(reader.two(2)?);
            if reader.take(":") {
                parts.second = Some(reader.two(2)?);
                if reader.take(".") || reader.take(",") {
                    parts.millisecond = Some(reader.fraction()?);
                }
            }
        }
        if !reader.rest.is_empty() {
            parts.offset = Some(reader.offset()?);
        }
    }
    reader.rest.is_empty().then_some(parts)
}

fn pieces(pattern: &str, given: &str) -> Result<Vec<Piece>, DateMathError> {
    let refused = |reason| DateMathError::Format {
        given: given.to_owned(),
        reason,
    };
    let mut found: Vec<Piece> = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter == '\'' {
            let mut literal = String::new();
            loop {
                match rest.next() {
                    Some('\'') => break,
                    Some(character) => literal.push(character),
                    None => return Err(refused("a quoted part has no end")),
                }
            }
            found.push(Piece::Literal(if literal.is_empty() {
                "'".to_owned()
            } else {
                literal
            }));
        } else if letter.is_ascii_alphabetic() {
            let mut times = 1;
            while rest.next_if_eq(&letter).is_some() {
                times += 1;
            }
            if !"yuMdHmsSXxZ".contains(letter) || (letter == 'M' && times > 2) {
                return Err(refused(
                    "Unknown pattern letter; use y M d H m s S X or a named format",
                ));
            }
            found.push(Piece::Field(letter, times));
        } else {
            found.push(Piece::Literal(letter.to_string()));
        }
    }
    if found.is_empty() {
        Err(refused("No date pattern provided"))
    } else {
        Ok(found)
    }
}

fn by_pattern(text: &str, pieces: &[Piece]) -> Option<Parts> {
    let mut reader = Reader { rest: text };
    let mut parts = Parts {
        year: 1970,
        ..Parts::default()
    };
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => reader.take(literal).then_some(())?,
            Piece::Field('y' | 'u', 2) => parts.year = 2000 + reader.number(2, 2)?,
            Piece::Field('y' | 'u', _) => parts.year = reader.number(4, 4)?,
            Piece::Field('M', width) => parts.month = Some(reader.two(*width)?),
            Piece::Field('d', width) => parts.day = Some(reader.two(*width)?),
            Piece::Field('H', width) => parts.hour = Some(reader.two(*width)?),
            Piece::Field('m', width) => parts.minute = Some(reader.two(*width)?),
            Piece::Field('s', width) => parts.second = Some(reader.two(*width)?),
            Piece::Field('S', _) => parts.millisecond = Some(reader.fraction()?),
            Piece::Field(..) => parts.offset = Some(reader.offset()?),
        }
    }
    reader.rest.is_empty().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Option<i64> {
        let format = Format::parse(format).expect("a format");
        format.instant(text, Rounding::Down, &TimeZone::UTC).ok()
    }

    #[test]
    fn named_formats_and_patterns_read_the_same_instant() {
        let noon = Some(1_769_860_800_000);
        assert_eq!(read("epoch_second", "1769860800"), noon);
        assert_eq!(read("epoch_millis", "1769860800000"), noon);
        assert_eq!(
            read("strict_date_optional_time", "2026-01-31T13:00:00+0100"),
            noon
        );
        assert_eq!(
            read("date_optional_time", "2026-01-31T12:00:00.000000Z"),
            noon
        );
        assert_eq!(read("dd/MM/yyyy HH:mm", "31/01/2026 12:00"), noon);
        assert_eq!(
            read("yyyy-MM-dd'T'HH:mm:ss.SSSX", "2026-01-31T12:00:00.000Z"),
            noon
        );
        assert_eq!(read("yyyy-MM-dd||epoch_second", "1769860800"), noon);
        assert_eq!(read("yyyy-MM-dd", "2026-01-31T12"), None);
        assert_eq!(read("strict_date_optional_time", "2026-02-30"), None);
        assert!(Format::parse("EEE MMM").is_err());
    }
}
