//! Why a silence is not made or ended.

use std::io;
use std::path::PathBuf;

use swarmscope_model::limits::{MAX_SILENCE_COMMENT_BYTES, MAX_SILENCE_MATCHERS, MAX_SILENCES};

/// Why a silence is not made or ended, or silences cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SilenceError {
    #[error(
        "a silence needs a matcher that does not pass everything, such as alertname=\"AgentSilent\""
    )]
    Everything,
    #[error("a silence has at most {MAX_SILENCE_MATCHERS} matchers")]
    TooManyMatchers,
    #[error("a silence has to end after it begins, and after now")]
    Ended,
    #[error("the {field} is longer than {MAX_SILENCE_COMMENT_BYTES} bytes")]
    TooLong { field: &'static str },
    #[error("there are {MAX_SILENCES} silences already; end some of them")]
    TooMany,
    #[error("there is no silence {id:?}")]
    NotFound { id: String },
    #[error("silence {id:?} has ended already")]
    EndedAlready { id: String },
    #[error("{}: silences cannot be {operation}: {source}", path.display())]
    Io {
        path: PathBuf,
        operation: &'static str,
        #[source]
        source: io::Error,
    },
}
