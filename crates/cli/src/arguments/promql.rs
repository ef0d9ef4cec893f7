//! Arguments of `swarmscope promql`.

use std::time::Duration;

use clap::Args;

use super::CredentialArguments;

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
        value_parser = super::base_url::base_url,
        default_value = "http://127.0.0.1:9090",
        env = "SWARMSCOPE_PROMETHEUS"
    )]
    pub server: String,
    #[command(flatten)]
    pub credentials: CredentialArguments,
}
