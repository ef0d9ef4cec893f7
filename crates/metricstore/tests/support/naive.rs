//! A store that is too simple to be wrong: every sample in a map.

use std::collections::BTreeMap;

use swarmscope_model::metrics::{Labels, SampleValue};

use super::{labels, matcher};

/// What a sample is compared by: histograms by their debug text, floats by their bits.
pub fn shown(value: &SampleValue) -> String {
    match value {
        SampleValue::Float(value) => format!("{:x}", value.to_bits()),
        SampleValue::Histogram(value) => format!("{value:?}"),
    }
}

/// The samples of every series, by time.
#[derive(Debug, Default, Clone)]
pub struct Naive(pub BTreeMap<Labels, BTreeMap<i64, String>>);

impl Naive {
    /// Adds a sample that the store has taken, unless its time is taken.
    pub fn add(&mut self, series: &Labels, time: i64, value: &SampleValue) {
        let samples = self.0.entry(series.clone()).or_default();
        samples.entry(time).or_insert_with(|| shown(value));
    }

    /// Removes the samples in a span of the series that pass.
    pub fn delete(&mut self, start: i64, end: i64, matchers: &[&str]) {
        for (labels, samples) in &mut self.0 {
            if passes(labels, matchers) {
                samples.retain(|time, _| *time < start || *time > end);
            }
        }
    }

    /// The series that pass and have a sample in the span, with those.
    pub fn select(
        &self,
        start: i64,
        end: i64,
        matchers: &[&str],
    ) -> Vec<(Labels, Vec<(i64, String)>)> {
        let passing = self.0.iter().filter(|(labels, _)| passes(labels, matchers));
        let selected = passing.map(|(labels, samples)| {
            let inside = samples.range(start..=end);
            let inside = inside.map(|(time, value)| (*time, value.clone())).collect();
            (labels.clone(), inside)
        });
        selected
            .filter(|(_, samples): &(_, Vec<_>)| !samples.is_empty())
            .collect()
    }
}

fn passes(series: &Labels, matchers: &[&str]) -> bool {
    matchers.iter().all(|text| {
        let matcher = matcher(text);
        matcher.matches(series.get(&matcher.name).unwrap_or_default())
    })
}

/// The `n`th of a few series.
pub fn series(n: u8) -> Labels {
    match n % 6 {
        0 => labels("m{a=1}"),
        1 => labels("m{a=2,b=x}"),
        2 => labels("m{a=12,b=y}"),
        3 => labels("n{a=1,b=x}"),
        4 => labels("n"),
        _ => labels("o{c=é}"),
    }
}

/// Matchers of all kinds over these series.
pub const SELECTORS: [&[&str]; 10] = [
    &["__name__=m"],
    &["a=1"],
    &["a=~1.*", "b="],
    &["b!=x"],
    &["b!=x", "__name__=~m|n"],
    &["a!~1|2"],
    &["c=~.+"],
    &["a=~.*2", "b!="],
    &["__name__!~n"],
    &["nowhere=~.*"],
];
