//! The three classes of a task's failure. Retrying is in `retry`.

use std::error::Error;

use swarmscope_model::event::event_type;
use swarmscope_model::state::ErrorClass;
use swarmscope_model::{ExceptionInfo, Severity};

use crate::exception::describe_returned;

/// Any error.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why a task failed, by what helps.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// May pass: worth a retry.
    #[error("transient: {0}")]
    Transient(#[source] BoxError),
    /// Will not pass.
    #[error("permanent: {0}")]
    Permanent(#[source] BoxError),
    /// Nobody thought of it.
    #[error("unexpected: {0}")]
    Unexpected(#[source] BoxError),
}

impl TaskError {
    /// An error that may pass.
    pub fn transient(error: impl Into<BoxError>) -> Self {
        Self::Transient(error.into())
    }

    /// An error that will not pass.
    pub fn permanent(error: impl Into<BoxError>) -> Self {
        Self::Permanent(error.into())
    }

    /// An error that nobody thought of.
    pub fn unexpected(error: impl Into<BoxError>) -> Self {
        Self::Unexpected(error.into())
    }

    /// Its class.
    pub fn class(&self) -> ErrorClass {
        match self {
            TaskError::Transient(_) => ErrorClass::Transient,
            TaskError::Permanent(_) => ErrorClass::Permanent,
            TaskError::Unexpected(_) => ErrorClass::Unexpected,
        }
    }

    /// What went wrong, without the class.
    pub fn cause(&self) -> &(dyn Error + Send + Sync + 'static) {
        match self {
            TaskError::Transient(cause)
            | TaskError::Permanent(cause)
            | TaskError::Unexpected(cause) => cause.as_ref(),
        }
    }

    /// What went wrong, as events carry it.
    pub fn exception(&self) -> ExceptionInfo {
        describe_returned(self.cause())
    }
}

/// How a failure that is not retried is logged.
pub(crate) fn final_event(class: ErrorClass) -> (Severity, &'static str) {
    match class {
        ErrorClass::Transient => (Severity::Error, event_type::MAX_RETRIES_EXCEEDED),
        ErrorClass::Permanent => (Severity::Error, event_type::PERMANENT_ERROR),
        ErrorClass::Unexpected => (Severity::Critical, event_type::UNEXPECTED_ERROR),
    }
}
