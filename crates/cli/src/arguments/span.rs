//! From when to when: the same in every command that looks at events of some time.

use clap::Args;

/// A span of time; open where nothing is said.
#[derive(Debug, Args)]
pub struct SpanArguments {
    /// Only what happened since then: a duration such as 15m, or a time
    #[arg(long, value_name = "DURATION|TIME")]
    pub since: Option<String>,
    /// Only what happened before then
    #[arg(long, value_name = "DURATION|TIME")]
    pub until: Option<String>,
}
