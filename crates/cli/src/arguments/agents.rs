//! `swarmscope agents` as it is typed.

use clap::{Args, Subcommand};

use super::ServerArguments;

const AGENTS_EXAMPLES: &str = "Examples:
  swarmscope agents                          # who works, and what on
  swarmscope agents drain research_agent     # no new work; it keeps what it has
  swarmscope agents undrain research_agent
  swarmscope agents --json | jq -r '.[] | select(.status != \"active\").agent_name'";

#[derive(Debug, Args)]
#[command(after_help = AGENTS_EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct AgentsArguments {
    #[command(subcommand)]
    pub command: Option<AgentsCommand>,
    /// Print the agents as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Subcommand)]
pub enum AgentsCommand {
    /// Give an agent no new work; it keeps what it has
    #[command(after_help = "Examples:\n  swarmscope agents drain research_agent")]
    Drain(NamedAgentArguments),
    /// Give an agent new work again
    #[command(after_help = "Examples:\n  swarmscope agents undrain research_agent")]
    Undrain(NamedAgentArguments),
}

#[derive(Debug, Args)]
pub struct NamedAgentArguments {
    /// The agent's name
    pub name: String,
    /// Print the agent as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}
