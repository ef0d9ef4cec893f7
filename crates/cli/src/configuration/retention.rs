//! `[[logs.retention]]`: how long the logs of some indices are kept.

use std::time::Duration;

use bytesize::ByteSize;
use serde::Deserialize;
use swarmscope_model::retention::RetentionRule;

/// The `[logs]` section.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileLogs {
    /// The first rule whose pattern matches an index governs it.
    #[serde(default)]
    retention: Vec<FileRule>,
}

/// A rule that was looked through; the parser names the line of one that cannot be.
#[derive(Debug, Deserialize)]
#[serde(try_from = "WrittenRule")]
struct FileRule(RetentionRule);

/// A rule as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    pattern: String,
    age: Option<String>,
    size: Option<ByteSize>,
}

impl TryFrom<WrittenRule> for FileRule {
    type Error = String;

    fn try_from(written: WrittenRule) -> Result<Self, String> {
        let WrittenRule { pattern, age, size } = written;
        let foreign = |c: char| c.is_whitespace() || c.is_uppercase() || "\\/?\"<>|#".contains(c);
        let empty = pattern.split(',').any(str::is_empty);
        if empty || pattern.contains(foreign) {
            return Err(format!(
                "pattern = {pattern:?} matches no index; write it like \"test_agent-*\" or \"a-*,b-*\""
            ));
        }
        let age = age.as_deref().map(duration).transpose()?;
        let bytes = size.map(|size| size.as_u64());
        if age.is_none() && bytes.is_none() {
            return Err(format!(
                "the rule for {pattern:?} says neither age nor size; give one, like age = \"3d\" or size = \"1GB\""
            ));
        }
        if bytes == Some(0) {
            return Err("size = 0 would keep nothing; write it like \"1GB\"".to_owned());
        }
        Ok(Self(RetentionRule {
            pattern,
            age,
            bytes,
        }))
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(age) if age.is_zero() => Err("age = 0 would keep nothing".to_owned()),
        Ok(age) => Ok(age),
        Err(error) => Err(format!(
            "age = {text:?} is no duration: {error}; write it like \"12h\", \"7d\" or \"30days\""
        )),
    }
}

impl FileLogs {
    /// The rules in their order.
    pub fn retention(self) -> Vec<RetentionRule> {
        self.retention.into_iter().map(|rule| rule.0).collect()
    }
}
