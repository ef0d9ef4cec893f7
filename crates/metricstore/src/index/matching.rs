//! Which series pass a list of matchers.
//!
//! As in Prometheus, a label that is not there has the empty value: a matcher that the empty value passes
//! is satisfied by series without the label, too, and is therefore answered by exclusion.

use roaring::RoaringBitmap;
use swarmscope_model::metrics::{Matcher, MetricError};

use super::pattern::{Question, is_negative};

/// An index of labels.
pub trait LabelIndex {
    /// Every series.
    ///
    /// # Errors
    /// When the index cannot be read.
    fn all(&self) -> Result<RoaringBitmap, MetricError>;

    /// Adds the series that have the label with exactly this value.
    ///
    /// # Errors
    /// When the index cannot be read.
    fn add_with_value(
        &self,
        name: &str,
        value: &str,
        into: &mut RoaringBitmap,
    ) -> Result<(), MetricError>;

    /// Adds the series that have the label with a value that is wanted.
    ///
    /// # Errors
    /// When the index cannot be read.
    fn add_where(
        &self,
        name: &str,
        wanted: &dyn Fn(&str) -> bool,
        into: &mut RoaringBitmap,
    ) -> Result<(), MetricError>;
}

/// The series that pass all matchers.
///
/// # Errors
/// When the index cannot be read.
pub fn matching(
    index: &dyn LabelIndex,
    matchers: &[Matcher],
) -> Result<RoaringBitmap, MetricError> {
    let mut result: Option<RoaringBitmap> = None;
    // Single values first: they leave least.
    let (cheap, dear): (Vec<_>, Vec<_>) = matchers
        .iter()
        .filter(|matcher| !matcher.matches_empty())
        .map(|matcher| (matcher, Question::of(matcher)))
        .partition(|(matcher, question)| {
            matches!(question, Question::OneOf(_)) && !is_negative(matcher)
        });
    for (matcher, question) in cheap.into_iter().chain(dear) {
        if result.as_ref().is_some_and(RoaringBitmap::is_empty) {
            break;
        }
        let passing = answered(index, matcher, &question, true)?;
        result = Some(match result {
            Some(result) => result & passing,
            None => passing,
        });
    }
    let mut result = match result {
        Some(result) => result,
        None => index.all()?,
    };
    for matcher in matchers.iter().filter(|matcher| matcher.matches_empty()) {
        if result.is_empty() {
            break;
        }
        result -= answered(index, matcher, &Question::of(matcher), false)?;
    }
    Ok(result)
}

/// The series that have the label and whose value passes the matcher, or does not.
fn answered(
    index: &dyn LabelIndex,
    matcher: &Matcher,
    question: &Question<'_>,
    passing: bool,
) -> Result<RoaringBitmap, MetricError> {
    let mut found = RoaringBitmap::new();
    let wanted = passing != is_negative(matcher);
    match question {
        Question::OneOf(values) if wanted => {
            for value in values {
                index.add_with_value(&matcher.name, value, &mut found)?;
            }
        }
        question => {
            let test = |value: &str| question.holds_for(value) == wanted;
            index.add_where(&matcher.name, &test, &mut found)?;
        }
    }
    Ok(found)
}
