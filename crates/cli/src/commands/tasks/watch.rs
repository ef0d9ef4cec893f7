//! Prints tasks as they change, until the server goes or we are interrupted.

use std::io::Write;

use serde::Deserialize;
use swarmscope_model::Timestamp;
use swarmscope_model::state::Task;

use super::text;
use crate::arguments::WatchArguments;
use crate::event_stream::EventStream;
use crate::failure::Failure;
use crate::terminal::warn;

#[derive(Deserialize)]
struct Changed {
    tasks: Vec<Task>,
}

/// Runs the command.
///
/// # Errors
/// When the server cannot be reached, or closes the connection.
pub async fn run(arguments: &WatchArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let request = client
        .get("/api/v1/tasks/watch")
        .query(&arguments.which.scope());
    let mut stream = EventStream::new(client.accepted(request, "").await?);
    let mut output = anstream::stdout();
    loop {
        let event = stream.next().await?;
        match event.name.as_str() {
            "tasks" => {
                let changed: Changed = event.body()?;
                let printed = print(&mut output, &changed.tasks, arguments.json);
                if printed.as_ref().is_err_and(is_closed) {
                    return Ok(());
                }
                printed?;
            }
            "lagged" => warn("more tasks changed than are shown here"),
            _ => {}
        }
    }
}

/// Whether nobody reads standard output any more, as after `| head`.
fn is_closed(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::BrokenPipe
}

fn print(output: &mut impl Write, tasks: &[Task], json: bool) -> std::io::Result<()> {
    for task in tasks {
        match json {
            true => writeln!(output, "{}", serde_json::to_string(task)?)?,
            false => write!(output, "{}", text::line(task, Timestamp::now()))?,
        }
    }
    output.flush()
}
