//! Waiting for an asynchronous store from a thread for blocking work: not for ever, and not beyond the end
//! of whoever asks.

use std::time::Duration;

use swarmscope_model::limits::RULE_SOURCE_TIMEOUT;
use swarmscope_model::metrics::Cancellation;
use tokio::runtime::Handle;

use crate::question::AnswerError;

/// How often a wait looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(50);

/// Waits for the stores of one runtime.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    runtime: Handle,
}

impl Waiting {
    pub fn new(runtime: Handle) -> Self {
        Self { runtime }
    }

    /// What the store answers. Blocks.
    ///
    /// # Errors
    /// When it fails, takes too long, or nobody wants the answer any more.
    pub fn on<T, E: std::error::Error + Send + Sync + 'static>(
        &self,
        source_name: &'static str,
        answer: impl Future<Output = Result<T, E>>,
        cancellation: &Cancellation,
    ) -> Result<T, AnswerError> {
        let cancelled = async {
            while !cancellation.is_cancelled() {
                tokio::time::sleep(LOOK).await;
            }
        };
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                answer = answer => answer.map_err(|error| AnswerError::Failed(Box::new(error))),
                () = cancelled => Err(AnswerError::Cancelled),
                () = tokio::time::sleep(RULE_SOURCE_TIMEOUT) => Err(AnswerError::TimedOut {
                    source_name,
                    limit: RULE_SOURCE_TIMEOUT,
                }),
            }
        })
    }
}
