//! Clauses over dates that a mapping says the format of.

use jiff::tz::TimeZone;
use swarmscope_model::Timestamp;

use super::rewrite::renamed;
use super::{MappingError, text_formats};
use crate::ast::{Bound, Field, Query, Scalar};
use crate::datemath::{Clock, Format, Rounding, instant};
use crate::value_view::DateFormat;

/// A field of dates.
pub(super) struct DateField<'a> {
    pub path: &'a str,
    pub format: &'a str,
    pub now: Timestamp,
}

impl DateField<'_> {
    /// The clause over it.
    pub fn clause(&self, leaf: &Query) -> Result<Query, MappingError> {
        Ok(match leaf {
            Query::Range { lower, upper, .. } => {
                let lower = lower
                    .as_ref()
                    .map(|bound| self.bound(bound, false))
                    .transpose()?;
                let upper = upper
                    .as_ref()
                    .map(|bound| self.bound(bound, true))
                    .transpose()?;
                self.between(lower, upper)
            }
            Query::Match { text, .. } | Query::Text { text, .. } | Query::Phrase { text, .. } => {
                self.stretch(text)?
            }
            Query::Term { value, .. } => self.stretch(&text_of(value))?,
            Query::Terms { values, .. } => {
                let each = values.iter().map(|value| self.stretch(&text_of(value)));
                Query::any_of(each.collect::<Result<_, _>>()?)
            }
            other => renamed(other, self.path),
        })
    }

    fn instant(&self, text: &str, rounding: Rounding) -> Result<i64, MappingError> {
        self.instant_in(text, rounding, None)
    }

    fn instant_in(
        &self,
        text: &str,
        rounding: Rounding,
        time_zone: Option<&TimeZone>,
    ) -> Result<i64, MappingError> {
        let format = Format::parse(self.format)?;
        let clock = Clock {
            now: self.now,
            time_zone: time_zone.cloned().unwrap_or(TimeZone::UTC),
        };
        Ok(instant(text, rounding, &format, &clock)?)
    }

    /// A bound as the clause read it in a format of its own, else as the field's format has it.
    fn bound(&self, bound: &Bound, is_upper: bool) -> Result<(i64, bool), MappingError> {
        let rounding = match bound.inclusive == is_upper {
            true => Rounding::Up,
            false => Rounding::Down,
        };
        let instant = match bound.instant {
            Some(read) if bound.formatted => read,
            _ => self.instant_in(&text_of(&bound.value), rounding, bound.time_zone.as_ref())?,
        };
        Ok((instant, bound.inclusive))
    }

    /// The stretch of time that a text means.
    fn stretch(&self, text: &str) -> Result<Query, MappingError> {
        let first = self.instant(text, Rounding::Down)?;
        let last = self.instant(text, Rounding::Up)?;
        Ok(self.between(Some((first, true)), Some((last, true))))
    }

    /// The documents whose date lies between, in whatever form of the format they wrote it.
    fn between(&self, lower: Option<(i64, bool)>, upper: Option<(i64, bool)>) -> Query {
        let field = || Field::Named(self.path.to_owned());
        if !is_in_order(self.format)
            && let Some(format) = DateFormat::parse(self.format)
        {
            let within = |(instant, inclusive): (i64, bool), step: i64| match inclusive {
                true => instant,
                false => instant.saturating_add(step),
            };
            return Query::Dates {
                field: field(),
                format,
                first: lower.map_or(i64::MIN, |lower| within(lower, 1)),
                last: upper.map_or(i64::MAX, |upper| within(upper, -1)),
            };
        }
        let ends = |value: &dyn Fn(i64) -> Scalar| {
            let bound = |(instant, inclusive): (i64, bool)| Bound {
                value: value(instant),
                instant: Some(instant),
                inclusive,
                formatted: false,
                time_zone: None,
            };
            (lower.map(bound), upper.map(bound))
        };
        let mut forms = Vec::new();
        for format in text_formats(self.format) {
            let shown = |instant| Scalar::Text(format.show(instant, &TimeZone::UTC));
            let (lower, upper) = ends(&shown);
            forms.push(Query::Range {
                field: field(),
                lower,
                upper,
            });
        }
        for (name, unit) in [("epoch_millis", 1), ("epoch_second", 1_000)] {
            if self.format.split("||").any(|part| part == name) {
                let (lower, upper) =
                    ends(&|instant: i64| Scalar::Float(instant as f64 / f64::from(unit)));
                forms.push(Query::NumberRange {
                    field: field(),
                    lower,
                    upper,
                });
            }
        }
        Query::any_of(forms)
    }
}

/// Named forms whose texts begin with the year, have all else in figures of a fixed width, and are no whole numbers.
const NAMED_IN_ORDER: [&str; 12] = [
    "date_optional_time",
    "dateOptionalTime",
    "date_optional_time_nanos",
    "date",
    "date_time",
    "date_time_no_millis",
    "date_hour",
    "date_hour_minute",
    "date_hour_minute_second",
    "date_hour_minute_second_millis",
    "year_month",
    "year_month_day",
];

/// Whether the texts that a format allows are in the order of their times: those of one form with the year first and
/// all else in figures of a fixed width are. Texts of two forms are not, and a document may have either.
fn is_in_order(format: &str) -> bool {
    let mut texts = format
        .split("||")
        .filter(|part| !matches!(*part, "epoch_millis" | "epoch_second"));
    let first = texts.next();
    texts.next().is_none()
        && first.is_none_or(|form| {
            let name = form.strip_prefix("strict_").unwrap_or(form);
            NAMED_IN_ORDER.contains(&name) || is_padded(form)
        })
}

/// Whether a pattern has the parts of a time from the largest on, in fixed widths, with something between them: without,
/// a document may have its date as a whole number.
fn is_padded(pattern: &str) -> bool {
    let mut wanted = ["yyyy", "MM", "dd", "HH", "mm", "ss", "SSS"].into_iter();
    let (mut is_quoted, mut is_divided) = (false, false);
    let pattern = pattern.replace("uuuu", "yyyy");
    let mut rest = pattern.as_str();
    while let Some(letter) = rest.chars().next() {
        let behind = rest.trim_start_matches(letter);
        let (run, _) = rest.split_at(rest.len() - behind.len());
        rest = behind;
        match letter {
            '\'' => is_quoted ^= run.len() % 2 == 1,
            '[' | ']' => return false,
            _ if is_quoted || !letter.is_ascii_alphabetic() => is_divided = true,
            _ if wanted.next() == Some(run) => {}
            _ => return false,
        }
    }
    is_divided
}

fn text_of(value: &Scalar) -> String {
    match value {
        Scalar::Text(text) => text.clone(),
        Scalar::Integer(number) => number.to_string(),
        Scalar::Float(number) => format!("{number:.0}"),
        Scalar::Boolean(flag) => flag.to_string(),
    }
}
