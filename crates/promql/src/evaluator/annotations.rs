//! What a query has to say beside its result: warnings and infos, in Prometheus's words.
//!
//! Findings are collected by their text, each once, however many series and steps they concern. Where in
//! the query they stand is written only when the query's text is at hand.

use std::collections::BTreeMap;

use super::finding::{Finding, ForcedMonotonicity, Severity};
use crate::ast::TextRange;

/// One warning or info.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    pub severity: Severity,
    /// Without the position.
    pub text: String,
    /// What part of the query it is about.
    pub range: TextRange,
    forced: Option<ForcedMonotonicity>,
    occurrences: usize,
}

impl Annotation {
    /// The same was found again. What is counted keeps its first place, the rest takes the last, as in
    /// Prometheus.
    fn repeat(
        &mut self,
        range: TextRange,
        forced: Option<&ForcedMonotonicity>,
        occurrences: usize,
    ) {
        match (&mut self.forced, forced) {
            (Some(known), Some(forced)) => known.merge(forced),
            _ if occurrences > 0 => self.occurrences += occurrences,
            _ => self.range = range,
        }
    }

    /// The text as Prometheus's API gives it, with line and column in the query.
    pub fn render(&self, query: &str) -> String {
        let position = position_in(query, self.range.start);
        let mut text = self.text.clone();
        if let Some(forced) = &self.forced {
            text.push_str(&forced.details());
        }
        if self.occurrences > 1 {
            text.push_str(&format!(" ({} occurrences)", self.occurrences));
        }
        format!("{text} ({position})")
    }
}

/// The warnings and infos of one evaluation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Annotations(BTreeMap<String, Annotation>);

impl Annotations {
    /// Notes a finding about a part of the query.
    pub(crate) fn add(&mut self, finding: &Finding<'_>, range: TextRange) {
        let text = finding.to_string();
        let forced = finding.forced().copied();
        let counts = finding.counts_occurrences();
        match self.0.get_mut(&text) {
            None => {
                let annotation = Annotation {
                    severity: finding.severity(),
                    text: text.clone(),
                    range,
                    forced,
                    occurrences: usize::from(counts),
                };
                self.0.insert(text, annotation);
            }
            Some(known) => known.repeat(range, forced.as_ref(), usize::from(counts)),
        }
    }

    /// Takes over what another part of the evaluation found.
    pub(crate) fn merge(&mut self, other: Self) {
        for (text, annotation) in other.0 {
            match self.0.get_mut(&text) {
                None => {
                    self.0.insert(text, annotation);
                }
                Some(known) => {
                    let Annotation {
                        range,
                        forced,
                        occurrences,
                        ..
                    } = &annotation;
                    known.repeat(*range, forced.as_ref(), *occurrences);
                }
            }
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All, by text.
    pub fn iter(&self) -> impl Iterator<Item = &Annotation> {
        self.0.values()
    }

    /// The warnings as Prometheus's API gives them. `query` is the text that was parsed.
    pub fn warnings(&self, query: &str) -> Vec<String> {
        self.render(Severity::Warning, query)
    }

    /// The infos as Prometheus's API gives them. `query` is the text that was parsed.
    pub fn infos(&self, query: &str) -> Vec<String> {
        self.render(Severity::Info, query)
    }

    fn render(&self, severity: Severity, query: &str) -> Vec<String> {
        self.iter()
            .filter(|annotation| annotation.severity == severity)
            .map(|annotation| annotation.render(query))
            .collect()
    }
}

/// `line:column`, both from one; the column counts bytes.
fn position_in(query: &str, position: usize) -> String {
    if query.is_empty() {
        return "unknown position".to_owned();
    }
    let Some(before) = query.as_bytes().get(..position) else {
        return "invalid position".to_owned();
    };
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let line_start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    format!("{line}:{}", position - line_start + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE: TextRange = TextRange { start: 9, end: 12 };

    #[test]
    fn the_same_finding_is_kept_once_and_tells_where_it_stands() {
        let mut annotations = Annotations::default();
        for _ in 0..3 {
            annotations.add(&Finding::InvalidQuantile { got: 1.5 }, RANGE);
        }
        annotations.add(&Finding::PossibleNonCounter { metric: "x" }, RANGE);
        assert_eq!(
            annotations.warnings("quantile(\n1.5, x)"),
            ["PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:10)"]
        );
        assert_eq!(
            annotations.infos("sum(\nrate(x[5m]))"),
            [
                "PromQL info: metric might not be a counter, name does not end in \
                 _total/_sum/_count/_bucket: \"x\" (2:5)"
            ]
        );
    }

    #[test]
    fn overlaps_of_start_times_are_counted() {
        let mut annotations = Annotations::default();
        let overlap = Finding::StartTimeOverlap { metric: "m" };
        annotations.add(&overlap, RANGE);
        let mut others = Annotations::default();
        others.add(&overlap, RANGE);
        annotations.merge(others);
        let warnings = annotations.warnings("rate(m_total[5m])");
        assert!(
            warnings[0].contains("for metric \"m\" (2 occurrences)"),
            "{warnings:?}"
        );
    }
}
