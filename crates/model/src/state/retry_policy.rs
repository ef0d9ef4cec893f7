//! How a task type is retried: what a row `retry_policy:TYPE` of `system_config` says. Never fails
//! as a whole: what cannot be read leaves the default in force.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ErrorClass, Failure};
use crate::limits::{MAX_RETRIES, RETRY_BASE, RETRY_CAP};

/// `system_config.config_key` of a task type's policy is this and the type; `*` is for all types
/// without a row of their own.
pub const RETRY_POLICY_PREFIX: &str = "retry_policy:";

/// How often, how long and which failures are tried again.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetryPolicy {
    /// Retries of a task that does not say how many it wants; as the row `max_retries` says when
    /// left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<u32>,
    /// Wait before the first retry, in seconds.
    pub base_seconds: f64,
    /// By how much each wait is longer than the one before.
    pub factor: f64,
    /// Longest wait, in seconds, before the jitter.
    pub cap_seconds: f64,
    /// Share of the wait that chance adds: 0.1 is up to a tenth.
    pub jitter: f64,
    /// No retry that would start later than this many seconds after the first attempt began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elapsed_seconds: Option<f64>,
    /// Classes (`transient` …) and types (`ValueError`) of errors that are not tried again.
    pub non_retryable: Vec<String>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: None,
            base_seconds: RETRY_BASE.as_secs_f64(),
            factor: 2.0,
            cap_seconds: RETRY_CAP.as_secs_f64(),
            jitter: 0.1,
            elapsed_seconds: None,
            non_retryable: Vec::new(),
        }
    }
}

impl RetryPolicy {
    /// Why the policy cannot be in force; `None` when it can.
    pub fn fault(&self) -> Option<&'static str> {
        let seconds = 0.0..=31_536_000.0;
        if self.max_retries.is_some_and(|retries| retries > 1_000) {
            return Some("max_retries is over 1000");
        }
        if !seconds.contains(&self.base_seconds) || !seconds.contains(&self.cap_seconds) {
            return Some("base_seconds and cap_seconds have to be from 0 to 31536000");
        }
        if !(1.0..=100.0).contains(&self.factor) {
            return Some("factor has to be from 1 to 100");
        }
        if !(0.0..=1.0).contains(&self.jitter) {
            return Some("jitter has to be from 0 to 1");
        }
        if self
            .elapsed_seconds
            .is_some_and(|elapsed| !seconds.contains(&elapsed))
        {
            return Some("elapsed_seconds has to be from 0 to 31536000");
        }
        None
    }

    /// The wait before retry number `retry` (from 0), without jitter.
    pub fn wait(&self, retry: u32) -> Duration {
        let steps = i32::try_from(retry).unwrap_or(i32::MAX);
        let seconds = self.base_seconds * self.factor.powi(steps);
        Duration::from_secs_f64(seconds.min(self.cap_seconds))
    }

    /// Whether a failure of this kind may be tried again at all.
    pub fn retries(&self, failure: &Failure) -> bool {
        let named = |name: &str| self.non_retryable.iter().any(|listed| listed == name);
        failure.error_type == ErrorClass::Transient
            && !named(failure.error_type.as_str())
            && !failure.exception_type.as_deref().is_some_and(named)
    }

    /// The retries of a task that does not say; `otherwise` is what the row `max_retries` says.
    pub fn max_retries(&self, otherwise: Option<u32>) -> u32 {
        self.max_retries.or(otherwise).unwrap_or(MAX_RETRIES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_by_the_factor_up_to_the_cap() {
        let waits = |policy: &RetryPolicy| -> Vec<u128> {
            [0, 1, 2, 6, u32::MAX]
                .into_iter()
                .map(|retry| policy.wait(retry).as_millis())
                .collect()
        };
        assert_eq!(
            waits(&RetryPolicy::default()),
            [500, 1_000, 2_000, 10_000, 10_000]
        );
        let steep = RetryPolicy {
            base_seconds: 0.1,
            factor: 3.0,
            cap_seconds: 60.0,
            ..RetryPolicy::default()
        };
        assert_eq!(waits(&steep), [100, 300, 900, 60_000, 60_000]);
    }

    #[test]
    fn a_listed_class_or_type_is_not_tried_again() {
        let policy: RetryPolicy =
            serde_json::from_str(r#"{"non_retryable": ["ValueError"]}"#).unwrap();
        let failure = |exception_type: &str| Failure {
            error_type: ErrorClass::Transient,
            error_message: String::new(),
            exception_type: Some(exception_type.to_owned()),
        };
        assert!(policy.retries(&failure("TimeoutError")));
        assert!(!policy.retries(&failure("ValueError")));
        let unknown = serde_json::from_str::<RetryPolicy>(r#"{"atempts": 3}"#);
        assert!(unknown.is_err(), "a misspelt field is told of");
    }
}
