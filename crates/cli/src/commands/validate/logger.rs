//! Whether what an agent logs has the contract's shape, at the level that `LOG_LEVEL` sets: a child
//! process logs, and its lines are read.

use std::process::Stdio;

use serde_json::Value;
use swarmscope_model::Severity;
use swarmscope_sdk::Logger;
use tokio::process::Command;

use super::Report;

const SECTION: &str = "Logging";
const EVENT_TYPE: &str = "validation";
/// The agent that the child process is.
pub const AGENT: &str = "validation_agent";

/// What the child process logs: one event of each severity, the last two with an error at hand.
pub fn log_samples() {
    let logger = Logger::from_env(AGENT);
    for severity in Severity::ALL {
        let message = format!("a sample of {}", severity.as_str());
        let record = logger
            .event(severity, EVENT_TYPE, message)
            .correlation_id("validation");
        if severity >= Severity::Error {
            record
                .error(&std::io::Error::other("an error on purpose"))
                .emit();
        } else {
            record.emit();
        }
    }
    logger.flush(std::time::Duration::from_secs(5));
}

/// Checks shape, levels and exceptions.
pub async fn check(report: &mut Report) {
    report.note(
        SECTION,
        "Events have the contract's shape",
        lines(Some("DEBUG")).await.and_then(|lines| shape(&lines)),
        "this is a fault of Swarmscope: please report it",
    );
    for (level, expected) in [
        (Some("DEBUG"), 5),
        (None, 4),
        (Some("warning"), 3),
        (Some("ERROR"), 2),
        (Some("CRITICAL"), 1),
        (Some("nonsense"), 5),
    ] {
        let name = match level {
            Some(level) => format!("LOG_LEVEL={level}"),
            None => "LOG_LEVEL unset".to_owned(),
        };
        // A bad value means INFO and one warning.
        let what = if level == Some("nonsense") {
            "INFO and above, and a warning"
        } else {
            "what is at or above it"
        };
        let result = lines(level).await.and_then(|lines| {
            if lines.len() == expected {
                Ok(format!("logs {what}"))
            } else {
                Err(format!("{} lines instead of {expected}", lines.len()))
            }
        });
        report.note(
            SECTION,
            name,
            result,
            "LOG_LEVEL is one of DEBUG, INFO, WARNING, ERROR, CRITICAL",
        );
    }
    report.note(
        SECTION,
        "Errors carry their stack",
        lines(Some("ERROR"))
            .await
            .and_then(|lines| exceptions(&lines)),
        "log inside the error's handler: `log(…)` in `except`, `.error(&error)` in Rust",
    );
}

/// What the child logs at this level.
async fn lines(level: Option<&str>) -> Result<Vec<Value>, String> {
    let binary = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(binary);
    command.arg("log-samples").stdin(Stdio::null());
    match level {
        Some(level) => command.env("LOG_LEVEL", level),
        None => command.env_remove("LOG_LEVEL"),
    };
    let output = command.output().await.map_err(|error| error.to_string())?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| {
            serde_json::from_str(line).map_err(|error| format!("{line:?} is no JSON: {error}"))
        })
        .collect()
}

fn shape(lines: &[Value]) -> Result<String, String> {
    let fields = [
        "timestamp",
        "agent_name",
        "event_type",
        "severity",
        "message",
    ];
    for line in lines {
        let text = fields.iter().find(|field| !line[**field].is_string());
        if let Some(field) = text {
            return Err(format!("{field} is missing in {line}"));
        }
        if line["metadata"]["correlation_id"] != "validation" {
            return Err(format!("metadata.correlation_id is missing in {line}"));
        }
    }
    match lines.len() {
        0 => Err("nothing was logged".to_owned()),
        count => Ok(format!("{count} lines of JSON with every field")),
    }
}

fn exceptions(lines: &[Value]) -> Result<String, String> {
    for line in lines {
        let exception = &line["metadata"]["exception"];
        let lines = exception["traceback"].as_array().map_or(0, Vec::len);
        if !exception["type"].is_string() || !exception["message"].is_string() || lines == 0 {
            return Err(format!("metadata.exception is missing in {line}"));
        }
    }
    match lines.len() {
        0 => Err("no error was logged".to_owned()),
        _ => Ok("metadata.exception has type, message and traceback".to_owned()),
    }
}
