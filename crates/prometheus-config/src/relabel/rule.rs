//! One rule as it stands in a file, and which combinations of fields make no sense.

use serde::{Deserialize, Serialize};

use super::pattern::{EVERYTHING, Pattern};
use crate::fields::is_default;
use crate::names::NameValidation;

/// What a rule does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    #[default]
    Replace,
    Keep,
    Drop,
    KeepEqual,
    DropEqual,
    HashMod,
    LabelMap,
    LabelDrop,
    LabelKeep,
    Lowercase,
    Uppercase,
}

const ACTIONS: [(&str, Action); 11] = [
    ("replace", Action::Replace),
    ("keep", Action::Keep),
    ("drop", Action::Drop),
    ("keepequal", Action::KeepEqual),
    ("dropequal", Action::DropEqual),
    ("hashmod", Action::HashMod),
    ("labelmap", Action::LabelMap),
    ("labeldrop", Action::LabelDrop),
    ("labelkeep", Action::LabelKeep),
    ("lowercase", Action::Lowercase),
    ("uppercase", Action::Uppercase),
];

impl Action {
    /// As it is written in files.
    pub fn as_str(self) -> &'static str {
        ACTIONS
            .iter()
            .find(|(_, action)| *action == self)
            .map_or("", |(name, _)| name)
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let lowered = text.to_lowercase();
        ACTIONS
            .iter()
            .find(|(name, _)| *name == lowered)
            .map(|(_, action)| *action)
            .ok_or_else(|| serde::de::Error::custom(format!("unknown relabel action {text:?}")))
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Unchecked")]
pub struct RelabelConfig {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source_labels: Vec<String>,
    /// Between the values of the source labels.
    pub separator: String,
    pub regex: Pattern,
    /// Of [`Action::HashMod`].
    #[serde(skip_serializing_if = "is_default")]
    pub modulus: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub target_label: String,
    pub replacement: String,
    pub action: Action,
    /// What the names that it makes may look like.
    #[serde(skip)]
    pub names: NameValidation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Unchecked {
    source_labels: Vec<String>,
    separator: Option<String>,
    regex: Option<Pattern>,
    modulus: u64,
    target_label: String,
    replacement: Option<String>,
    action: Action,
}

impl Default for Unchecked {
    fn default() -> Self {
        Self {
            source_labels: Vec::new(),
            separator: None,
            regex: None,
            modulus: 0,
            target_label: String::new(),
            replacement: None,
            action: Action::Replace,
        }
    }
}

const SEPARATOR: &str = ";";
const REPLACEMENT: &str = "$1";

/// A rule whose fields do not fit together.
#[derive(Debug, thiserror::Error)]
pub enum InvalidRule {
    #[error("relabel configuration for hashmod requires non-zero modulus")]
    NoModulus,
    #[error("relabel configuration for {action} action requires 'target_label' value")]
    NoTarget { action: &'static str },
    #[error("{value:?} is invalid '{field}' for {action} action")]
    InvalidName {
        value: String,
        field: &'static str,
        action: &'static str,
    },
    #[error("'replacement' can not be set for {action} action")]
    Replacement { action: &'static str },
    #[error("{action} action requires only {only}, and no other fields")]
    OtherFields {
        action: &'static str,
        only: &'static str,
    },
    #[error(transparent)]
    Pattern(#[from] swarmscope_model::metrics::InvalidMatcher),
}

impl TryFrom<Unchecked> for RelabelConfig {
    type Error = InvalidRule;

    fn try_from(unchecked: Unchecked) -> Result<Self, InvalidRule> {
        let rule = Self {
            source_labels: unchecked.source_labels,
            separator: unchecked.separator.unwrap_or_else(|| SEPARATOR.to_owned()),
            regex: match unchecked.regex {
                Some(pattern) => pattern,
                None => Pattern::new(EVERYTHING)?,
            },
            modulus: unchecked.modulus,
            target_label: unchecked.target_label,
            replacement: unchecked
                .replacement
                .unwrap_or_else(|| REPLACEMENT.to_owned()),
            action: unchecked.action,
            names: NameValidation::Utf8,
        };
        rule.check()?;
        Ok(rule)
    }
}

impl RelabelConfig {
    /// The same rule where names have to follow a scheme.
    ///
    /// # Errors
    /// When a name in the rule does not follow it.
    pub fn with_names(mut self, names: NameValidation) -> Result<Self, InvalidRule> {
        self.names = names;
        self.check()?;
        Ok(self)
    }

    fn check(&self) -> Result<(), InvalidRule> {
        use Action::{
            DropEqual, HashMod, KeepEqual, LabelDrop, LabelKeep, LabelMap, Lowercase, Replace,
            Uppercase,
        };
        let action = self.action.as_str();
        let target = self.target_label.as_str();
        let targets = matches!(
            self.action,
            Replace | HashMod | Lowercase | Uppercase | KeepEqual | DropEqual
        );
        if self.action == HashMod && self.modulus == 0 {
            return Err(InvalidRule::NoModulus);
        }
        if targets && target.is_empty() {
            return Err(InvalidRule::NoTarget { action });
        }
        let valid = match self.action {
            Replace => self.is_name_template(target),
            _ => !targets || self.names.is_label_name(target),
        };
        if !valid {
            return Err(InvalidRule::InvalidName {
                value: target.to_owned(),
                field: "target_label",
                action,
            });
        }
        if self.action == LabelMap && !self.is_name_template(&self.replacement) {
            return Err(InvalidRule::InvalidName {
                value: self.replacement.clone(),
                field: "replacement",
                action,
            });
        }
        let plain = self.replacement == REPLACEMENT;
        match self.action {
            DropEqual | KeepEqual
                if !(plain
                    && self.regex.is_everything()
                    && self.modulus == 0
                    && self.separator == SEPARATOR) =>
            {
                let only = "'source_labels' and 'target_label'";
                Err(InvalidRule::OtherFields { action, only })
            }
            Lowercase | Uppercase if !plain => Err(InvalidRule::Replacement { action }),
            LabelDrop | LabelKeep
                if !(plain
                    && self.source_labels.is_empty()
                    && target.is_empty()
                    && self.modulus == 0
                    && self.separator == SEPARATOR) =>
            {
                let only = "'regex'";
                Err(InvalidRule::OtherFields { action, only })
            }
            _ => Ok(()),
        }
    }

    /// Whether a text can become a name once its references are filled in.
    fn is_name_template(&self, text: &str) -> bool {
        if self.names == NameValidation::Utf8 || !text.contains('$') {
            return self.names.is_label_name(text);
        }
        is_legacy_template(text)
    }
}

/// Letters, digits and underscores, with `$name` and `${name}` between them; no digit first.
fn is_legacy_template(text: &str) -> bool {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |text: &str| {
            text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .unwrap_or(text.len())
        };
        if let Some(after) = rest.strip_prefix("${") {
            let length = word(after);
            match after[length..].strip_prefix('}') {
                Some(after) if length > 0 => rest = after,
                _ => return false,
            }
        } else if let Some(after) = rest.strip_prefix('$') {
            let length = word(after);
            if length == 0 {
                return false;
            }
            rest = &after[length..];
        } else if first.is_ascii_alphabetic()
            || first == '_'
            || (first.is_ascii_digit() && rest.len() < text.len())
        {
            rest = &rest[1..];
        } else {
            return false;
        }
    }
    !text.is_empty()
}
