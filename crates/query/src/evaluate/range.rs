//! `range`: between bounds, as numbers, as points in time or by code point.

use std::cmp::Ordering;

use crate::ast::{Bound, Scalar};
use crate::document::{ValueRef, instant_of, is_time_field};

use super::order::compare_numbers;
use super::term::text_of;

/// A value between two bounds.
#[derive(Debug)]
pub struct RangeTest {
    lower: Option<End>,
    upper: Option<End>,
    /// Whether texts are looked at as the numbers that they are.
    of_numbers: bool,
}

#[derive(Debug)]
struct End {
    text: String,
    number: Option<Scalar>,
    boolean: Option<bool>,
    instant: Option<i64>,
    inclusive: bool,
}

impl End {
    fn new(bound: &Bound) -> Self {
        let number = match &bound.value {
            Scalar::Text(text) => {
                let text = text.trim();
                let integer = text.parse().map(Scalar::Integer);
                integer.or_else(|_| text.parse().map(Scalar::Float)).ok()
            }
            Scalar::Boolean(_) => None,
            number => Some(number.clone()),
        };
        let boolean = match &bound.value {
            Scalar::Boolean(flag) => Some(*flag),
            Scalar::Text(text) => text.parse().ok(),
            _ => None,
        };
        Self {
            text: text_of(&bound.value),
            number: number.filter(|number| !matches!(number, Scalar::Float(f) if f.is_nan())),
            boolean,
            instant: bound.instant,
            inclusive: bound.inclusive,
        }
    }

    /// Whether a value that compares so with this end is on the right side of it.
    fn admits(&self, ordering: Option<Ordering>, side: Ordering) -> bool {
        ordering.is_some_and(|found| found == side || self.inclusive && found == Ordering::Equal)
    }
}

impl RangeTest {
    pub(super) fn new(lower: Option<&Bound>, upper: Option<&Bound>) -> Self {
        Self {
            lower: lower.map(End::new),
            upper: upper.map(End::new),
            of_numbers: false,
        }
    }

    /// Over numbers, and texts that are numbers; points in time are none.
    pub(super) fn of_numbers(lower: Option<&Bound>, upper: Option<&Bound>) -> Self {
        Self {
            of_numbers: true,
            ..Self::new(lower, upper)
        }
    }

    fn between(&self, compare: impl Fn(&End) -> Option<Ordering>) -> bool {
        let above = |end: &End| end.admits(compare(end), Ordering::Greater);
        let below = |end: &End| end.admits(compare(end), Ordering::Less);
        self.lower.as_ref().is_none_or(above) && self.upper.as_ref().is_none_or(below)
    }

    /// Whether every bound that there is means a point in time.
    pub fn is_of_time(&self) -> bool {
        let mut ends = self.lower.iter().chain(&self.upper);
        !self.of_numbers && ends.all(|end| end.instant.is_some())
    }

    /// Whether the point lies between; `None` when the bounds mean no points.
    pub fn instant(&self, instant: i64) -> Option<bool> {
        self.is_of_time()
            .then(|| self.between(|end| end.instant.map(|bound| instant.cmp(&bound))))
    }

    /// The points in time that lie between, both ends inclusive.
    pub fn instants(&self) -> Option<(i64, i64)> {
        if !self.is_of_time() {
            return None;
        }
        let first = self.lower.as_ref().map_or(i64::MIN, |end| {
            let instant = end.instant.unwrap_or(i64::MIN);
            instant.saturating_add(i64::from(!end.inclusive))
        });
        let last = self.upper.as_ref().map_or(i64::MAX, |end| {
            let instant = end.instant.unwrap_or(i64::MAX);
            instant.saturating_sub(i64::from(!end.inclusive))
        });
        Some((first, last))
    }

    /// Whether the value lies between; a value that is a point in time is compared as one.
    pub(super) fn holds(&self, path: &str, value: ValueRef<'_>) -> bool {
        let may_be_time = matches!(value, ValueRef::Text(_)) || is_time_field(path);
        if may_be_time
            && self.is_of_time()
            && let Some(instant) = instant_of(path, value)
        {
            return self.instant(instant) == Some(true);
        }
        self.holds_untimed(value)
    }

    /// The same for a value that is not a point in time.
    pub fn holds_untimed(&self, value: ValueRef<'_>) -> bool {
        match value {
            ValueRef::Text(text) if self.of_numbers => {
                text.trim().parse().is_ok_and(|number: f64| {
                    !number.is_nan() && self.holds_untimed(ValueRef::from_float(number))
                })
            }
            ValueRef::Text(text) => self.between(|end| Some(text.cmp(end.text.as_str()))),
            ValueRef::Boolean(flag) => {
                self.between(|end| end.boolean.map(|bound| flag.cmp(&bound)))
            }
            number => self.between(|end| {
                let bound = end.number.as_ref()?;
                Some(compare_numbers(number, ValueRef::of(bound)))
            }),
        }
    }
}
