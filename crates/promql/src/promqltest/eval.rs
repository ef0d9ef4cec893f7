//! `eval`: a query, its times, and what is expected of it.

use std::sync::LazyLock;

use regex::Regex;
use swarmscope_model::metrics::{Labels, duration};

use super::command::{Lines, ScriptError};
use super::expect::{self, Expectations};
use crate::ast::Expr;
use crate::parser::{self, Options, SequenceValue, parse_series_description};

static INSTANT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$")
        .expect("a pattern of this program")
});

static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$",
    )
    .expect("a pattern of this program")
});

static RANGE_VECTOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$")
        .expect("a pattern of this program")
});

/// An `eval` command.
#[derive(Debug)]
pub(super) struct Eval {
    pub line: usize,
    pub query: String,
    pub expr: Expr,
    pub times: Times,
    /// Where the expected values of series lie, in milliseconds.
    pub expected_times: RangeTimes,
    pub is_range: bool,
    /// Evaluated as the middle of a range query, too.
    pub also_as_range: bool,
    pub expectations: Expectations,
}

/// From when to when, and how often, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RangeTimes {
    pub start: i64,
    pub end: i64,
    pub step: i64,
}

/// When a query is evaluated.
pub(super) type Times = RangeTimes;

/// What is expected at one place of a result.
#[derive(Debug, Clone)]
pub(super) struct ExpectedSeries {
    /// Its place among what is expected, from 1.
    pub position: usize,
    pub labels: Labels,
    pub values: Vec<SequenceValue>,
}

/// Reads an `eval` command.
pub(super) fn parse(number: usize, line: &str, lines: &mut Lines<'_>) -> Result<Eval, ScriptError> {
    let (form, query, times, is_range) = head(number, line)?;
    let expr = parser::parse(query, Options::ALL)
        .map_err(|error| ScriptError::new(number, format!("{query}: {error}")))?;
    let mut eval = Eval {
        line: number,
        query: query.to_owned(),
        expr,
        times,
        expected_times: times,
        is_range,
        also_as_range: !is_range,
        expectations: Expectations::of_form(form),
    };
    let mut position = 0;
    while let Some((number, line)) = lines.in_block() {
        if eval.expectations.take_failure_line(number, line)? {
            break;
        }
        if line.starts_with("expect range vector") {
            eval.expected_times = range_vector(number, line)?;
            eval.also_as_range = false;
        } else if line.starts_with("expect string") {
            eval.expectations.string = Some(expect::string(number, line)?);
            eval.also_as_range = false;
        } else if line.split(' ').next() == Some("expect") {
            eval.expectations.add(number, line)?;
        } else if let Some(value) = parse_number(line) {
            eval.expectations.scalar = Some(value);
            break;
        } else {
            position += 1;
            eval.expect_series(number, line, position)?;
        }
    }
    Ok(eval)
}

fn head(number: usize, line: &str) -> Result<(&str, &str, Times, bool), ScriptError> {
    let text = |found: Option<regex::Match<'_>>| found.map_or(0..0, |found| found.range());
    let milliseconds = |text: &str| milliseconds(number, text);
    if let Some(parts) = INSTANT.captures(line) {
        let time = milliseconds(&line[text(parts.get(2))])?;
        let times = Times {
            start: time,
            end: time,
            step: 0,
        };
        return Ok((
            &line[text(parts.get(1))],
            &line[text(parts.get(3))],
            times,
            false,
        ));
    }
    let Some(parts) = RANGE.captures(line) else {
        let reason = "invalid evaluation command. Must be either 'eval[_fail|_warn|_ordered] \
                      instant [at <offset:duration>] <query>' or 'eval[_fail|_warn] range from \
                      <from> to <to> step <step> <query>'";
        return Err(ScriptError::new(number, reason));
    };
    let times = range_times(number, [&parts[2], &parts[3], &parts[4]])?;
    Ok((
        &line[text(parts.get(1))],
        &line[text(parts.get(5))],
        times,
        true,
    ))
}

fn milliseconds(number: usize, text: &str) -> Result<i64, ScriptError> {
    duration::parse(text)
        .map(|duration| duration.as_millis() as i64)
        .map_err(|error| ScriptError::new(number, format!("invalid time {text:?}: {error}")))
}

fn range_times(number: usize, texts: [&str; 3]) -> Result<RangeTimes, ScriptError> {
    let [start, end, step] = texts.map(|text| milliseconds(number, text));
    let times = RangeTimes {
        start: start?,
        end: end?,
        step: step?,
    };
    if times.end < times.start {
        let [from, to, _] = texts;
        let reason = format!(
            "invalid test definition, end timestamp ({to}) is before start timestamp ({from})"
        );
        return Err(ScriptError::new(number, reason));
    }
    Ok(times)
}

fn range_vector(number: usize, line: &str) -> Result<RangeTimes, ScriptError> {
    let parts = RANGE_VECTOR.captures(line).ok_or_else(|| {
        ScriptError::new(number, format!("invalid range vector definition {line:?}"))
    })?;
    range_times(number, [&parts[1], &parts[2], &parts[3]])
}

/// A line that is a number only: the expected scalar.
fn parse_number(line: &str) -> Option<f64> {
    let unsigned = line.strip_prefix(['+', '-']).unwrap_or(line);
    if let Some(digits) = unsigned
        .strip_prefix("0x")
        .or_else(|| unsigned.strip_prefix("0X"))
    {
        let value = i64::from_str_radix(digits, 16).ok()? as f64;
        return Some(if line.starts_with('-') { -value } else { value });
    }
    line.parse().ok()
}

impl Eval {
    fn expect_series(
        &mut self,
        number: usize,
        line: &str,
        position: usize,
    ) -> Result<(), ScriptError> {
        let described = parse_series_description(line)
            .map_err(|error| ScriptError::new(number, error.to_string()))?;
        let is_range_vector = self.expected_times != self.times;
        if described.values.len() > 1 && !self.is_range && !is_range_vector && self.also_as_range {
            let reason = "expecting multiple values in instant evaluation not allowed. consider \
                          using 'expect range vector' directive to enable a range vector result for \
                          an instant query";
            return Err(ScriptError::new(number, reason));
        }
        let expected = ExpectedSeries {
            position,
            labels: described.labels,
            values: described.values,
        };
        // Of series that are named twice the last line counts.
        let series = &mut self.expectations.series;
        series.retain(|known| known.labels != expected.labels);
        series.push(expected);
        self.expectations.scalar = None;
        Ok(())
    }
}
