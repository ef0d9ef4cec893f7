//! `swarmscope run`: any program, unchanged; its output and its end become events.
//!
//! The program is never slowed by the way of its events: what the server does not take at once goes to
//! a spool on disk, and from there to the server later, in this run or the next. Its output goes
//! through as it is, and its exit status becomes ours.

mod child;
mod lost;
mod shipper;
mod spool;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use swarmscope_collect::document::{Collected, document};
use swarmscope_model::event::event_type;
use swarmscope_model::{Event, Severity, Timestamp};
use uuid::Uuid;

use crate::arguments::RunArguments;
use crate::failure::Failure;
use crate::terminal::thousands;
use child::{Child, Ending};
use shipper::{Delivery, Shipper};
use spool::{Outgoing, Spool};

/// As shells answer for a program that they cannot run, or cannot find.
const CANNOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Runs the command.
///
/// # Errors
/// When the program cannot be started at all for reasons of our own.
pub async fn run(arguments: RunArguments) -> Result<ExitCode, Failure> {
    let (program, rest) = arguments
        .command
        .split_first()
        .ok_or_else(|| Failure::new("there is no command to run"))?;
    let name = arguments
        .name
        .clone()
        .unwrap_or_else(|| usual_name(program, rest));
    let client = arguments.elastic.client()?;
    let spool = Spool::open(
        arguments.spool.clone().unwrap_or_else(Spool::usual_folder),
        &name,
    );
    let shipper = Shipper::start(client, spool);
    let reporter = Reporter {
        name: name.clone(),
        run: Uuid::now_v7().simple().to_string(),
        shipper,
    };
    let code = match Child::spawn(program, rest) {
        Ok(child) => {
            let metadata = Map::from_iter([
                ("program".to_owned(), json!(program.to_string_lossy())),
                ("process_id".to_owned(), json!(child.id())),
            ]);
            let message = format!("Started {}", program.to_string_lossy());
            reporter.report(
                "start",
                event_type::SYSTEM_STARTUP,
                Severity::Info,
                message,
                metadata,
            );
            let ending = child
                .follow(
                    &reporter.name,
                    &reporter.run,
                    &reporter.shipper,
                    arguments.quiet,
                )
                .await?;
            report_ending(&reporter, ending);
            ending.exit_code()
        }
        Err(error) => {
            report_unstarted(&reporter, program, &error);
            ExitCode::from(match error.kind() {
                std::io::ErrorKind::NotFound => NOT_FOUND,
                _ => CANNOT_RUN,
            })
        }
    };
    let delivery = reporter.shipper.finish(arguments.flush_timeout).await;
    tell(&delivery);
    Ok(code)
}

/// Writes events about the program itself.
struct Reporter {
    name: String,
    /// Makes the ids of this run's events.
    run: String,
    shipper: Shipper,
}

impl Reporter {
    fn report(
        &self,
        what: &str,
        event_type: &str,
        severity: Severity,
        message: String,
        metadata: Map<String, Value>,
    ) {
        let event = Event {
            timestamp: Timestamp::now(),
            agent_name: self.name.clone(),
            event_type: event_type.to_owned(),
            severity,
            message,
            metadata,
        };
        let Collected { index, source } = document(&event);
        self.shipper
            .send(index, format!("{}-{what}", self.run), source);
    }
}

fn report_ending(reporter: &Reporter, ending: Ending) {
    let mut metadata = Map::new();
    match ending {
        Ending::Exit { code } => metadata.insert("exit_code".to_owned(), json!(code)),
        Ending::Signal { signal, .. } => {
            metadata.insert("signal".to_owned(), json!(child::signal_name(signal)))
        }
    };
    let (severity, kind) = if ending.was_wanted() {
        (Severity::Info, event_type::SYSTEM_SHUTDOWN)
    } else {
        (Severity::Critical, event_type::UNEXPECTED_ERROR)
    };
    let message = format!("{} {ending}", reporter.name);
    reporter.report("end", kind, severity, message, metadata);
}

fn report_unstarted(reporter: &Reporter, program: &OsStr, error: &std::io::Error) {
    let program = program.to_string_lossy();
    let metadata = Map::from_iter([("program".to_owned(), json!(program))]);
    let message = format!("Cannot start {program}: {error}");
    Failure::with_hint(
        message.clone(),
        "check the name of the program; everything after `--` is its command line",
    )
    .print();
    reporter.report(
        "end",
        event_type::UNEXPECTED_ERROR,
        Severity::Critical,
        message,
        metadata,
    );
}

/// An event on its way. `None` for what is no JSON; documents are by construction.
fn outgoing(index: String, id: String, source: Vec<u8>) -> Option<Outgoing> {
    let source = RawValue::from_string(String::from_utf8(source).ok()?).ok()?;
    Some(Outgoing { index, id, source })
}

/// What a person has to know about events that are not at the server.
fn tell(delivery: &Delivery) {
    if let Some(path) = &delivery.spooled {
        let mut text = format!(
            "{} events wait in {}",
            thousands(delivery.waiting),
            path.display()
        );
        if let Some(reason) = &delivery.reason {
            text = format!("{text}: {reason}");
        }
        Failure::with_hint(
            text,
            "they are sent when a program of this name runs again and the server answers",
        )
        .print();
    }
    if delivery.dropped > 0 {
        Failure::new(format!(
            "{} events were lost: they could neither be sent nor written to disk",
            thousands(delivery.dropped)
        ))
        .print();
    }
    if let Some(reason) = &delivery.refusal {
        Failure::new(format!(
            "the server refused {} events; the first: {reason}",
            thousands(delivery.refused)
        ))
        .print();
    }
}

/// The program's name; of an interpreter, the name of what it runs.
fn usual_name(program: &OsStr, arguments: &[std::ffi::OsString]) -> String {
    const INTERPRETERS: [&str; 10] = [
        "python", "node", "ruby", "perl", "bash", "sh", "deno", "bun", "java", "php",
    ];
    let stem = |text: &OsStr| {
        let path = Path::new(text);
        path.file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
    };
    let name = stem(program).unwrap_or_else(|| "program".to_owned());
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    if !INTERPRETERS.contains(&plain) {
        return name;
    }
    arguments
        .iter()
        .find(|argument| !argument.to_string_lossy().starts_with('-'))
        .filter(|argument| PathBuf::from(argument).extension().is_some())
        .and_then(|argument| stem(argument))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_named_after_itself_or_its_script() {
        for (command, expected) in [
            ("/usr/bin/worker --fast", "worker"),
            ("python3.11 -u agents/my_agent.py --port 1", "my_agent"),
            ("python -m agent", "python"),
            ("node dist/index.js", "index"),
        ] {
            let words: Vec<std::ffi::OsString> = command.split(' ').map(Into::into).collect();
            assert_eq!(usual_name(&words[0], &words[1..]), expected, "{command}");
        }
    }
}
