//! What can go wrong with rules, trials and silences, as replies.

use swarmscope_alerting::OwnRuleError;
use swarmscope_alerting::question::AnswerError;
use swarmscope_alerting::silence::SilenceError;
use swarmscope_alerting::trial::TrialError;

use crate::native::errors::ApiError;

impl From<OwnRuleError> for ApiError {
    fn from(error: OwnRuleError) -> Self {
        let message = error.to_string();
        match error {
            OwnRuleError::Invalid(_) => {
                Self::invalid(message).hint("the fields of rules are described in docs/alerting.md")
            }
            OwnRuleError::NotYaml(_) | OwnRuleError::NotOneRule => Self::invalid(message),
            OwnRuleError::NotFound { .. } => Self::not_found(message).hint(
                "rules that the configuration names are changed in their files; \
                 GET /api/v1/alerts/rules says which may be changed here",
            ),
            OwnRuleError::Exists { .. } | OwnRuleError::TooMany => Self::conflict(message),
            OwnRuleError::Damaged { .. } | OwnRuleError::File(_) => {
                Self::conflict(message).hint("mend the file, and reload the configuration")
            }
            OwnRuleError::Yaml(_) | OwnRuleError::Io { .. } | OwnRuleError::Panicked => {
                Self::internal(message)
            }
        }
    }
}

impl From<TrialError> for ApiError {
    fn from(error: TrialError) -> Self {
        let message = error.to_string();
        match error {
            TrialError::Panicked => Self::internal(message),
            TrialError::TooLong { .. }
            | TrialError::Answer(AnswerError::Cancelled | AnswerError::TimedOut { .. }) => {
                Self::unavailable(message)
            }
            _ => Self::invalid(message),
        }
    }
}

impl From<SilenceError> for ApiError {
    fn from(error: SilenceError) -> Self {
        let message = error.to_string();
        match error {
            SilenceError::NotFound { .. } => Self::not_found(message),
            SilenceError::TooMany | SilenceError::EndedAlready { .. } => Self::conflict(message),
            SilenceError::Io { .. } => Self::internal(message),
            _ => Self::invalid(message),
        }
    }
}
