//! The command line as it is typed. What it means is decided in `configuration` and the commands.

mod agents;
mod alerts;
mod bench_tasks;
mod connection;
mod data;
mod errors;
mod export;
mod journey;
mod logs;
mod patterns;
mod span;
mod tasks;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use swarmscope_model::names;
use swarmscope_promql::parser;

use crate::commands::bench::logs::{BatchSizes, Peer};
use crate::scaffold::Language;
use crate::state::StateUrl;

pub use agents::{AgentsArguments, AgentsCommand, NamedAgentArguments};
pub use alerts::{
    AlertCheckArguments, AlertHistoryArguments, AlertListArguments, AlertTestArguments,
    AlertsArguments, AlertsCommand, ListedState, SilenceArguments,
};
pub use bench_tasks::BenchTasksArguments;
pub use connection::{ElasticArguments, ServerArguments};
pub use data::{BackupArguments, CheckArguments, RestoreArguments};
pub use errors::{
    ErrorsArguments, ErrorsCommand, IgnoreErrorsArguments, NoteErrorArguments, OneErrorArguments,
    RequeueErrorsArguments, SomeErrorsArguments,
};
pub use export::ExportArguments;
pub use journey::JourneyArguments;
pub use logs::{DeleteArguments, LogsArguments, LogsCommand};
pub use patterns::PatternsArguments;
pub use span::SpanArguments;
pub use tasks::{
    CatchUpArgument, NamedScheduleArguments, OverlapArgument, PutScheduleArguments,
    RequeueArguments, SchedulesArguments, SchedulesCommand, ShowArguments, SteerArguments,
    SubmitArguments, TasksArguments, TasksCommand, WatchArguments,
};

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
    /// Start everything: log and metric stores, web UI, Elasticsearch and Prometheus APIs, orchestrator
    Up(UpArguments),
    /// Bring log files, or metrics, into a running Swarmscope
    Import(ImportArguments),
    /// Bring logs into a Parquet file, or JSON lines
    Export(ExportArguments),
    /// Search logs
    Logs(LogsArguments),
    /// What is logged: messages grouped into patterns, with counts, and which are new
    Patterns(PatternsArguments),
    /// Tell the whole story of a correlation id: events, attempts, waits, errors
    Journey(JourneyArguments),
    /// Find, submit and steer tasks
    Tasks(TasksArguments),
    /// Who works, and whether they get new work
    Agents(AgentsArguments),
    /// Groups of errors: list, show, resolve, ignore, requeue the tasks that they failed
    Errors(ErrorsArguments),
    /// Verify every byte of a data directory or backup
    Check(CheckArguments),
    /// Copy everything as it is at a moment, while a server runs or of a directory at rest
    Backup(BackupArguments),
    /// Make a data directory of a backup
    Restore(RestoreArguments),
    /// Alerts: what fires, history, silences; rules tried on the past
    Alerts(AlertsArguments),
    /// Query metrics with PromQL
    Promql(PromqlArguments),
    /// Run any program; its output and its end become events
    Run(RunArguments),
    /// Run the orchestrator alone (`up` starts one by itself)
    Orchestrator(OrchestratorArguments),
    /// Run an agent, or make a new one
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Measure what the engines cost on this machine
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Check an installation: services, logging, search, metrics, state
    Validate(ValidateArguments),
    /// Log one event of each severity, which `validate` reads
    #[command(hide = true)]
    LogSamples,
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
  swarmscope up --listen 127.0.0.1:4701 --elastic 127.0.0.1:9201 --prometheus 127.0.0.1:9091
  swarmscope up --prometheus-config prometheus.yml            # scrape what your Prometheus scrapes
  SWARMSCOPE_STATE=postgres://me:secret@db/orchestrator_db swarmscope up   # state on PostgreSQL

Every port is open to loopback without a password. Any other address needs credentials, from the
environment (SWARMSCOPE_USER=NAME:PASSWORD or SWARMSCOPE_API_KEY) or the configuration file:
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
    /// Prometheus-compatible API [default: 127.0.0.1:9090]
    #[arg(long, value_name = "ADDRESS")]
    pub prometheus: Option<SocketAddr>,
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
    #[command(flatten)]
    pub metrics: MetricsArguments,
    /// Folder of Grafana dashboards for the web UI [default: the shipped ones]
    #[arg(long, value_name = "DIR")]
    pub dashboards: Option<PathBuf>,
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE", env = "SWARMSCOPE_CONFIG")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub credentials: CredentialArguments,
}

