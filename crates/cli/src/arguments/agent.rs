//! Arguments of `swarmscope agent`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use swarmscope_model::names;

use super::CredentialArguments;
use crate::scaffold::Language;

#[derive(Debug, Subcommand)]
pub enum AgentCommand {
    /// Run a demo agent or the test agent
    Run(AgentRunArguments),
    /// Make a project for a new agent
    New(AgentNewArguments),
}

/// Of `swarmscope agent` itself.
pub const AGENT_EXAMPLES: &str = "Examples:
  swarmscope agent new summary-agent --port 8010 --skills summarise --lang python
  swarmscope agent run --type research_agent";

const AGENT_NEW_EXAMPLES: &str = "Examples:
  swarmscope agent new summary-agent --port 8010 --skills summarise translate
  swarmscope agent new scraper --port 8011 --skills scrape --lang python --into agents

The project builds, runs and passes its own test at once. It has a Dockerfile, an entry for Prometheus,
a Grafana dashboard and a README. Nothing is overwritten.";

#[derive(Debug, Args)]
#[command(after_help = AGENT_NEW_EXAMPLES)]
pub struct AgentNewArguments {
    /// The agent's name, and its folder's
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Port of its metrics
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16))]
    pub port: u16,
    /// Task types that it can do
    #[arg(long, value_name = "SKILL", num_args = 1.., required = true)]
    pub skills: Vec<String>,
    /// What it is written in
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t = Language::Rust)]
    pub lang: Language,
    /// Folder to make the project in
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub into: PathBuf,
    /// Clone of Swarmscope whose library the agent links [default: the one around this folder or binary]
    #[arg(long, value_name = "DIR", env = "SWARMSCOPE_SOURCES")]
    pub sources: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

const AGENT_RUN_EXAMPLES: &str = "Examples:
  swarmscope agent run --type research_agent
  swarmscope agent run --type research_agent --name research_agent_2 --port 8012
  swarmscope agent run --type test_agent           # makes tasks, works, fails in every way";

#[derive(Debug, Args)]
#[command(after_help = AGENT_RUN_EXAMPLES)]
pub struct AgentRunArguments {
    /// What it works on
    #[arg(long = "type", value_name = "TYPE", value_parser = agent_types())]
    pub agent_type: String,
    /// Its name, unique among agents [default: its type]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Port of its metrics on loopback; 0 for any [default: the type's own, 8001 to 8005]
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// Address of its metrics; other machines are let in with the credentials alone
    #[arg(long, value_name = "ADDRESS", conflicts_with = "port")]
    pub listen: Option<SocketAddr>,
    /// The orchestrator to work for
    #[arg(
        long,
        value_name = "URL",
        value_parser = super::base_url::base_url,
        default_value = "http://127.0.0.1:8000",
        env = "SWARMSCOPE_ORCHESTRATOR"
    )]
    pub orchestrator: String,
    /// Makes its failures repeat
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Stop when standard input ends
    #[arg(long, hide = true)]
    pub exit_with_parent: bool,
    #[command(flatten)]
    pub credentials: CredentialArguments,
}

fn agent_types() -> Vec<&'static str> {
    let demo = names::DEMO_AGENTS.map(|(kind, ..)| kind);
    demo.into_iter().chain([names::TEST_AGENT]).collect()
}
