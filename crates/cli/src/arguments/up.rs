//! Arguments of `swarmscope up`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use swarmscope_promql::parser;

use super::CredentialArguments;
use crate::state::StateUrl;

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
