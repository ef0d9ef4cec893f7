//! `swarmscope logs` as it is typed.

use clap::{Args, Subcommand};

use super::{ServerArguments, SpanArguments};

const LOGS_EXAMPLES: &str = "Examples:
  swarmscope logs 'severity:ERROR' --since 1h
  swarmscope logs 'metadata.correlation_id:\"6f1c…\"'
  swarmscope logs 'agent_name:research_agent AND timeout*' --follow
  swarmscope logs --kql 'severity: (ERROR or CRITICAL) and not agent_name: test*'
  swarmscope logs 'event_type:task_failed' --json | jq -r .message
  swarmscope logs delete 'agent_name:old_agent'     # for good; see swarmscope logs delete --help";

#[derive(Debug, Args)]
#[command(after_help = LOGS_EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct LogsArguments {
    #[command(subcommand)]
    pub command: Option<LogsCommand>,
    /// What to look for, in Lucene syntax; everything when left out
    #[arg(default_value = "")]
    pub query: String,
    /// The query is in Kibana's language, KQL
    #[arg(long)]
    pub kql: bool,
    #[command(flatten)]
    pub span: SpanArguments,
    /// Indices to search, such as filebeat-*
    #[arg(long, value_name = "PATTERN", default_value = "")]
    pub index: String,
    /// How many of the newest events to show
    #[arg(long, short = 'n', value_name = "N", default_value_t = 100)]
    pub limit: usize,
    /// Keep printing events as they arrive
    #[arg(long, short = 'f')]
    pub follow: bool,
    /// One JSON document a line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Subcommand)]
pub enum LogsCommand {
    /// Remove events for good, their bytes on disk included
    Delete(DeleteArguments),
}

const DELETE_EXAMPLES: &str = "Examples:
  swarmscope logs delete 'metadata.correlation_id:\"6f1c…\"'
  swarmscope logs delete 'agent_name:old_agent' --index 'filebeat-*' --until 30d --yes
  swarmscope logs delete '*' --index test_agent-2026.01.31

When the command returns, no file of the log store holds the events: the segments that held them were
written anew, and the write-ahead log let go of them. Backups, exports and the files that the events were
read from are not touched.";

#[derive(Debug, Args)]
#[command(after_help = DELETE_EXAMPLES)]
pub struct DeleteArguments {
    /// What to delete, in Lucene syntax; * is everything
    #[arg(value_name = "QUERY")]
    pub query: String,
    #[command(flatten)]
    pub span: SpanArguments,
    /// Indices to delete from, such as filebeat-*
    #[arg(long, value_name = "PATTERN", default_value = "")]
    pub index: String,
    /// Delete without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}
