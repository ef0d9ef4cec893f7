//! Arguments of `swarmscope orchestrator`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use swarmscope_model::names;

use super::CredentialArguments;
use crate::state::StateUrl;

const ORCHESTRATOR_EXAMPLES: &str = "Examples:
  swarmscope orchestrator --data /var/lib/swarmscope
  curl -s localhost:8000/api/v1/tasks -d '{\"task_type\": \"research\"}' -H 'content-type: application/json'";

#[derive(Debug, Args)]
#[command(after_help = ORCHESTRATOR_EXAMPLES)]
pub struct OrchestratorArguments {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = names::DEFAULT_ORCHESTRATOR)]
    pub listen: SocketAddr,
    /// Where the state is kept
    #[arg(
        long,
        value_name = "DIR",
        default_value = "swarmscope-data",
        env = "SWARMSCOPE_DATA"
    )]
    pub data: PathBuf,
    /// Database of tasks and agents, postgres://USER:PASSWORD@HOST:PORT/DATABASE [default: SQLite in
    /// the data directory]. Other users of this machine see arguments: prefer the variable
    #[arg(
        long,
        value_name = "URL",
        env = "SWARMSCOPE_STATE",
        hide_env_values = true
    )]
    pub state: Option<StateUrl>,
    /// Submit demo work, about one task a second
    #[arg(long)]
    pub demo: bool,
    /// Stop when standard input ends
    #[arg(long, hide = true)]
    pub exit_with_parent: bool,
    #[command(flatten)]
    pub credentials: CredentialArguments,
}
