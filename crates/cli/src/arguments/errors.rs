//! `swarmscope errors` as it is typed.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::{ServerArguments, SpanArguments};

const ERRORS_EXAMPLES: &str = "Examples:
  swarmscope errors                               # open groups, the newest first
  swarmscope errors 'timeout' --agent research_agent --since 1h
  swarmscope errors --state all --sort count --json | jq -r '.title'
  swarmscope errors show 3f2a91bc                 # frames, agents, versions, samples, notes
  swarmscope errors resolve 3f2a91bc 77e0d1a2     # it is mended; more of it is a regression
  swarmscope errors ignore 3f2a91bc --for 2d
  swarmscope errors requeue 3f2a91bc              # the tasks that it failed, once more

The begin of an id is enough where it says which group is meant.";

#[derive(Debug, Args)]
#[command(after_help = ERRORS_EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct ErrorsArguments {
    #[command(subcommand)]
    pub command: Option<ErrorsCommand>,
    /// Words of the title, type or place; everything when left out
    #[arg(default_value = "")]
    pub query: String,
    /// Groups in this state
    #[arg(long, value_enum, default_value_t = StateChoice::Open)]
    pub state: StateChoice,
    /// Groups with errors of this agent
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// Groups of this type of error
    #[arg(long = "type", value_name = "TYPE")]
    pub error_type: Option<String>,
    /// Groups with errors of this correlation id or task
    #[arg(long, value_name = "ID")]
    pub correlation_id: Option<String>,
    /// Groups with errors in tasks of this type
    #[arg(long, value_name = "TYPE")]
    pub task_type: Option<String>,
    /// Groups with errors of agents in this version
    #[arg(long, value_name = "VERSION")]
    pub agent_version: Option<String>,
    #[command(flatten)]
    pub span: SpanArguments,
    /// What comes first
    #[arg(long, value_enum, default_value_t = SortChoice::LastSeen)]
    pub sort: SortChoice,
    /// How many groups to show
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// One JSON document a line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StateChoice {
    Open,
    Resolved,
    Ignored,
    All,
}

impl StateChoice {
    /// As the API has it; empty is every state.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::Ignored => "ignored",
            Self::All => "",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum SortChoice {
    LastSeen,
    FirstSeen,
    Count,
}

impl SortChoice {
    /// As the API has it.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::LastSeen => "last_seen",
            Self::FirstSeen => "first_seen",
            Self::Count => "count",
        }
    }
}

const SHOW_EXAMPLES: &str = "Examples:
  swarmscope errors show 3f2a91bc
  swarmscope errors show 3f2a91bc --json | jq '.samples[0]'";

const IGNORE_EXAMPLES: &str = "Examples:
  swarmscope errors ignore 3f2a91bc                # for good
  swarmscope errors ignore 3f2a91bc --for 2d       # or until then
  swarmscope errors ignore 3f2a91bc --more 100     # or until there are so many more";

#[derive(Debug, Subcommand)]
pub enum ErrorsCommand {
    /// Show one group: where it happens, to whom, examples, notes
    #[command(after_help = SHOW_EXAMPLES)]
    Show(OneErrorArguments),
    /// Say that groups are mended; another error of one is a regression
    #[command(after_help = "Examples:\n  swarmscope errors resolve 3f2a91bc 77e0d1a2")]
    Resolve(SomeErrorsArguments),
    /// Leave groups alone, for good, for a while, or until there are more
    #[command(after_help = IGNORE_EXAMPLES)]
    Ignore(IgnoreErrorsArguments),
    /// Say that groups need attention again
    #[command(after_help = "Examples:\n  swarmscope errors reopen 3f2a91bc")]
    Reopen(SomeErrorsArguments),
    /// Write something down about a group
    #[command(after_help = "Examples:\n  swarmscope errors note 3f2a91bc 'the index was rebuilt'")]
    Note(NoteErrorArguments),
    /// Put the tasks that a group failed back into the queue
    Requeue(RequeueErrorsArguments),
}

#[derive(Debug, Args)]
pub struct OneErrorArguments {
    /// The group's id, or the begin of it
    pub id: String,
    /// Print what the server says, as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Args)]
pub struct SomeErrorsArguments {
    /// The groups' ids, or the begins of them
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
    /// One JSON document a line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Args)]
pub struct IgnoreErrorsArguments {
    #[command(flatten)]
    pub groups: SomeErrorsArguments,
    /// For so long, such as 2d
    #[arg(long = "for", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub period: Option<Duration>,
    /// Until there are so many more errors
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub more: Option<u64>,
}

#[derive(Debug, Args)]
pub struct NoteErrorArguments {
    /// The group's id, or the begin of it
    pub id: String,
    /// What to remember
    pub text: String,
    /// Print the group as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

const REQUEUE_EXAMPLES: &str = "Examples:
  swarmscope errors requeue 3f2a91bc
  swarmscope errors requeue 3f2a91bc --yes --json

Tasks that failed or are dead letters go back into the queue with fresh retries; others are left alone. Nothing
is done when their number has changed since it was shown.";

#[derive(Debug, Args)]
#[command(after_help = REQUEUE_EXAMPLES)]
pub struct RequeueErrorsArguments {
    /// The group's id, or the begin of it
    pub id: String,
    /// Requeue without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}
