//! Answers in one form, whoever gave them.

use std::collections::BTreeMap;

use swarmscope_model::Timestamp;

/// Why an answer is none.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    #[error("the answer is not in the form that was asked for")]
    Form(#[from] serde_json::Error),
    #[error("the answer has {0:?} where a time should be")]
    Time(String),
    #[error("the answer has {0:?} where a number should be")]
    Number(String),
    #[error("panel {panel} of the dashboard was answered with status {status}")]
    Status { panel: usize, status: u16 },
}

/// Named numbers: counts by bucket, percentiles by event type, or the time of each hit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer(BTreeMap<String, f64>);

impl Answer {
    /// Notes a number; numbers of the same name are added up.
    pub fn add(&mut self, name: impl Into<String>, number: f64) {
        *self.0.entry(name.into()).or_default() += number;
    }

    /// A hit, told from others by its time.
    ///
    /// # Errors
    /// When that is no time.
    pub fn hit(&mut self, time: &str) -> Result<(), AnswerError> {
        self.add(format!("at {}", milliseconds(time)?), 1.0);
        Ok(())
    }

    /// The number of a row in an order. Who stands there is left out: rows with equal numbers may change
    /// places.
    pub fn ranked(&mut self, rank: usize, number: f64) {
        self.add(format!("row {}", rank + 1), number);
    }

    /// How many rows or hits there are.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// The first number in which they differ by more than `tolerance`, relatively.
    pub fn difference(&self, other: &Self, tolerance: f64) -> Option<String> {
        let names = self.0.keys().chain(other.0.keys());
        for name in names {
            let (one, two) = (self.0.get(name), other.0.get(name));
            let near = match (one, two) {
                (Some(one), Some(two)) => (one - two).abs() <= tolerance * one.abs().max(two.abs()),
                _ => false,
            };
            if !near {
                let show = |number: Option<&f64>| {
                    number.map_or_else(|| "nothing".to_owned(), f64::to_string)
                };
                return Some(format!("{name}: {} here, {} there", show(one), show(two)));
            }
        }
        None
    }
}

/// A time in ISO 8601 as milliseconds since 1970.
///
/// # Errors
/// When that is no time.
pub fn milliseconds(time: &str) -> Result<i64, AnswerError> {
    match Timestamp::parse(time) {
        Ok(time) => Ok(time.as_millisecond()),
        Err(_) => Err(AnswerError::Time(time.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(numbers: &[(&str, f64)]) -> Answer {
        let mut answer = Answer::default();
        for (name, number) in numbers {
            answer.add(*name, *number);
        }
        answer
    }

    #[test]
    fn a_missing_row_and_a_number_beyond_tolerance_are_differences() {
        let whole = answer(&[("a", 100.0), ("b", 1.0)]);
        assert_eq!(whole.difference(&whole.clone(), 0.0), None);
        assert!(whole.difference(&answer(&[("a", 100.0)]), 0.5).is_some());
        assert!(answer(&[("a", 100.0)]).difference(&whole, 0.5).is_some());
        let near = answer(&[("a", 103.0), ("b", 1.0)]);
        assert_eq!(whole.difference(&near, 0.05), None);
        let difference = whole.difference(&near, 0.01);
        assert_eq!(difference.as_deref(), Some("a: 100 here, 103 there"));
    }

    #[test]
    fn hits_of_the_same_time_are_counted() {
        let (mut one, mut two) = (Answer::default(), Answer::default());
        one.hit("2026-01-01T00:00:00.001Z").expect("a time");
        two.hit("2026-01-01T00:00:00.001Z").expect("a time");
        two.hit("2026-01-01T00:00:00.001000Z").expect("a time");
        assert!(one.difference(&two, 0.0).is_some());
    }
}
