//! Arguments of `swarmscope validate`.

use clap::Args;

use super::CredentialArguments;
use super::base_url::base_url;

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
    #[arg(long, value_name = "URL", value_parser = base_url, env = "SWARMSCOPE_ELASTIC")]
    pub elastic: Option<String>,
    /// Orchestrator [default: http://127.0.0.1:8000]
    #[arg(long, value_name = "URL", value_parser = base_url, env = "SWARMSCOPE_ORCHESTRATOR")]
    pub orchestrator: Option<String>,
    /// Swarmscope's web UI [default: http://127.0.0.1:4700, unless --stack]
    #[arg(long, value_name = "URL", value_parser = base_url, env = "SWARMSCOPE_SERVER")]
    pub server: Option<String>,
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub kibana: Option<String>,
    /// Prometheus, or Swarmscope's API like it [default: http://127.0.0.1:9090]
    #[arg(long, value_name = "URL", value_parser = base_url, env = "SWARMSCOPE_PROMETHEUS")]
    pub prometheus: Option<String>,
    #[arg(long, value_name = "URL", value_parser = base_url)]
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
