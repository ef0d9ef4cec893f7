//! Arguments of `swarmscope import`.

use std::path::PathBuf;

use clap::Args;

use super::ElasticArguments;

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
        value_parser = super::base_url::base_url,
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