/// How metrics are gathered and kept.
#[derive(Debug, Clone, Args)]
pub struct MetricsArguments {
    /// What is scraped and which rules apply, as Prometheus's own file; read again on SIGHUP
    /// [default: Swarmscope itself, the orchestrator and its agents]
    #[arg(long, value_name = "FILE", env = "SWARMSCOPE_PROMETHEUS_CONFIG")]
    pub prometheus_config: Option<PathBuf>,
    /// Let the Prometheus API remove samples and make snapshots
    #[arg(long)]
    pub prometheus_admin_api: bool,
    /// Parts of PromQL that Prometheus calls experimental, for queries and rules
    #[arg(
        long,
        value_name = "FEATURE",
        value_delimiter = ',',
        value_parser = parser::Options::FEATURES,
        env = "SWARMSCOPE_PROMETHEUS_FEATURES"
    )]
    pub prometheus_features: Vec<String>,
    /// Metrics older than this are removed [default: 15d]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub metrics_retention_age: Option<Duration>,
    /// The oldest metrics are removed beyond this size [default: 10GiB]
    #[arg(long, value_name = "SIZE")]
    pub metrics_retention_size: Option<bytesize::ByteSize>,
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
  swarmscope import logs.ndjson.gz                   # either of them compressed with gzip
  journalctl -o cat | swarmscope import - --index journal
  swarmscope import logs.parquet                     # what `swarmscope export` has written
  swarmscope import --prometheus backup.om           # metrics with times, in OpenMetrics

Lines of files have ids, so an import that was interrupted or is repeated stores no line twice.";

#[derive(Debug, Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub struct ImportArguments {
    /// Files to read; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Index to write to [default: the exported document's own, else filebeat-import-YYYY.MM.DD]
    #[arg(long, value_name = "NAME")]
    pub index: Option<String>,
    /// The files are metrics with times, as OpenMetrics or Prometheus's text format
    #[arg(long, conflicts_with = "index")]
    pub prometheus: bool,
    /// Prometheus API of the server to write metrics to
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:9090",
        env = "SWARMSCOPE_PROMETHEUS"
    )]
    pub prometheus_url: String,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub elastic: ElasticArguments,
}

const PROMQL_EXAMPLES: &str = "Examples:
  swarmscope promql 'sum by (task_type) (rate(tasks_dispatched_total[5m]))'
  swarmscope promql active_tasks --range 1h                  # a chart
  swarmscope promql up --time 15m                            # as it was a quarter of an hour ago
  swarmscope promql up --json | jq -r '.result[].metric.instance'
  swarmscope promql up --server http://prometheus:9090       # any Prometheus";

#[derive(Debug, Args)]
#[command(after_help = PROMQL_EXAMPLES)]
pub struct PromqlArguments {
    /// The expression
    #[arg(value_name = "EXPR")]
    pub query: String,
    /// When to evaluate it, or the end of the range: a time, or how long ago [default: now]
    #[arg(long, value_name = "TIME|DURATION")]
    pub time: Option<String>,
    /// Over how long to evaluate it, as a chart
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub range: Option<Duration>,
    /// Distance of the points of a range [default: what fits the chart]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, requires = "range")]
    pub step: Option<Duration>,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
    /// The Prometheus to ask
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:9090",
        env = "SWARMSCOPE_PROMETHEUS"
    )]
    pub server: String,
    #[command(flatten)]
    pub credentials: CredentialArguments,
}

const RUN_EXAMPLES: &str = "Examples:
  swarmscope run -- python my_agent.py
  swarmscope run --name billing-agent -- ./billing --queue eu
  swarmscope run --quiet -- node dist/agent.js        # without repeating its output

Events of Swarmscope's shape stay as they are. JSON of other loggers becomes metadata. A traceback of
Python, Rust, Java, Go or Node becomes one event with metadata.exception. The end becomes an event too,
and the exit status is the program's own.";

#[derive(Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub struct RunArguments {
    /// Agent name in events that do not bring one [default: the program's name]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Do not repeat the program's output
    #[arg(long, short = 'q')]
    pub quiet: bool,
    /// Where events wait while the server does not answer [default: the user's state folder]
    #[arg(long, value_name = "DIR", env = "SWARMSCOPE_SPOOL")]
    pub spool: Option<PathBuf>,
    /// How long to send what is left after the program's end
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    pub flush_timeout: Duration,
    #[command(flatten)]
    pub elastic: ElasticArguments,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<std::ffi::OsString>,
}

