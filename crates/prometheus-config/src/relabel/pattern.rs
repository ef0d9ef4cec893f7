//! The regular expression of a rule: it has to match from the first to the last character.

use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use swarmscope_model::metrics::InvalidMatcher;
use swarmscope_model::metrics::matcher::anchored;

/// What rules match unless they say otherwise.
pub(super) const EVERYTHING: &str = "(.*)";

/// A pattern and the text that it was written as.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// When it is no regular expression, or a too large one.
    pub fn new(source: impl Into<String>) -> Result<Self, InvalidMatcher> {
        let source = source.into();
        let regex = anchored(&source)?;
        Ok(Self { source, regex })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    pub(super) fn regex(&self) -> &Regex {
        &self.regex
    }

    pub(super) fn is_everything(&self) -> bool {
        self.source == EVERYTHING
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}
