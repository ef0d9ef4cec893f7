//! One line of the history.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::environment::GroupKey;
use crate::rule::{AlertState, Transition};

/// A change of an alert's state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When it was seen, in milliseconds since the epoch.
    pub at: i64,
    /// The rule file.
    pub file: String,
    pub group: String,
    pub rule: String,
    #[serde(with = "state")]
    pub from: AlertState,
    #[serde(with = "state")]
    pub to: AlertState,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    /// As text, because JSON has no infinity.
    #[serde(with = "number")]
    pub value: f64,
    /// Since when its answer had been there.
    pub active_at: i64,
}

impl HistoryEntry {
    /// What a transition is in the history.
    pub fn new(group: &GroupKey, rule: &str, at: i64, change: &Transition) -> Self {
        let alert = &change.alert;
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            at,
            file: group.file.clone(),
            group: group.name.clone(),
            rule: rule.to_owned(),
            from: change.from,
            to: alert.state,
            labels: alert.labels.iter().map(owned).collect(),
            annotations: alert.annotations.iter().map(owned).collect(),
            value: alert.value,
            active_at: alert.active_at,
        }
    }
}

mod state {
    use super::{AlertState, Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(state: &AlertState, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(state.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<AlertState, D::Error> {
        let text = String::deserialize(from)?;
        [
            AlertState::Inactive,
            AlertState::Pending,
            AlertState::Firing,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
        .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no state of an alert")))
    }
}

mod number {
    use super::{Deserialize, Deserializer, Serializer};
    use swarmscope_model::metrics::float;

    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&float::plain(*value))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        let text = String::deserialize(from)?;
        text.parse()
            .map_err(|_| serde::de::Error::custom(format!("{text:?} is no number")))
    }
}
