//! `swarmscope journey` as it is typed.

use clap::Args;

use super::ServerArguments;

const JOURNEY_EXAMPLES: &str = "Examples:
  swarmscope journey 6f1c2b7e-…                      # an id from a log line, a task or an error
  swarmscope journey 6f1c2b7e-… --full | less -R     # every entry and every line of every stack
  swarmscope journey 6f1c2b7e-… --json | jq -r .summary
  swarmscope journey 6f1c2b7e-… --json | jq '.spans[] | select(.slowest)'";

#[derive(Debug, Args)]
#[command(after_help = JOURNEY_EXAMPLES)]
pub struct JourneyArguments {
    /// The correlation id
    #[arg(value_name = "ID")]
    pub correlation_id: String,
    /// Show every entry, and stacks in full
    #[arg(long)]
    pub full: bool,
    /// Print the journey as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}
