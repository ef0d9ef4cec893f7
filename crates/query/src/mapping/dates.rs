//! Clauses over dates that a mapping says the format of.

use jiff::tz::TimeZone;
use swarmscope_model::Timestamp;

use super::rewrite::renamed;
use super::{MappingError, text_formats};
use crate::ast::{Bound, Field, Query, Scalar};
use crate::datemath::{Clock, Format, Rounding, instant};

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
        let format = Format::parse(self.format)?;
        Ok(instant(text, rounding, &format, &Clock::utc(self.now))?)
    }

    /// A bound as the field's format has it, else as the clause read it in a format of its own.
    fn bound(&self, bound: &Bound, is_upper: bool) -> Result<(i64, bool), MappingError> {
        let rounding = match bound.inclusive == is_upper {
            true => Rounding::Up,
            false => Rounding::Down,
        };
        match (
            self.instant(&text_of(&bound.value), rounding),
            bound.instant,
        ) {
            (Ok(own), _) => Ok((own, bound.inclusive)),
            (Err(_), Some(read)) if !self.is_default_reading(bound) => Ok((read, bound.inclusive)),
            (Err(error), _) => Err(error),
        }
    }

    /// Whether the point in time was read without a format that the clause named: the field's own is meant then.
    fn is_default_reading(&self, bound: &Bound) -> bool {
        let text = text_of(&bound.value);
        let clock = Clock::utc(self.now);
        [Rounding::Down, Rounding::Up].into_iter().any(|rounding| {
            instant(&text, rounding, &Format::default(), &clock).ok() == bound.instant
        }) && !self.format.contains("epoch_")
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
        let ends = |value: &dyn Fn(i64) -> Scalar| {
            let bound = |(instant, inclusive): (i64, bool)| Bound {
                value: value(instant),
                instant: Some(instant),
                inclusive,
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

fn text_of(value: &Scalar) -> String {
    match value {
        Scalar::Text(text) => text.clone(),
        Scalar::Integer(number) => number.to_string(),
        Scalar::Float(number) => format!("{number:.0}"),
        Scalar::Boolean(flag) => flag.to_string(),
    }
}
