//! `swarmscope journey`: the whole story of a correlation id as a timeline.

mod draw;
mod entries;
mod text;
mod waterfall;

use std::io::Write;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use swarmscope_journey::Journey;

use crate::arguments::JourneyArguments;
use crate::failure::Failure;
use crate::terminal;

/// Columns where there is no terminal: messages in a file may be long.
const COLUMNS: usize = 160;
/// Fewer would leave no room for what happened.
const FEWEST_COLUMNS: usize = 60;

/// Runs the command.
///
/// # Errors
/// When the server cannot be reached, or nothing has the id; then with what may have been meant.
pub async fn run(arguments: JourneyArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let id = utf8_percent_encode(&arguments.correlation_id, NON_ALPHANUMERIC);
    let request = client.get(&format!("/api/v1/journeys/{id}"));
    let mut output = std::io::BufWriter::new(anstream::stdout());
    let written = if arguments.json {
        let reply: Value = client.json(request, "").await?;
        writeln!(output, "{reply:#}")
    } else {
        let journey: Journey = client.json(request, "").await?;
        let text = draw::draw(&journey, columns(), arguments.full);
        output.write_all(text.as_bytes())
    };
    Ok(terminal::unless_closed(
        written.and_then(|()| output.flush()),
    )?)
}

fn columns() -> usize {
    terminal::columns().unwrap_or(COLUMNS).max(FEWEST_COLUMNS)
}
