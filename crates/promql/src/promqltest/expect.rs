//! What is expected of a query: values, an error, warnings and infos, an order.

use std::sync::LazyLock;

use regex::Regex;

use super::command::ScriptError;
use super::eval::ExpectedSeries;
use crate::ast::Expr;
use crate::parser::{self, Options};

static EXPECT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$")
        .expect("a pattern of this program")
});

/// A text that has to be met.
#[derive(Debug, Clone)]
pub(super) enum TextPattern {
    Any,
    Exactly(String),
    Matching(Regex),
}

impl TextPattern {
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(expected) => expected == text,
            Self::Matching(pattern) => pattern.is_match(text),
        }
    }

    pub fn describe(&self) -> String {
        match self {
            Self::Any => "anything".to_owned(),
            Self::Exactly(expected) => format!("{expected:?}"),
            Self::Matching(pattern) => format!("what matches {:?}", pattern.as_str()),
        }
    }
}

/// Everything that is expected of a query.
#[derive(Debug, Default)]
pub(super) struct Expectations {
    pub series: Vec<ExpectedSeries>,
    pub scalar: Option<f64>,
    pub string: Option<String>,
    /// The error. More than one pattern have to be met together.
    pub failure: Option<Vec<TextPattern>>,
    pub warnings: Vec<TextPattern>,
    pub infos: Vec<TextPattern>,
    /// The old forms only ask for any.
    pub any_warning: bool,
    pub any_info: bool,
    pub no_warnings: bool,
    pub no_infos: bool,
    pub ordered: bool,
}

impl Expectations {
    /// What the command's word alone expects: the `fail` of `eval_fail`.
    pub fn of_form(form: &str) -> Self {
        Self {
            failure: (form == "fail").then(Vec::new),
            any_warning: form == "warn",
            any_info: form == "info",
            ordered: form == "ordered",
            ..Self::default()
        }
    }

    /// Takes a line of the old form of errors, which ends the block. Whether it is one.
    pub fn take_failure_line(&mut self, number: usize, line: &str) -> Result<bool, ScriptError> {
        let Some(patterns) = &mut self.failure else {
            return Ok(false);
        };
        if let Some(message) = line.strip_prefix("expected_fail_message") {
            patterns.push(TextPattern::Exactly(message.trim().to_owned()));
        } else if let Some(pattern) = line.strip_prefix("expected_fail_regexp") {
            patterns.push(TextPattern::Matching(regex(number, pattern.trim())?));
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Takes an `expect` line.
    pub fn add(&mut self, number: usize, line: &str) -> Result<(), ScriptError> {
        let invalid = |reason: &str| Err(ScriptError::new(number, reason));
        let Some(parts) = EXPECT.captures(line.trim()) else {
            return invalid(
                "invalid expect statement, must match `expect <type> <match_type>: <string>` format",
            );
        };
        let text = parts.get(3).map_or("", |text| text.as_str().trim());
        let pattern = match parts.get(2).map(|kind| kind.as_str()) {
            None => TextPattern::Any,
            Some("msg") => TextPattern::Exactly(text.to_owned()),
            Some(_) => TextPattern::Matching(regex(number, text)?),
        };
        match &parts[1] {
            "ordered" => self.ordered = true,
            "fail" if self.failure.as_ref().is_some_and(|known| !known.is_empty()) => {
                return invalid("invalid expect lines, multiple expect fail lines are not allowed");
            }
            "fail" => self.failure.get_or_insert_default().push(pattern),
            "warn" => self.warnings.push(pattern),
            "info" => self.infos.push(pattern),
            "no_warn" => self.no_warnings = true,
            _ => self.no_infos = true,
        }
        if self.no_infos && !self.infos.is_empty() {
            return invalid("invalid expect lines, info and no_info cannot be used together");
        }
        if self.no_warnings && !self.warnings.is_empty() {
            return invalid("invalid expect lines, warn and no_warn cannot be used together");
        }
        Ok(())
    }
}

fn regex(number: usize, pattern: &str) -> Result<Regex, ScriptError> {
    Regex::new(pattern)
        .map_err(|error| ScriptError::new(number, format!("invalid regex {pattern}: {error}")))
}

/// The string of an `expect string` line.
pub(super) fn string(number: usize, line: &str) -> Result<String, ScriptError> {
    let literal = line.trim_start_matches("expect string").trim();
    match parser::parse(literal, Options::ALL) {
        Ok(Expr::String(string)) => Ok(string.value),
        _ => {
            let reason =
                "expected string literal not valid - check that the string is correctly quoted";
            Err(ScriptError::new(number, reason))
        }
    }
}
