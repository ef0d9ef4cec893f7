//! Retrying within an agent: transient errors with backoff, the others not at all.
//!
//! For a call inside a task (a page, a model, a database). A task as a whole is retried by the
//! orchestrator, on whichever agent claims it next.

use std::future::Future;
use std::time::Duration;

use swarmscope_model::event::event_type;
use swarmscope_model::limits::MAX_RETRIES;
use swarmscope_model::state::{ErrorClass, backoff};

use crate::errors::{TaskError, final_event};
use crate::{Logger, metrics};

/// The wait before retry number `retry` (from 0): the contract's backoff and up to a tenth more.
pub fn wait_before(retry: u32) -> Duration {
    backoff(retry).mul_f64(1.0 + rand::random_range(0.0..0.1))
}

/// [`retry`] with the contract's three retries.
///
/// # Errors
/// See [`retry`].
pub async fn retry_transient<T, F, Fut>(
    logger: &Logger,
    operation: &str,
    attempt: F,
) -> Result<T, TaskError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, TaskError>>,
{
    retry(logger, operation, MAX_RETRIES, attempt).await
}

/// Calls `attempt` until it succeeds, fails for good, or fails transiently `max_retries + 1` times.
/// Every failure is counted by class and logged with its exception.
///
/// # Errors
/// The last error, of whatever class.
pub async fn retry<T, F, Fut>(
    logger: &Logger,
    operation: &str,
    max_retries: u32,
    mut attempt: F,
) -> Result<T, TaskError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, TaskError>>,
{
    let mut retries = 0;
    loop {
        let error = match attempt().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let class = error.class();
        metrics::increment_errors(class.as_str());
        if class != ErrorClass::Transient || retries >= max_retries {
            let (severity, event_type) = final_event(class);
            logger
                .event(
                    severity,
                    event_type,
                    format!("{operation} failed: {}", error.cause()),
                )
                .field("operation", operation)
                .field("retry_count", retries)
                .field("max_retries", max_retries)
                .exception(error.exception())
                .emit();
            return Err(error);
        }
        let wait = wait_before(retries);
        retries += 1;
        logger
            .warning(
                event_type::TRANSIENT_ERROR_RETRY,
                format!(
                    "{operation} failed, retry {retries} of {max_retries}: {}",
                    error.cause()
                ),
            )
            .field("operation", operation)
            .field("retry_count", retries)
            .field("max_retries", max_retries)
            .field(
                "wait_ms",
                u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            )
            .exception(error.exception())
            .emit();
        tokio::time::sleep(wait).await;
    }
}

#[cfg(test)]
mod tests {
    use swarmscope_model::Severity;

    use super::*;
    use crate::log::testing::Kept;

    type Failing = fn(u32) -> TaskError;

    async fn run(fail: Failing) -> (u32, Vec<serde_json::Value>) {
        let kept = Kept::default();
        let logger = Logger::to_writer("a", Severity::Info, kept.clone());
        let mut calls = 0;
        let result: Result<(), _> = retry(&logger, "fetch", 2, || {
            calls += 1;
            let error = fail(calls);
            async move { Err(error) }
        })
        .await;
        assert!(result.is_err());
        assert!(logger.flush(Duration::from_secs(10)));
        (calls, kept.events())
    }

    fn summary(events: &[serde_json::Value]) -> Vec<(&str, &str, u64)> {
        events
            .iter()
            .map(|event| {
                assert_eq!(event["metadata"]["max_retries"], 2);
                assert_eq!(event["metadata"]["exception"]["message"], "busy");
                (
                    event["severity"].as_str().unwrap(),
                    event["event_type"].as_str().unwrap(),
                    event["metadata"]["retry_count"].as_u64().unwrap(),
                )
            })
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn transient_errors_are_retried_with_backoff_and_then_given_up() {
        let started = tokio::time::Instant::now();
        let (calls, events) = run(|_| TaskError::transient("busy")).await;
        assert_eq!(calls, 3);
        assert_eq!(
            summary(&events),
            [
                ("WARNING", "transient_error_retry", 1),
                ("WARNING", "transient_error_retry", 2),
                ("ERROR", "max_retries_exceeded", 2),
            ]
        );
        let waited = started.elapsed().as_secs_f64();
        assert!((1.5..1.7).contains(&waited), "{waited}");
    }

    #[tokio::test(start_paused = true)]
    async fn other_errors_are_not_retried() {
        let (calls, events) = run(|_| TaskError::permanent("busy")).await;
        assert_eq!(calls, 1);
        assert_eq!(summary(&events), [("ERROR", "permanent_error", 0)]);
        let (calls, events) = run(|_| TaskError::unexpected("busy")).await;
        assert_eq!(calls, 1);
        assert_eq!(summary(&events), [("CRITICAL", "unexpected_error", 0)]);
    }
}
