//! How a task fails, and how long it waits before it is tried again. Never sleeps.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::limits::{RETRY_BASE, RETRY_CAP};

/// The class of a task's failure, which decides what happens next.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorClass {
    /// May pass: retried with backoff.
    Transient,
    /// Will not pass: failed at once.
    Permanent,
    /// Nobody thought of it: failed at once, and loudly.
    Unexpected,
}

impl ErrorClass {
    /// The name as it stands in `error_type` and in the metric's label.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorClass::Transient => "transient",
            ErrorClass::Permanent => "permanent",
            ErrorClass::Unexpected => "unexpected",
        }
    }
}

/// How a task failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    pub error_type: ErrorClass,
    pub error_message: String,
    /// The error's own type, such as `ValueError` or `io::Error`: what a retry policy may name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception_type: Option<String>,
}

/// The wait before retry number `retry` (from 0): `min(0.5 * 2^retry, 10)` s, without jitter.
pub fn backoff(retry: u32) -> Duration {
    2u32.checked_pow(retry)
        .and_then(|factor| RETRY_BASE.checked_mul(factor))
        .map_or(RETRY_CAP, |wait| wait.min(RETRY_CAP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_doubles_up_to_its_cap() {
        let waits: Vec<u128> = [0, 1, 2, 3, 4, 5, 31, 32, u32::MAX]
            .into_iter()
            .map(|retry| backoff(retry).as_millis())
            .collect();
        assert_eq!(
            waits,
            [
                500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000, 10_000
            ]
        );
    }
}
