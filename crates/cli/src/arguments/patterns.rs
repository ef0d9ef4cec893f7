//! `swarmscope patterns` as it is typed.

use clap::{Args, ValueEnum};

use super::{ServerArguments, SpanArguments};

const EXAMPLES: &str = "Examples:
  swarmscope patterns --since 1h                     # what is logged, the most frequent first
  swarmscope patterns 'severity:ERROR' --sort new    # what was not there the day before
  swarmscope patterns 'agent_name:research_agent' --since 1d --limit 20
  swarmscope patterns --since 1h --json | jq -r '.patterns[] | select(.new) | .query'

A pattern is a sentence with its values left out: <number>, <id>, <path> and so on, and <*> for words that
differ. NEW marks those that came in the range and not in the day before.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct PatternsArguments {
    /// Whose messages to group, in Lucene syntax; everything when left out
    #[arg(default_value = "")]
    pub query: String,
    #[command(flatten)]
    pub span: SpanArguments,
    /// Indices to search, such as filebeat-*
    #[arg(long, value_name = "PATTERN", default_value = "")]
    pub index: String,
    /// How many patterns to show
    #[arg(long, short = 'n', value_name = "N", default_value_t = 30)]
    pub limit: usize,
    /// Which come first: the most frequent, or the new ones and then the most frequent
    #[arg(long, value_enum, default_value_t = PatternOrder::Count)]
    pub sort: PatternOrder,
    /// The field that holds the texts
    #[arg(long, value_name = "FIELD", default_value = "message")]
    pub field: String,
    /// The server's answer as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PatternOrder {
    Count,
    New,
}

impl PatternOrder {
    /// As the API calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::New => "new",
        }
    }
}
