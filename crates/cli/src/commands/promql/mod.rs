//! `swarmscope promql`: asks a Prometheus, ours or any other, and shows the answer as a table or a chart.

mod answer;
mod chart;
mod table;
mod time;

use std::time::Duration;

use swarmscope_model::Timestamp;

use crate::arguments::PromqlArguments;
use crate::client::Client;
use crate::failure::Failure;
use crate::terminal::FAINT;
use answer::Answer;

/// Steps of a range when none is given: as many as a chart has room for, with two dots a column.
const STEPS: u32 = 160;
/// The shortest step that is chosen by itself; nobody scrapes more often.
const SHORTEST_STEP: Duration = Duration::from_secs(1);

/// Runs the command.
///
/// # Errors
/// When the query is none, fails, or the server cannot be reached.
pub async fn run(arguments: PromqlArguments) -> Result<(), Failure> {
    let client = Client::new(
        &arguments.server,
        arguments.credentials.resolve()?,
        "--server",
    );
    let end = time::instant(arguments.time.as_deref())?;
    let seconds = |time: Timestamp| (time.as_millisecond() as f64 / 1_000.0).to_string();
    let mut form = vec![("query", arguments.query.clone())];
    let path = match arguments.range {
        None => {
            form.push(("time", seconds(end)));
            "/api/v1/query"
        }
        Some(range) => {
            let start = end.as_millisecond() - range.as_millis() as i64;
            let step = arguments.step.unwrap_or((range / STEPS).max(SHORTEST_STEP));
            form.push(("start", seconds(Timestamp::from_millisecond(start))));
            form.push(("end", seconds(end)));
            form.push(("step", step.as_secs_f64().to_string()));
            "/api/v1/query_range"
        }
    };
    let answer = answer::ask(&client, path, &form, &arguments.query).await?;
    if arguments.json {
        anstream::println!("{}", answer.data);
        return Ok(());
    }
    let Answer {
        value,
        warnings,
        infos,
        ..
    } = answer;
    for (kind, text) in warnings
        .iter()
        .map(|text| ("warning", text))
        .chain(infos.iter().map(|text| ("info", text)))
    {
        anstream::eprintln!("{FAINT}{kind}: {text}{FAINT:#}");
    }
    let text = if arguments.range.is_some() {
        chart::draw(&value, chart::width())
    } else {
        table::draw(&value)
    };
    anstream::print!("{text}");
    Ok(())
}
