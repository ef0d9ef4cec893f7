//! `load`: series and their values at equal distances from the epoch.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use swarmscope_model::metrics::{Labels, SampleValue, duration};

use super::command::{Lines, ScriptError};
use super::start_times;
use crate::parser::{SequenceValue, parse_series_description};

static LOAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^load(?:_(with_nhcb))?\s+(.+?)$").expect("a pattern of this program")
});

/// A `load` command.
#[derive(Debug)]
pub(super) struct Load {
    pub line: usize,
    pub series: Vec<LoadedSeries>,
    /// Classic histograms are stored as native ones with custom bounds, too.
    pub with_custom_buckets: bool,
}

/// One series of it.
#[derive(Debug)]
pub(super) struct LoadedSeries {
    pub labels: Labels,
    pub samples: Vec<LoadedSample>,
}

/// One sample.
#[derive(Debug, Clone)]
pub(super) struct LoadedSample {
    /// Milliseconds since the epoch.
    pub time: i64,
    /// Since when it counts; 0 when that is unknown.
    pub start: i64,
    pub value: SampleValue,
}

/// Reads a `load` command.
pub(super) fn parse(number: usize, line: &str, lines: &mut Lines<'_>) -> Result<Load, ScriptError> {
    let invalid = |reason: String| ScriptError::new(number, reason);
    let parts = LOAD.captures(line).ok_or_else(|| {
        invalid("invalid load command. (load[_with_nhcb] <step:duration>)".to_owned())
    })?;
    let step = duration::parse(&parts[2])
        .map_err(|error| invalid(format!("invalid step definition {:?}: {error}", &parts[2])))?;
    let step = step.as_millis() as i64;
    let mut series: BTreeMap<Labels, Vec<LoadedSample>> = BTreeMap::new();
    let mut pending: Option<start_times::Line> = None;
    while let Some((number, line)) = lines.in_block() {
        if start_times::is_line(line) {
            if let Some(pending) = &pending {
                return Err(pending.without_samples());
            }
            pending = Some(start_times::parse(number, line)?);
            continue;
        }
        let described = parse_series_description(line)
            .map_err(|error| ScriptError::new(number, error.to_string()))?;
        let starts = match pending.take() {
            Some(pending) => pending.offsets_for(&described)?,
            None => Vec::new(),
        };
        let samples = samples(&described.values, &starts, step);
        // Of a series that is named twice the last line counts.
        series.insert(described.labels, samples);
    }
    if let Some(pending) = &pending {
        return Err(pending.without_samples());
    }
    let series = series.into_iter();
    Ok(Load {
        line: number,
        series: series
            .map(|(labels, samples)| LoadedSeries { labels, samples })
            .collect(),
        with_custom_buckets: parts.get(1).is_some(),
    })
}

fn samples(
    values: &[SequenceValue],
    start_offsets: &[Option<i64>],
    step: i64,
) -> Vec<LoadedSample> {
    let with_time = values.iter().enumerate().filter_map(|(index, value)| {
        let time = step * index as i64;
        let value = match value {
            SequenceValue::Omitted => return None,
            SequenceValue::Float(value) => SampleValue::Float(*value),
            SequenceValue::Histogram { histogram, .. } => SampleValue::Histogram(histogram.clone()),
        };
        let offset = start_offsets.get(index).copied().flatten();
        let start = offset.map_or(0, |offset| time + offset);
        Some(LoadedSample { time, start, value })
    });
    with_time.collect()
}
