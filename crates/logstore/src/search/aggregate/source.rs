//! Where one value of a combination comes from, numbered.

use std::collections::{HashMap, HashSet};

use swarmscope_query::aggregate::{
    BucketKey, Direction, Histogram, MissingTuple, SourceValue, TupleSource,
};
use swarmscope_query::document::ValueRef;

use super::Selection;
use super::keys::Keys;
use super::rounding::Rounding;
use crate::search::error::SearchError;
use crate::search::values::{FieldColumns, is_seen_whole};

/// Values of a row that are compared one by one.
const FEW_VALUES: usize = 16;
/// Values after which the time is looked at.
const VALUES_BETWEEN_LOOKS: usize = 4096;

/// The number of nothing.
pub const NONE: u32 = u32::MAX;

/// A source with the values that it has met.
pub struct Source {
    request: TupleSource,
    reading: Reading,
    keys: Keys,
}

/// How a value of the field becomes one of the combination.
enum Reading {
    Term(String),
    Numbers(Histogram),
    Instants(String, Rounding),
}

/// The numbers of the values of a row, each once.
struct Several {
    numbers: Vec<u32>,
    /// All of them once they are more than a few.
    seen: HashSet<u32>,
}

impl Several {
    fn new(first: u32) -> Self {
        Self {
            numbers: vec![first],
            seen: HashSet::new(),
        }
    }

    fn add(&mut self, number: u32) {
        if self.numbers.len() == FEW_VALUES {
            self.seen.extend(&self.numbers);
        }
        let is_new = match self.numbers.len() < FEW_VALUES {
            true => !self.numbers.contains(&number),
            false => self.seen.insert(number),
        };
        if is_new {
            self.numbers.push(number);
        }
    }
}

/// The numbers of the values of each row.
pub struct Numbered {
    /// Of the first value; [`NONE`] when there is none.
    first: Vec<u32>,
    /// Of all, where there are several.
    several: HashMap<usize, Several>,
    missing: Option<u32>,
}

impl Numbered {
    /// The numbers of the row at a place among those that were asked for.
    pub fn at(&self, place: usize) -> &[u32] {
        if let Some(several) = self.several.get(&place) {
            return &several.numbers;
        }
        match self.first[place] {
            NONE => self.missing.as_slice(),
            _ => std::slice::from_ref(&self.first[place]),
        }
    }

    fn add(&mut self, place: usize, number: u32) {
        let first = self.first[place];
        if first == NONE {
            self.first[place] = number;
        } else if first != number || self.several.contains_key(&place) {
            let several = self.several.entry(place);
            several.or_insert_with(|| Several::new(first)).add(number);
        }
    }
}

impl Source {
    pub fn new(request: &TupleSource) -> Self {
        Self {
            reading: match &request.value {
                SourceValue::Term { field } => Reading::Term(field.clone()),
                SourceValue::Numbers(histogram) => Reading::Numbers(histogram.clone()),
                SourceValue::Instants(histogram) => {
                    Reading::Instants(histogram.field.clone(), Rounding::new(histogram))
                }
            },
            request: request.clone(),
            keys: Keys::default(),
        }
    }

    pub fn direction(&self) -> Direction {
        self.request.direction
    }

    pub fn missing(&self) -> Option<&MissingTuple> {
        self.request.missing.as_ref()
    }

    /// The value of a number.
    pub fn key(&self, number: u32) -> Option<&BucketKey> {
        (number != NONE).then(|| self.keys.key(number))
    }

    /// Our numbers for those of another.
    pub fn numbers_of(&mut self, other: &Self) -> Vec<u32> {
        let all = other.keys.all().iter();
        all.map(|key| self.keys.number_of(key)).collect()
    }

    /// The numbers of the values of these rows, which never fall.
    pub fn values(
        &mut self,
        selection: &Selection<'_>,
        rows: &[u32],
    ) -> Result<Numbered, SearchError> {
        let missing = match &self.request.missing {
            None => None,
            Some(MissingTuple::Nothing { .. }) => Some(NONE),
            Some(MissingTuple::Value(value)) => Some(self.keys.number(ValueRef::of(value), false)),
        };
        let mut found = Numbered {
            first: vec![NONE; rows.len()],
            several: HashMap::new(),
            missing,
        };
        let part = selection.part;
        let columns = match &self.reading {
            Reading::Term(field) => FieldColumns::new(part, field)?,
            Reading::Numbers(histogram) => FieldColumns::new(part, &histogram.field)?.of_numbers(),
            Reading::Instants(field, _) => FieldColumns::dates(part, field)?,
        };
        let of_dates = columns.of_dates;
        columns.visit(part, selection.within, &mut |page| {
            selection.deadline.check()?;
            let (mut looked_at, mut in_time) = (0_usize, Ok(()));
            page.visit_selected(rows, |place, at| {
                looked_at += 1;
                if looked_at.is_multiple_of(VALUES_BETWEEN_LOOKS) && in_time.is_ok() {
                    in_time = selection.deadline.check();
                }
                if in_time.is_err() {
                    return;
                }
                let value = page.value(at);
                let number = match &mut self.reading {
                    Reading::Term(_) if !is_seen_whole(value) => return,
                    Reading::Term(_) => self.keys.number(value, of_dates),
                    Reading::Numbers(histogram) => {
                        let number = match value {
                            ValueRef::Integer(number) => number as f64,
                            ValueRef::Float(number) => number,
                            ValueRef::Boolean(flag) => f64::from(u8::from(flag)),
                            ValueRef::Text(_) => return,
                        };
                        // Zero has one sign.
                        let start = histogram.start(number) + 0.0;
                        self.keys.number(ValueRef::Float(start), false)
                    }
                    Reading::Instants(_, rounding) => {
                        let ValueRef::Integer(instant) = value else {
                            return;
                        };
                        let start = rounding.start(instant);
                        self.keys.number(ValueRef::Integer(start), true)
                    }
                };
                found.add(place, number);
            });
            Ok(in_time?)
        })?;
        Ok(found)
    }
}
