//! The program: its start, its output, its signals, its end.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use swarmscope_collect::document::{Origin, collected};
use swarmscope_collect::pieces::PieceReader;
use swarmscope_model::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

use super::shipper::Shipper;
use crate::failure::Failure;

/// Bytes between the program's output and its being read as lines.
const PIPE_BYTES: usize = 256 * 1024;
/// Signals that are passed on to the program.
const PASSED_ON: [(SignalKind, Signal); 5] = [
    (SignalKind::terminate(), Signal::SIGTERM),
    (SignalKind::interrupt(), Signal::SIGINT),
    (SignalKind::hangup(), Signal::SIGHUP),
    (SignalKind::user_defined1(), Signal::SIGUSR1),
    (SignalKind::user_defined2(), Signal::SIGUSR2),
];
/// How long output may stay open after the program's end: a grandchild may hold it for ever.
const GRACE: std::time::Duration = std::time::Duration::from_secs(5);

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Exit {
        code: i32,
    },
    Signal {
        signal: i32,
        /// Whether it was one that somebody sent to us.
        passed_on: bool,
    },
}

/// A program that runs.
pub struct Child {
    process: tokio::process::Child,
}

impl Child {
    /// Starts the program. It has our standard input.
    ///
    /// # Errors
    /// When it is not found or may not be run.
    pub fn spawn(program: &OsStr, arguments: &[OsString]) -> std::io::Result<Self> {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if std::env::var_os("PYTHONUNBUFFERED").is_none() {
            // Python keeps lines back when its output is no terminal.
            command.env("PYTHONUNBUFFERED", "1");
        }
        Ok(Self {
            process: command.spawn()?,
        })
    }

    /// Its process id.
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Sends its output on until it ends.
    ///
    /// # Errors
    /// When we cannot listen for signals or wait for it.
    pub async fn follow(
        mut self,
        name: &str,
        run: &str,
        shipper: &Shipper,
        quiet: bool,
    ) -> Result<Ending, Failure> {
        let mut readers = Vec::new();
        if let Some(output) = self.process.stdout.take() {
            let echo = (!quiet).then(tokio::io::stdout);
            readers.extend(read(output, echo, origin(name, "stdout"), run, shipper));
        }
        if let Some(errors) = self.process.stderr.take() {
            let echo = (!quiet).then(tokio::io::stderr);
            readers.extend(read(errors, echo, origin(name, "stderr"), run, shipper));
        }
        let (status, passed_on) = self.wait().await?;
        for reader in readers {
            if tokio::time::timeout(GRACE, reader).await.is_err() {
                Failure::new(format!(
                    "{name} has ended, but somebody holds its output open"
                ))
                .print();
            }
        }
        Ok(ending(status, passed_on))
    }

    /// Waits for the end, and passes signals on.
    async fn wait(&mut self) -> Result<(ExitStatus, Vec<i32>), Failure> {
        let (sender, mut signals) = tokio::sync::mpsc::unbounded_channel();
        for (kind, number) in PASSED_ON {
            let mut stream = signal(kind)?;
            let sender = sender.clone();
            tokio::spawn(async move {
                while stream.recv().await.is_some() && sender.send(number).is_ok() {}
            });
        }
        let terminal = std::io::IsTerminal::is_terminal(&std::io::stdin());
        let mut passed_on = Vec::new();
        loop {
            tokio::select! {
                status = self.process.wait() => return Ok((status?, passed_on)),
                Some(number) = signals.recv() => {
                    passed_on.push(number as i32);
                    // A terminal sends Ctrl-C to the program as well.
                    if terminal && number == Signal::SIGINT {
                        continue;
                    }
                    if let Some(id) = self.process.id().and_then(|id| i32::try_from(id).ok()) {
                        // It may have ended just now, which the next round sees.
                        let _ = kill(Pid::from_raw(id), number);
                    }
                }
            }
        }
    }
}

fn origin(name: &str, stream: &'static str) -> Origin {
    Origin {
        agent_name: name.to_owned(),
        stream,
    }
}

/// Two tasks: one copies the output through, the other makes events of it.
fn read(
    mut output: impl AsyncRead + Unpin + Send + 'static,
    mut echo: Option<impl AsyncWrite + Unpin + Send + 'static>,
    origin: Origin,
    run: &str,
    shipper: &Shipper,
) -> [JoinHandle<()>; 2] {
    let (mut copy, original) = tokio::io::duplex(PIPE_BYTES);
    let through = tokio::spawn(async move {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = output.read(&mut buffer).await {
            let bytes = &buffer[..length];
            if let Some(writer) = &mut echo
                && (writer.write_all(bytes).await.is_err() || writer.flush().await.is_err())
            {
                // Nobody reads what we print; the events go on.
                echo = None;
            }
            if copy.write_all(bytes).await.is_err() {
                return;
            }
        }
    });
    let (shipper, run) = (shipper.clone(), run.to_owned());
    let events = tokio::spawn(async move {
        let mut pieces = PieceReader::new(BufReader::new(original));
        let mut number = 0_u64;
        while let Ok(Some(piece)) = pieces.next().await {
            number += 1;
            if let Some(document) = collected(piece, &origin, Timestamp::now()) {
                let id = format!("{run}-{}-{number}", origin.stream);
                shipper.send(document.index, id, document.source);
            }
        }
    });
    [through, events]
}

fn ending(status: ExitStatus, passed_on: Vec<i32>) -> Ending {
    match status.signal() {
        Some(signal) => Ending::Signal {
            signal,
            passed_on: passed_on.contains(&signal),
        },
        None => Ending::Exit {
            code: status.code().unwrap_or_default(),
        },
    }
}

/// `SIGSEGV` for 11.
pub fn signal_name(signal: i32) -> String {
    Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |name| name.to_string())
}

impl Ending {
    /// Whether this is how it should end.
    pub fn was_wanted(self) -> bool {
        match self {
            Ending::Exit { code } => code == 0,
            Ending::Signal { passed_on, .. } => passed_on,
        }
    }

    /// The status that we end with: its own, or as shells answer for a signal.
    pub fn exit_code(self) -> ExitCode {
        let code = match self {
            Ending::Exit { code } => code,
            Ending::Signal { signal, .. } => 128 + signal,
        };
        ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Exit { code: 0 } => formatter.write_str("ended"),
            Ending::Exit { code } => write!(formatter, "ended with exit code {code}"),
            Ending::Signal { signal, passed_on } => {
                let how = if *passed_on {
                    "was stopped"
                } else {
                    "was killed"
                };
                write!(formatter, "{how} by {}", signal_name(*signal))
            }
        }
    }
}
