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
        if !self.format.split("||").all(is_in_order)
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

/// Whether texts in a format are in the order of their times: a named one is, and one with the year first and all else
/// in figures.
fn is_in_order(format: &str) -> bool {
    let is_named = format.contains('_') || format.chars().all(char::is_lowercase);
    let is_word = ["MMM", "E", "a", "h", "K"]
        .iter()
        .any(|part| format.contains(part));
    is_named || format.starts_with(['y', 'u']) && !is_word
}

fn text_of(value: &Scalar) -> String {
    match value {
        Scalar::Text(text) => text.clone(),
        Scalar::Integer(number) => number.to_string(),
        Scalar::Float(number) => format!("{number:.0}"),
        Scalar::Boolean(flag) => flag.to_string(),
    }
}
