//! The command line as it is typed. What it means is decided in `configuration` and the commands.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use swarmscope_model::names;

use crate::state::StateUrl;

/// Central logging, monitoring and error handling for multi-agent systems
#[derive(Debug, Parser)]
#[command(
    name = "swarmscope",
    version,
    about,
    arg_required_else_help = true,
    max_term_width = 100
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start everything: log store, web UI, Elasticsearch API, orchestrator
    Up(UpArguments),
    /// Bring log files into a running Swarmscope
    Import(ImportArguments),
    /// Search logs
    Logs(LogsArguments),
    /// Run the orchestrator alone (`up` starts one by itself)
    Orchestrator(OrchestratorArguments),
    /// Agents
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions { shell: clap_complete::Shell },
}

const COMPLETIONS_EXAMPLES: &str = "Examples:
  swarmscope completions bash > /etc/bash_completion.d/swarmscope
  swarmscope completions zsh > ~/.zfunc/_swarmscope";

const UP_EXAMPLES: &str = "Examples:
  swarmscope up --demo                       # with four demo agents at work
  swarmscope up --data /var/lib/swarmscope --config /etc/swarmscope.toml
  swarmscope up --listen 127.0.0.1:4701 --elastic 127.0.0.1:9201
  SWARMSCOPE_STATE=postgres://me:secret@db/orchestrator_db swarmscope up   # state on PostgreSQL

Every port is open to loopback without a password. Any other address needs credentials in the
configuration file:
  [credentials]
  user = \"admin\"
  password = \"…\"          # or: api_key = \"…\"";

#[derive(Debug, Args)]
#[command(after_help = UP_EXAMPLES)]
pub struct UpArguments {
    /// Also start the four demo agents and give them work
    #[arg(long)]
    pub demo: bool,
    /// Where everything is kept [default: swarmscope-data]
    #[arg(long, value_name = "DIR", env = "SWARMSCOPE_DATA")]
    pub data: Option<PathBuf>,
    /// Web UI and native API [default: 127.0.0.1:4700]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Elasticsearch-compatible API [default: 127.0.0.1:9200]
    #[arg(long, value_name = "ADDRESS")]
    pub elastic: Option<SocketAddr>,
    /// Orchestrator: tasks, agents, metrics [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDRESS")]
    pub orchestrator: Option<SocketAddr>,
    /// Database of tasks and agents, postgres://USER:PASSWORD@HOST:PORT/DATABASE [default: SQLite in
    /// the data directory]. Other users of this machine see arguments: prefer the variable
    #[arg(
        long,
        value_name = "URL",
        env = "SWARMSCOPE_STATE",
        hide_env_values = true
    )]
    pub state: Option<StateUrl>,
    /// Logs older than this are removed [default: 7d]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub retention_age: Option<Duration>,
    /// The oldest logs are removed beyond this size [default: 5GiB]
    #[arg(long, value_name = "SIZE")]
    pub retention_size: Option<bytesize::ByteSize>,
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE", env = "SWARMSCOPE_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Credentials for a server that asks for some.
#[derive(Debug, Clone, Args)]
pub struct CredentialArguments {
    /// User name and password
    #[arg(
        long,
        value_name = "NAME:PASSWORD",
        env = "SWARMSCOPE_USER",
        hide_env_values = true
    )]
    pub user: Option<String>,
    /// API key
    #[arg(
        long,
        value_name = "KEY",
        env = "SWARMSCOPE_API_KEY",
        hide_env_values = true
    )]
    pub api_key: Option<String>,
}

const IMPORT_EXAMPLES: &str = "Examples:
  swarmscope import agent.ndjson                     # JSON lines: each object is a document
  swarmscope import /var/log/app.log --index app     # plain lines: each becomes `message`
  journalctl -o cat | swarmscope import - --index journal

Lines of files have ids, so an import that was interrupted or is repeated stores no line twice.";

#[derive(Debug, Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub struct ImportArguments {
    /// Files to read; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Index to write to [default: filebeat-import-YYYY.MM.DD]
    #[arg(long, value_name = "NAME")]
    pub index: Option<String>,
    /// Elasticsearch API of the server to write to
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:9200",
        env = "SWARMSCOPE_ELASTIC"
    )]
    pub elastic: String,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub credentials: CredentialArguments,
}

const LOGS_EXAMPLES: &str = "Examples:
  swarmscope logs 'severity:ERROR' --since 1h
  swarmscope logs 'metadata.correlation_id:\"6f1c…\"'
  swarmscope logs 'agent_name:research_agent AND timeout*' --follow
  swarmscope logs 'event_type:task_failed' --json | jq -r .message";

#[derive(Debug, Args)]
#[command(after_help = LOGS_EXAMPLES)]
pub struct LogsArguments {
    /// What to look for, in Lucene syntax; everything when left out
    #[arg(default_value = "")]
    pub query: String,
    /// Only what happened since then: a duration such as 15m, or a time
    #[arg(long, value_name = "DURATION|TIME")]
    pub since: Option<String>,
    /// Only what happened before then
    #[arg(long, value_name = "DURATION|TIME")]
    pub until: Option<String>,
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
    /// The server to ask
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:4700",
        env = "SWARMSCOPE_SERVER"
    )]
    pub server: String,
    #[command(flatten)]
    pub credentials: CredentialArguments,
}

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

#[derive(Debug, Subcommand)]
pub enum AgentCommand {
    /// Run a demo agent
    Run(AgentRunArguments),
}

const AGENT_RUN_EXAMPLES: &str = "Examples:
  swarmscope agent run --type research_agent
  swarmscope agent run --type research_agent --name research_agent_2 --port 8012";

#[derive(Debug, Args)]
#[command(after_help = AGENT_RUN_EXAMPLES)]
pub struct AgentRunArguments {
    /// What it works on
    #[arg(long = "type", value_name = "TYPE", value_parser = names::DEMO_AGENTS.map(|(kind, ..)| kind))]
    pub agent_type: String,
    /// Its name, unique among agents [default: its type]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Port of its metrics; 0 for any [default: the type's own, 8002 to 8005]
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// The orchestrator to work for
    #[arg(
        long,
        value_name = "URL",
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
