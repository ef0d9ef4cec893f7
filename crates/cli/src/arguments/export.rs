//! `swarmscope export` as it is typed.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::{ElasticArguments, SpanArguments};

const EXPORT_EXAMPLES: &str = "Examples:
  swarmscope export --parquet logs.parquet                    # everything, in one file
  swarmscope export --parquet logs/                           # one file for each index
  swarmscope export --parquet errors.parquet --query 'severity:ERROR' --since 7d
  swarmscope export --ndjson - --index 'filebeat-*' | gzip > logs.ndjson.gz

Each document stands whole in the column _source, and once more in columns of its fields:
  duckdb -c \"SELECT agent_name, count(*) FROM 'logs.parquet' GROUP BY ALL\"

`swarmscope import` brings either kind of file back, with the same ids.";

#[derive(Debug, Args)]
#[command(after_help = EXPORT_EXAMPLES)]
#[command(group(ArgGroup::new("to").required(true).args(["parquet", "ndjson"])))]
pub struct ExportArguments {
    /// Parquet file to write, or a folder for one file of each index
    #[arg(long, value_name = "FILE|DIR")]
    pub parquet: Option<PathBuf>,
    /// File of JSON lines to write; `-` is standard output
    #[arg(long, value_name = "FILE|-")]
    pub ndjson: Option<PathBuf>,
    /// Indices to export, such as filebeat-* [default: all]
    #[arg(
        long,
        value_name = "PATTERN",
        default_value = "",
        hide_default_value = true
    )]
    pub index: String,
    /// Only what this finds, in Lucene syntax
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    #[command(flatten)]
    pub span: SpanArguments,
    /// Go on without what is damaged in the store, and say what that is
    #[arg(long)]
    pub partial: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub elastic: ElasticArguments,
}
