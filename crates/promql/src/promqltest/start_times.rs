//! `@st` lines of `load`: since when each sample of the next line counts, relative to its time.

use swarmscope_model::metrics::{Labels, duration};

use super::command::ScriptError;
use crate::parser::{SeriesDescription, parse_metric};

/// An `@st` line.
pub(super) struct Line {
    number: usize,
    labels: Labels,
    /// Milliseconds; `None` where it is unknown.
    offsets: Vec<Option<i64>>,
}

/// Whether a line is one: `metric{…}@st`, then offsets.
pub(super) fn is_line(line: &str) -> bool {
    line.split([' ', '\t'])
        .next()
        .is_some_and(|metric| metric.ends_with("@st"))
        && line.contains([' ', '\t'])
}

/// Reads an `@st` line.
pub(super) fn parse(number: usize, line: &str) -> Result<Line, ScriptError> {
    let invalid = |reason: String| ScriptError::new(number, reason);
    let (metric, items) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let labels = parse_metric(metric.trim_end_matches("@st"))
        .map_err(|error| invalid(format!("invalid @st line metric {metric:?}: {error}")))?;
    let mut offsets = Vec::new();
    for item in items.split_whitespace() {
        let read = parse_item(item)
            .ok_or_else(|| invalid(format!("invalid @st sequence: invalid ST item {item:?}")))?;
        offsets.extend(read);
    }
    Ok(Line {
        number,
        labels,
        offsets,
    })
}

impl Line {
    /// The error of a line that no line of samples follows.
    pub fn without_samples(&self) -> ScriptError {
        ScriptError::new(self.number, "@st line has no following sample line")
    }

    /// The offsets for the line of samples that follows.
    ///
    /// # Errors
    /// When it is about another series, or has another number of values.
    pub fn offsets_for(self, next: &SeriesDescription) -> Result<Vec<Option<i64>>, ScriptError> {
        if self.labels != next.labels {
            let reason = "@st metric does not match the following sample line metric";
            return Err(ScriptError::new(self.number, reason));
        }
        if self.offsets.len() != next.values.len() {
            let (own, others) = (self.offsets.len(), next.values.len());
            let reason = format!("@st line has {own} values but sample line has {others}");
            return Err(ScriptError::new(self.number, reason));
        }
        Ok(self.offsets)
    }
}

/// `_`, `_x3`, `-1m`, `-1mx3` or `-1m+10sx3`; `None` for anything else.
fn parse_item(item: &str) -> Option<Vec<Option<i64>>> {
    if item == "_" {
        return Some(vec![None]);
    }
    if let Some(count) = item.strip_prefix("_x") {
        let count: usize = count.parse().ok().filter(|count| *count > 0)?;
        return Some(vec![None; count]);
    }
    let (mut offset, rest) = split_duration(item)?;
    if rest.is_empty() {
        return Some(vec![Some(offset)]);
    }
    let (step, rest) = match rest.strip_prefix(['+', '-']) {
        Some(step) => {
            let (step, after) = split_duration(step)?;
            (if rest.starts_with('-') { -step } else { step }, after)
        }
        None => (0, rest),
    };
    let count: usize = rest.strip_prefix('x')?.parse().ok()?;
    let mut offsets = Vec::with_capacity(count + 1);
    for _ in 0..=count {
        offsets.push(Some(offset));
        offset += step;
    }
    Some(offsets)
}

/// The duration that a text begins with, in milliseconds, and the rest of the text.
fn split_duration(text: &str) -> Option<(i64, &str)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned
        .find(|each: char| !each.is_ascii_digit())
        .unwrap_or(unsigned.len());
    let unit = unsigned[digits..]
        .find(|each: char| !each.is_ascii_alphabetic() || each == 'x')
        .unwrap_or(unsigned.len() - digits);
    let (duration, rest) = unsigned.split_at(digits + unit);
    let milliseconds = duration::parse(duration).ok()?.as_millis() as i64;
    Some((
        if text.starts_with('-') {
            -milliseconds
        } else {
            milliseconds
        },
        rest,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_written_one_by_one_or_repeated() {
        let read = |item| parse_item(item).map(|all| all.into_iter().flatten().collect::<Vec<_>>());
        assert_eq!(read("_x3"), Some(vec![]));
        assert_eq!(read("-1m"), Some(vec![-60_000]));
        assert_eq!(read("0sx2"), Some(vec![0, 0, 0]));
        assert_eq!(read("-1m-10sx1"), Some(vec![-60_000, -70_000]));
        assert_eq!(read("500ms+1sx1"), Some(vec![500, 1_500]));
        assert_eq!((read("1m+x1"), read("m"), read("1mx")), (None, None, None));
    }
}
