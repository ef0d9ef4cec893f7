//! What `system_config` can set, and what a row in it means. Never fails: a value that is none leaves
//! the default in force and is reported, so that one bad row cannot stop a swarm.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::Value;

use crate::event::Severity;
use crate::limits;
use crate::state::{
    AGENT_LIMIT_PREFIX, ClaimLimit, LEASE_RANGE, RETRY_POLICY_PREFIX, RetryPolicy,
    TYPE_LIMIT_PREFIX,
};

const DAY: f64 = 24.0 * 3600.0;

/// A number that can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberKey {
    /// `system_config.config_key`.
    pub name: &'static str,
    pub default: f64,
    pub range: RangeInclusive<f64>,
    /// Whether it has to be a whole number.
    pub whole: bool,
}

/// `log_level`: one of the five severities; as `LOG_LEVEL` says when there is no row.
pub const LOG_LEVEL: &str = "log_level";

/// Seconds a claim lasts when it names no duration of its own.
pub fn lease_seconds() -> NumberKey {
    let (shortest, longest) = (LEASE_RANGE.start(), LEASE_RANGE.end());
    seconds(
        "lease_seconds",
        limits::LEASE,
        shortest.as_secs_f64()..=longest.as_secs_f64(),
    )
}

/// Seconds without a sign of life after which an agent is inactive.
pub fn agent_inactive_after_seconds() -> NumberKey {
    seconds(
        "agent_inactive_after_seconds",
        limits::AGENT_SILENT_AFTER,
        1.0..=DAY,
    )
}

/// Seconds without a change after which a task without a lease returns.
pub fn foreign_task_timeout_seconds() -> NumberKey {
    seconds(
        "foreign_task_timeout_seconds",
        limits::FOREIGN_TASK_TIMEOUT,
        1.0..=7.0 * DAY,
    )
}

/// Seconds between two sweeps.
pub fn sweep_interval_seconds() -> NumberKey {
    seconds("sweep_interval_seconds", limits::SWEEP_EVERY, 0.1..=60.0)
}

/// Retries of a task that does not say how many it wants.
pub fn max_retries() -> NumberKey {
    NumberKey {
        name: "max_retries",
        default: f64::from(limits::MAX_RETRIES),
        range: 0.0..=100.0,
        whole: true,
    }
}

/// Days that finished tasks stay; 0 is for ever.
pub fn task_retention_days() -> NumberKey {
    days("task_retention_days")
}

/// Days that attempts stay in `task_history`; 0 is for ever.
pub fn history_retention_days() -> NumberKey {
    days("history_retention_days")
}

/// Days that an error group stays without a sign of life; 0 is for ever.
pub fn error_group_retention_days() -> NumberKey {
    NumberKey {
        default: f64::from(limits::ERROR_GROUP_RETENTION_DAYS),
        ..days("error_group_retention_days")
    }
}

fn seconds(name: &'static str, default: Duration, range: RangeInclusive<f64>) -> NumberKey {
    NumberKey {
        name,
        default: default.as_secs_f64(),
        range,
        whole: false,
    }
}

fn days(name: &'static str) -> NumberKey {
    NumberKey {
        name,
        default: f64::from(limits::STATE_RETENTION_DAYS),
        range: 0.0..=36_500.0,
        whole: false,
    }
}

/// A row of `system_config` that cannot be what it says.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("system_config: {key} = {given} is not {expected}; {fallback} stays in force")]
pub struct BadSetting {
    pub key: String,
    pub given: String,
    pub expected: String,
    pub fallback: String,
}

impl NumberKey {
    /// What a row's value means, or the default when there is no row.
    ///
    /// # Errors
    /// When the value is no number in the range. Numbers in quotes are taken for numbers.
    pub fn read(&self, value: Option<&Value>) -> Result<f64, BadSetting> {
        let Some(value) = value else {
            return Ok(self.default);
        };
        let number = match value {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_f64(),
        };
        number
            .filter(|number| self.range.contains(number) && (!self.whole || number.fract() == 0.0))
            .ok_or_else(|| BadSetting {
                key: self.name.to_owned(),
                given: shortened(value),
                expected: format!(
                    "a {}number from {} to {}",
                    if self.whole { "whole " } else { "" },
                    self.range.start(),
                    self.range.end()
                ),
                fallback: self.default.to_string(),
            })
    }
}

fn shortened(value: &Value) -> String {
    const LONGEST: usize = 100;
    let text = value.to_string();
    match text.get(..text.floor_char_boundary(LONGEST)) {
        Some(start) if text.len() > LONGEST => format!("{start}…"),
        _ => text,
    }
}

/// Everything that can be set, as it is in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub lease: Duration,
    pub agent_inactive_after: Duration,
    pub foreign_task_timeout: Duration,
    pub sweep_interval: Duration,
    pub max_retries: u32,
    /// `None` keeps for ever.
    pub task_retention: Option<Duration>,
    pub history_retention: Option<Duration>,
    pub error_group_retention: Option<Duration>,
    pub log_level: Option<Severity>,
}

