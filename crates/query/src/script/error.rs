//! Why an expression cannot be read or computed, as Elasticsearch tells it.

/// A failure of an expression.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct ScriptError {
    /// The whole expression.
    pub script: String,
    /// The byte of it where the failure is.
    pub offset: usize,
    /// Whether it was found before the expression ran.
    pub at_compile: bool,
    /// Elasticsearch's name for the kind of failure.
    pub kind: &'static str,
    pub reason: String,
}

impl ScriptError {
    /// It cannot be read.
    pub(super) fn unreadable(script: &str, offset: usize, reason: impl Into<String>) -> Self {
        Self {
            script: script.to_owned(),
            offset,
            at_compile: true,
            kind: "illegal_argument_exception",
            reason: reason.into(),
        }
    }

    /// It gives something that nobody asked for.
    pub(super) fn misfit(script: &str, reason: &str) -> Self {
        Self {
            kind: "class_cast_exception",
            ..Self::unreadable(script, 0, reason)
        }
    }

    /// A value is of another kind than is needed.
    pub(super) fn cast(script: &str, from: &str, to: &str) -> Self {
        let reason = format!("Cannot cast from [{from}] to [{to}].");
        Self {
            at_compile: false,
            ..Self::misfit(script, &reason)
        }
    }

    /// It fails when it runs.
    pub(super) fn failed(
        script: &str,
        offset: usize,
        kind: &'static str,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            script: script.to_owned(),
            offset,
            at_compile: false,
            kind,
            reason: reason.into(),
        }
    }
}
