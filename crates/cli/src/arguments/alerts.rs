//! `swarmscope alerts` as it is typed.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use swarmscope_alerting::notify::LabelMatcher;

use super::ServerArguments;

const ALERTS_EXAMPLES: &str = "Examples:
  swarmscope alerts                                   # what fires and what waits to
  swarmscope alerts list --rules                      # every rule with its state
  swarmscope alerts history --since 1d
  swarmscope alerts silence 'alertname=AgentSilent' 'agent_name=~\"research.*\"' --for 2h --comment 'new host'
  swarmscope alerts test my-rules.yml --since 7d      # when would they have fired?
  swarmscope alerts check my-rules.yml                # is it right? asks no server";

#[derive(Debug, Args)]
#[command(after_help = ALERTS_EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct AlertsArguments {
    #[command(subcommand)]
    pub command: Option<AlertsCommand>,
    #[command(flatten)]
    pub list: AlertListArguments,
}

const LIST_EXAMPLES: &str = "Examples:
  swarmscope alerts list --state firing
  swarmscope alerts list --rules                      # every rule with its state
  swarmscope alerts list --json | jq -r '.alerts[].labels.alertname'";

const HISTORY_EXAMPLES: &str = "Examples:
  swarmscope alerts history --since 7d
  swarmscope alerts history --json | jq -r '.history[].rule'";

const TEST_EXAMPLES: &str = "Examples:
  swarmscope alerts test my-rules.yml --since 7d
  swarmscope alerts test my-rules.yml --rule ErrorSpike --since 1d --json

How agents and tasks stood in the past is not known, so rules about them cannot be tried.";

const CHECK_EXAMPLES: &str = "Examples:
  swarmscope alerts check deploy/rules/*.yml

No server is asked. Ends with 1 when a file is wrong.";

#[derive(Debug, Subcommand)]
pub enum AlertsCommand {
    /// What fires and what waits to; or every rule
    #[command(after_help = LIST_EXAMPLES)]
    List(AlertListArguments),
    /// What became of alerts, newest last
    #[command(after_help = HISTORY_EXAMPLES)]
    History(AlertHistoryArguments),
    /// Stop words of some alerts for a while; without matchers: which silences there are
    Silence(SilenceArguments),
    /// When the rules of a file would have fired, had they been there
    #[command(after_help = TEST_EXAMPLES)]
    Test(AlertTestArguments),
    /// Whether rule files are right
    #[command(after_help = CHECK_EXAMPLES)]
    Check(AlertCheckArguments),
}

/// A state that alerts are listed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListedState {
    Firing,
    Pending,
}

#[derive(Debug, Args)]
pub struct AlertListArguments {
    /// Only those
    #[arg(long, value_enum, value_name = "STATE")]
    pub state: Option<ListedState>,
    /// Every rule with its state, instead of alerts
    #[arg(long, conflicts_with = "state")]
    pub rules: bool,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Args)]
pub struct AlertHistoryArguments {
    /// Only what happened since then: a duration such as 15m, or a time
    #[arg(long, value_name = "DURATION|TIME", default_value = "1d")]
    pub since: String,
    /// How many of the newest changes to show
    #[arg(long, short = 'n', value_name = "N", default_value_t = 100)]
    pub limit: usize,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

const SILENCE_EXAMPLES: &str = "Examples:
  swarmscope alerts silence                           # which there are
  swarmscope alerts silence 'alertname=AgentSilent' --for 2h --comment 'new host'
  swarmscope alerts silence 'severity!=\"critical\"' --for 8h
  swarmscope alerts silence --end 6f1c2b9e-…

An alert is silenced when all matchers pass: name=value, name!=value, name=~pattern, name!~pattern. Rules
are evaluated all the same, and the end of an alert that somebody was told of is told.";

#[derive(Debug, Args)]
#[command(after_help = SILENCE_EXAMPLES)]
pub struct SilenceArguments {
    /// Which alerts; all have to pass
    #[arg(value_name = "MATCHER", requires = "length", value_parser = LabelMatcher::parse)]
    pub matchers: Vec<LabelMatcher>,
    /// For how long, such as 2h
    #[arg(
        long = "for",
        value_name = "DURATION",
        id = "length",
        requires = "matchers"
    )]
    pub length: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub comment: String,
    /// Who says so
    #[arg(
        long,
        value_name = "NAME",
        env = "USER",
        default_value = "",
        hide_env_values = true
    )]
    pub author: String,
    /// End the silence of that id
    #[arg(long, value_name = "ID", conflicts_with = "matchers")]
    pub end: Option<String>,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Args)]
pub struct AlertTestArguments {
    /// A rule file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// From when on: a duration such as 7d, or a time
    #[arg(long, value_name = "DURATION|TIME", default_value = "1d")]
    pub since: String,
    /// Until when [default: now]
    #[arg(long, value_name = "DURATION|TIME")]
    pub until: Option<String>,
    /// Only the rule of that name
    #[arg(long, value_name = "NAME")]
    pub rule: Option<String>,
    /// Print the answers as JSON, one rule a line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Args)]
pub struct AlertCheckArguments {
    /// Rule files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}
