//! A child process under care: its output becomes events, its end an event, and it is started again.

use std::ffi::OsString;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Map, json};
use swarmscope_model::event::event_type;
use swarmscope_model::names::daily_index;
use swarmscope_model::{Event, Severity, Timestamp};
use tokio::io::{AsyncRead, BufReader};
use tokio::process::Command;
use tokio::sync::watch;
use uuid::Uuid;

use crate::document::{Collected, Origin, collected};
use crate::pieces::PieceReader;
use crate::sink::Sink;

/// What to run.
#[derive(Debug, Clone)]
pub struct Program {
    /// Who it is in events that it does not write itself.
    pub agent_name: String,
    pub command: OsString,
    pub arguments: Vec<OsString>,
    pub environment: Vec<(OsString, OsString)>,
    /// How long after its end it is started again.
    pub restart_after: Duration,
}

/// How long a child may take to end after its standard input was closed.
const GRACE: Duration = Duration::from_secs(8);

/// Runs the program, again and again, until `stop` turns true.
///
/// The child is told to stop by the end of its standard input, which also comes when this process is
/// killed: no child outlives its parent. One that does not listen is killed after a while.
pub async fn supervise(program: Program, sink: Sink, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match run_once(&program, &sink, &mut stop).await {
            Ok(Some(status)) => report_end(&program, status, &sink).await,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(
                    agent = program.agent_name,
                    "cannot start the process: {error}"
                );
            }
        }
        let stopped = tokio::time::timeout(program.restart_after, stop.wait_for(|stop| *stop));
        if stopped.await.is_ok() {
            return;
        }
        tracing::info!(agent = program.agent_name, "starting the process again");
    }
}

/// One life of the child; `None` when it ended because it was asked to.
async fn run_once(
    program: &Program,
    sink: &Sink,
    stop: &mut watch::Receiver<bool>,
) -> std::io::Result<Option<ExitStatus>> {
    let mut child = Command::new(&program.command)
        .args(&program.arguments)
        .envs(program.environment.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let run = Uuid::now_v7().simple().to_string();
    let output = child
        .stdout
        .take()
        .map(|stream| collect(stream, program, "stdout", sink, &run));
    let errors = child
        .stderr
        .take()
        .map(|stream| collect(stream, program, "stderr", sink, &run));
    // Held here because waiting for a child closes its standard input, which means "stop" to it.
    let input = child.stdin.take();
    let status = tokio::select! {
        status = child.wait() => Some(status?),
        _ = stop.wait_for(|stop| *stop) => None,
    };
    drop(input);
    if status.is_none() && tokio::time::timeout(GRACE, child.wait()).await.is_err() {
        child.kill().await?;
    }
    for reader in [output, errors].into_iter().flatten() {
        // What the child wrote last is still in the pipe; a grandchild may hold it open for ever.
        if tokio::time::timeout(GRACE, reader).await.is_err() {
            tracing::warn!(
                agent = program.agent_name,
                "the output stayed open after the end"
            );
        }
    }
    Ok(status)
}

/// Sends every piece of the stream to the sink, in a task of its own.
fn collect(
    stream: impl AsyncRead + Unpin + Send + 'static,
    program: &Program,
    name: &'static str,
    sink: &Sink,
    run: &str,
) -> tokio::task::JoinHandle<()> {
    let origin = Origin {
        agent_name: program.agent_name.clone(),
        stream: name,
    };
    let (sink, run) = (sink.clone(), run.to_owned());
    tokio::spawn(async move {
        let mut pieces = PieceReader::new(BufReader::new(stream));
        let mut number = 0_u64;
        loop {
            let piece = match pieces.next().await {
                Ok(Some(piece)) => piece,
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(agent = origin.agent_name, "cannot read {name}: {error}");
                    return;
                }
            };
            number += 1;
            let Some(document) = collected(piece, &origin, Timestamp::now()) else {
                continue;
            };
            if sink
                .send(document, format!("{run}-{name}-{number}"))
                .await
                .is_err()
            {
                return;
            }
        }
    })
}

async fn report_end(program: &Program, status: ExitStatus, sink: &Sink) {
    let (severity, kind) = if status.success() {
        (Severity::Warning, event_type::SYSTEM_SHUTDOWN)
    } else {
        (Severity::Critical, event_type::UNEXPECTED_ERROR)
    };
    let mut metadata = Map::new();
    metadata.insert("exit_status".to_owned(), json!(status.to_string()));
    metadata.insert(
        "restart_after_seconds".to_owned(),
        json!(program.restart_after.as_secs_f64()),
    );
    let now = Timestamp::now();
    let event = Event {
        timestamp: now,
        agent_name: program.agent_name.clone(),
        event_type: kind.to_owned(),
        severity,
        message: format!("The process of {} ended: {status}", program.agent_name),
        metadata,
    };
    let document = Collected {
        index: daily_index(&program.agent_name, now),
        source: event.to_json_line().into_bytes(),
    };
    if sink
        .send(document, Uuid::now_v7().simple().to_string())
        .await
        .is_err()
    {
        tracing::warn!(agent = program.agent_name, "the process ended: {status}");
    }
}
