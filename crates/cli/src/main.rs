//! The `swarmscope` binary: reads the command line and hands over to a command.

mod address;
mod arguments;
mod assets;
mod backup;
mod bulk;
mod client;
mod commands;
mod configuration;
mod confirmation;
mod event_stream;
mod failure;
mod scaffold;
mod state;
mod telemetry;
mod terminal;
mod up;

use std::cell::Cell;
use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{CommandFactory, Parser};
use swarmscope_logstore::memory;

use arguments::{AgentCommand, Arguments, BenchCommand, Command};
use failure::Failure;

/// Lets go of memory when a burst is over; a server that rests is small again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long a thread for blocking work waits for more of it. The allocator gets what such a thread has freed when it
/// ends, and the looks at the stores once a second would keep all of them alive in turn.
const IDLE_THREAD: Duration = Duration::from_secs(1);

/// How often a thread of the runtime that has nothing to do gives back what it has freed.
const GIVE_BACK_EVERY: Duration = Duration::from_secs(2);

thread_local! {
    static GAVE_BACK: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Lets the allocator return what this thread has freed, now and then: bodies of requests are freed by others, and
/// would stay with the thread that read them.
fn give_back_now_and_then() {
    let is_due = |at: Instant| at.elapsed() >= GIVE_BACK_EVERY;
    if GAVE_BACK.get().is_none_or(is_due) {
        memory::give_back();
        GAVE_BACK.set(Some(Instant::now()));
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_keep_alive(IDLE_THREAD)
        .on_thread_park(give_back_now_and_then)
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            Failure::new(format!("cannot start the runtime: {error}")).print();
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments.command)) {
        Ok(code) => code,
        Err(failure) => {
            failure.print();
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Up(arguments) => up::run(arguments).await?,
        Command::Export(arguments) => commands::export::run(arguments).await?,
        Command::Import(arguments) => commands::import::run(arguments).await?,
        Command::Logs(arguments) => commands::logs::run(arguments).await?,
        Command::Patterns(arguments) => commands::patterns::run(arguments).await?,
        Command::Journey(arguments) => commands::journey::run(arguments).await?,
        Command::Tasks(arguments) => return commands::tasks::run(arguments).await,
        Command::Agents(arguments) => commands::agents::run(arguments).await?,
        Command::Errors(arguments) => commands::errors::run(arguments).await?,
        Command::Check(arguments) => return commands::check::run(&arguments).await,
        Command::Backup(arguments) => commands::backup::run(arguments).await?,
        Command::Restore(arguments) => commands::restore::run(&arguments)?,
        Command::Alerts(arguments) => return commands::alerts::run(arguments).await,
        Command::Promql(arguments) => commands::promql::run(arguments).await?,
        Command::Orchestrator(arguments) => commands::orchestrator::run(arguments).await?,
        Command::Validate(arguments) => return commands::validate::run(arguments).await,
        Command::LogSamples => commands::validate::log_samples(),
        Command::Run(arguments) => return commands::run::run(arguments).await,
        Command::Bench(BenchCommand::Logs(arguments)) => {
            return commands::bench::logs::run(arguments).await;
        }
        Command::Bench(BenchCommand::Tasks(arguments)) => {
            return commands::bench::tasks::run(arguments).await;
        }
        Command::Agent(AgentCommand::Run(arguments)) => commands::agent::run(arguments).await?,
        Command::Agent(AgentCommand::New(arguments)) => commands::agent_new::run(arguments)?,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "swarmscope", &mut script);
            terminal::unless_closed(std::io::stdout().write_all(&script))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