impl Default for Settings {
    fn default() -> Self {
        Self::read(&BTreeMap::new()).0
    }
}

impl Settings {
    /// The settings of these rows, and what was wrong with some of them. Rows with other keys belong
    /// to somebody else.
    pub fn read(rows: &BTreeMap<String, Value>) -> (Self, Vec<BadSetting>) {
        let mut bad = Vec::new();
        let mut number = |key: NumberKey| match key.read(rows.get(key.name)) {
            Ok(number) => number,
            Err(problem) => {
                bad.push(problem);
                key.default
            }
        };
        let kept = |days: f64| (days > 0.0).then(|| Duration::from_secs_f64(days * DAY));
        let settings = Self {
            lease: Duration::from_secs_f64(number(lease_seconds())),
            agent_inactive_after: Duration::from_secs_f64(number(agent_inactive_after_seconds())),
            foreign_task_timeout: Duration::from_secs_f64(number(foreign_task_timeout_seconds())),
            sweep_interval: Duration::from_secs_f64(number(sweep_interval_seconds())),
            max_retries: number(max_retries()) as u32,
            task_retention: kept(number(task_retention_days())),
            history_retention: kept(number(history_retention_days())),
            error_group_retention: kept(number(error_group_retention_days())),
            log_level: None,
        };
        let log_level = match rows.get(LOG_LEVEL).map(level) {
            None => None,
            Some(Ok(level)) => Some(level),
            Some(Err(problem)) => {
                bad.push(problem);
                None
            }
        };
        bad.extend(rows.iter().filter_map(|(key, value)| fault(key, value)));
        (
            Self {
                log_level,
                ..settings
            },
            bad,
        )
    }
}

/// What is wrong with a row for retries or limits, which the state store reads by itself.
fn fault(key: &str, value: &Value) -> Option<BadSetting> {
    let fault = if key.starts_with(RETRY_POLICY_PREFIX) {
        match serde_json::from_value::<RetryPolicy>(value.clone()) {
            Ok(policy) => policy.fault()?.to_owned(),
            Err(error) => error.to_string(),
        }
    } else if key.starts_with(TYPE_LIMIT_PREFIX) || key.starts_with(AGENT_LIMIT_PREFIX) {
        match serde_json::from_value::<ClaimLimit>(value.clone()) {
            Ok(limit) => limit.fault()?.to_owned(),
            Err(error) => error.to_string(),
        }
    } else {
        return None;
    };
    Some(BadSetting {
        key: key.to_owned(),
        given: shortened(value),
        expected: format!("what docs/state.md says ({fault})"),
        fallback: "the default".to_owned(),
    })
}

fn level(value: &Value) -> Result<Severity, BadSetting> {
    value
        .as_str()
        .and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| BadSetting {
            key: LOG_LEVEL.to_owned(),
            given: shortened(value),
            expected: Severity::ALL.map(Severity::as_str).join(", "),
            fallback: "the level of LOG_LEVEL".to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows(pairs: &[(&str, Value)]) -> BTreeMap<String, Value> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect()
    }

    #[test]
    fn good_values_count_and_other_keys_are_left_alone() {
        let (settings, bad) = Settings::read(&rows(&[
            ("lease_seconds", json!(2.5)),
            ("max_retries", json!("7")),
            ("history_retention_days", json!(0)),
            ("error_group_retention_days", json!(7)),
            ("log_level", json!("debug")),
            ("their_own", json!({"any": "thing"})),
        ]));
        assert_eq!(bad, []);
        assert_eq!(settings.lease, Duration::from_millis(2_500));
        assert_eq!(settings.max_retries, 7);
        assert_eq!(settings.history_retention, None);
        assert_eq!(
            settings.error_group_retention,
            Some(Duration::from_secs(7 * 24 * 3600))
        );
        assert_eq!(
            settings.task_retention,
            Some(Duration::from_secs(30 * 24 * 3600))
        );
        assert_eq!(settings.log_level, Some(Severity::Debug));
    }

    #[test]
    fn a_bad_value_leaves_the_default_and_says_what_would_do() {
        let (settings, bad) = Settings::read(&rows(&[
            ("lease_seconds", json!(0)),
            ("max_retries", json!(1.5)),
            ("sweep_interval_seconds", json!("often")),
            ("log_level", json!("LOUD")),
        ]));
        assert_eq!(settings, Settings::default());
        let said: Vec<String> = bad.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 4);
        assert!(
            said.contains(
                &"system_config: max_retries = 1.5 is not a whole number from 0 to 100; 3 stays in \
                  force"
                    .to_owned()
            ),
            "{said:?}"
        );
    }
}