const VALIDATE_EXAMPLES: &str = "Examples:
  swarmscope validate                                  # the embedded system on this machine
  swarmscope validate --stack                          # Elasticsearch, Kibana, Prometheus, Grafana, PostgreSQL
  swarmscope validate --elastic http://es:9200 --user elastic:… --prometheus http://prom:9090
  swarmscope validate --json | jq '.checks[] | select(.outcome == \"fail\")'

Writes one event and one task, which are marked as its own. Ends with 1 when a check fails.";

#[derive(Debug, Args)]
#[command(after_help = VALIDATE_EXAMPLES)]
pub struct ValidateArguments {
    /// Check the whole stack, at its usual ports of this host
    #[arg(long, value_name = "HOST", num_args = 0..=1, default_missing_value = "localhost")]
    pub stack: Option<String>,
    /// Elasticsearch, or Swarmscope's API like it [default: http://127.0.0.1:9200]
    #[arg(long, value_name = "URL", env = "SWARMSCOPE_ELASTIC")]
    pub elastic: Option<String>,
    /// Orchestrator [default: http://127.0.0.1:8000]
    #[arg(long, value_name = "URL", env = "SWARMSCOPE_ORCHESTRATOR")]
    pub orchestrator: Option<String>,
    /// Swarmscope's web UI [default: http://127.0.0.1:4700, unless --stack]
    #[arg(long, value_name = "URL", env = "SWARMSCOPE_SERVER")]
    pub server: Option<String>,
    #[arg(long, value_name = "URL")]
    pub kibana: Option<String>,
    /// Prometheus, or Swarmscope's API like it [default: http://127.0.0.1:9090]
    #[arg(long, value_name = "URL", env = "SWARMSCOPE_PROMETHEUS")]
    pub prometheus: Option<String>,
    #[arg(long, value_name = "URL")]
    pub grafana: Option<String>,
    /// Grafana's user name and password
    #[arg(
        long,
        value_name = "NAME:PASSWORD",
        default_value = "admin:admin",
        env = "GRAFANA_USER",
        hide_env_values = true
    )]
    pub grafana_user: String,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub credentials: CredentialArguments,
}

#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// Logs: loading, disk, memory and eight queries, beside other servers in the same run
    Logs(BenchLogsArguments),
    /// Tasks: submission, claim and completion on SQLite and PostgreSQL, through the store and over HTTP
    Tasks(BenchTasksArguments),
}

const BENCH_LOGS_EXAMPLES: &str = "Examples:
  swarmscope bench logs --events 200000                # a first impression
  swarmscope bench logs --against victorialogs=/usr/local/bin/victoria-logs
  swarmscope bench logs --against elasticsearch=http://127.0.0.1:9201 --json > figures.json

Starts a server of its own in a folder that is removed afterwards. A peer that is named by a program is
started, too. One that runs already is found by its port on this machine; its processor time, memory and
folder can be given: elasticsearch=URL,pid=PID,data=DIR. Events are written to its index swarmscope-bench,
which is removed before and after, or to a tenant of their own in VictoriaLogs.

Ends with 1 when a question is not answered, or not as by the others.";

#[derive(Debug, Args)]
#[command(after_help = BENCH_LOGS_EXAMPLES)]
pub struct BenchLogsArguments {
    /// How many events, about 403 bytes each
    #[arg(long, value_name = "N", default_value_t = 2_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub events: u64,
    /// Another server: PRODUCT=URL, or victorialogs=PROGRAM to start one
    #[arg(long, value_name = "PEER", num_args = 1..)]
    pub against: Vec<Peer>,
    /// Load once over each of these numbers of connections; questions are asked after the last
    #[arg(
        long,
        value_name = "N,N",
        value_delimiter = ',',
        default_value = "1,4",
        value_parser = connections
    )]
    pub connections: Vec<usize>,
    /// Events of a bulk
    #[arg(long, value_name = "N..M", default_value = "1000..5000")]
    pub batch: BatchSizes,
    /// How often each question is asked
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(2..))]
    pub repetitions: u64,
    /// Another one makes other events
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How long to wait for a server to write and merge what it has taken
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = humantime::parse_duration)]
    pub patience: Duration,
    /// Print the figures as JSON
    #[arg(long)]
    pub json: bool,
}

fn connections(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=256) => Ok(number),
        _ => Err("a number from 1 to 256".to_owned()),
    }
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
    /// Run a demo agent or the test agent
    Run(AgentRunArguments),
    /// Make a project for a new agent
    New(AgentNewArguments),
}

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
