//! The command line as it is typed. What it means is decided in `configuration` and the commands.

mod agent;
mod agents;
mod alerts;
mod base_url;
mod bench;
mod bench_tasks;
mod connection;
mod data;
mod errors;
mod export;
mod import;
mod journey;
mod logs;
mod orchestrator;
mod patterns;
mod promql;
mod run;
mod span;
mod task_settings;
mod tasks;
mod up;
mod validate;

use clap::{Parser, Subcommand};

pub use agent::{AgentCommand, AgentNewArguments, AgentRunArguments};
pub use agents::{AgentsArguments, AgentsCommand, NamedAgentArguments};
pub use alerts::{
    AlertCheckArguments, AlertHistoryArguments, AlertListArguments, AlertTestArguments,
    AlertsArguments, AlertsCommand, ListedState, SilenceArguments,
};
pub use bench::{BenchCommand, BenchLogsArguments};
pub use bench_tasks::BenchTasksArguments;
pub use connection::{CredentialArguments, ElasticArguments, ServerArguments};
pub use data::{BackupArguments, CheckArguments, RestoreArguments};
pub use errors::{
    ErrorsArguments, ErrorsCommand, IgnoreErrorsArguments, NoteErrorArguments, OneErrorArguments,
    RequeueErrorsArguments, SomeErrorsArguments,
};
pub use export::ExportArguments;
pub use import::ImportArguments;
pub use journey::JourneyArguments;
pub use logs::{DeleteArguments, LogsArguments, LogsCommand};
pub use orchestrator::OrchestratorArguments;
pub use patterns::PatternsArguments;
pub use promql::PromqlArguments;
pub use run::RunArguments;
pub use span::SpanArguments;
pub use task_settings::{
    LimitsArguments, LimitsCommand, PoliciesArguments, PoliciesCommand, PutLimitArguments,
    PutPolicyArguments, ScopeArgument,
};
pub use tasks::{
    CancelArguments, CatchUpArgument, NamedScheduleArguments, OverlapArgument,
    PutScheduleArguments, RequeueArguments, SchedulesArguments, SchedulesCommand, ShowArguments,
    SteerArguments, SubmitArguments, TasksArguments, TasksCommand, WatchArguments,
};
pub use up::{MetricsArguments, UpArguments};
pub use validate::ValidateArguments;

const EXAMPLES: &str = "Examples:
  swarmscope up --demo                           # everything, with four demo agents at work
  swarmscope logs 'severity:ERROR' --since 1h    # what went wrong
  swarmscope errors                              # the same in groups
  swarmscope journey ID                          # the whole story of a task
  swarmscope run -- python my_agent.py           # any program's output becomes events

`swarmscope COMMAND --help` has examples of the command. Commands ask the server on this machine; the
variable SWARMSCOPE_SERVER, or --server, names another one.";

/// Central logging, monitoring and error handling for multi-agent systems
#[derive(Debug, Parser)]
#[command(
    name = "swarmscope",
    version,
    about,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = EXAMPLES
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
    #[command(subcommand, after_help = agent::AGENT_EXAMPLES)]
    Agent(AgentCommand),
    /// Measure what the engines cost on this machine
    #[command(subcommand, after_help = bench::BENCH_EXAMPLES)]
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
