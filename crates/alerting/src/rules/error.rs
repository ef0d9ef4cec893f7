//! Why rules cannot be started or replaced.

use std::path::PathBuf;

use crate::definition::RuleFileError;
use crate::history::HistoryError;
use crate::notify::{AlertingConfigError, ReceiversError};
use crate::silence::SilenceError;

/// Why rules were not replaced. Those before stay in force.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    #[error(transparent)]
    RuleFile(#[from] RuleFileError),
    #[error(transparent)]
    Receiver(#[from] AlertingConfigError),
    #[error("loading the rules has panicked; see the log")]
    Panicked,
}

/// Why rules were not started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{}: the folder for alerts cannot be made: {source}", path.display())]
    Directory {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    History(#[from] HistoryError),
    #[error(transparent)]
    Receivers(#[from] ReceiversError),
    #[error(transparent)]
    Silences(#[from] SilenceError),
    #[error(transparent)]
    Rules(#[from] ReloadError),
    #[error("opening the history of alerts has panicked; see the log")]
    Panicked,
}
