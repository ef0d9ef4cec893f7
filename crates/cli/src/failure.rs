//! What a person reads when a command cannot do its work: what failed, on what, and what to do next.

use std::fmt;
use std::io::Write;

/// An error with a hint. Anything else becomes one without.
#[derive(Debug)]
pub struct Failure {
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// A failure with the next step.
    pub fn with_hint(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// A failure whose message says it all.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    /// What failed, and the next step.
    pub fn into_parts(self) -> (String, Option<String>) {
        (self.message, self.hint)
    }

    /// Prints it on standard error, coloured on a terminal.
    pub fn print(&self) {
        let bold_red = anstyle::AnsiColor::Red.on_default().bold();
        let cyan = anstyle::AnsiColor::Cyan.on_default();
        let mut stderr = anstream::stderr().lock();
        // Nothing is left to tell anybody when standard error itself is gone.
        let _ = writeln!(stderr, "{bold_red}error:{bold_red:#} {}", self.message);
        if let Some(hint) = &self.hint {
            let _ = writeln!(stderr, "  {cyan}hint:{cyan:#} {hint}");
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        // The whole chain on one line.
        Self::new(format!("{error:#}"))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}
