//! Arguments of `swarmscope run`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::ElasticArguments;

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
