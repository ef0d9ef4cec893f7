//! `swarmscope bench logs`: loads the same events into a server of our own and into others, asks all of
//! them the same questions, and prints what it cost.
//!
//! Servers are processes of their own whose processor time, memory and folders are read from outside, so
//! that what this command does itself counts for nobody. Answers are compared: who finds less is not faster.

mod answer;
mod batch;
mod contender;
mod dashboard;
mod elastic;
mod figures;
mod journey;
mod launch;
mod load;
mod peer;
mod queries;
mod question;
mod settle;
mod table;
mod victorialogs;

use std::process::ExitCode;

use swarmscope_bench_events::Events;
use swarmscope_model::Timestamp;

use crate::arguments::BenchLogsArguments;
use crate::commands::bench::process::Memory;
use crate::failure::Failure;
pub use batch::BatchSizes;
use contender::Contender;
use figures::{Figures, Report};
pub use peer::Peer;

/// The events end at the last full half hour, so that the histogram has 48 buckets.
const BUCKET_MS: i64 = 30 * 60 * 1000;
const SPAN_MS: i64 = 48 * BUCKET_MS;

/// Runs the command; ends with 1 when answers differ.
///
/// # Errors
/// When a server cannot be started or reached, or refuses events.
pub async fn run(arguments: BenchLogsArguments) -> Result<ExitCode, Failure> {
    let end = Timestamp::now().as_millisecond() / BUCKET_MS * BUCKET_MS;
    let events = Events::new(arguments.seed, arguments.events, end - SPAN_MS..end);
    let mut contenders = vec![Contender::ours()?];
    for peer in &arguments.against {
        contenders.push(Contender::peer(peer)?);
    }
    let mut figures: Vec<Figures> = contenders.iter().map(Contender::figures).collect();
    for (round, connections) in arguments.connections.iter().enumerate() {
        for (contender, figures) in contenders.iter_mut().zip(&mut figures) {
            contender.begin(round).await?;
            let plan = load::Plan {
                connections: *connections,
                batch: arguments.batch,
            };
            let loaded = load::run(contender, &events, &plan, arguments.patience).await?;
            figures.raw_bytes = loaded.raw_bytes;
            figures.loads.push(loaded);
            // What rests meanwhile takes no processor time and no memory from the others.
            if round + 1 < arguments.connections.len() {
                contender.end_round().await?;
            }
        }
    }
    for (contender, figures) in contenders.iter_mut().zip(&mut figures) {
        figures.version = contender.version().await;
        figures.idle_rss_bytes = contender.memory(Memory::Now);
        figures.restart_ms = contender.restart(&events).await?;
        figures.restarted_rss_bytes = figures
            .restart_ms
            .and_then(|_| contender.memory(Memory::Now));
    }
    queries::run(&contenders, &events, arguments.repetitions, &mut figures).await;
    for (contender, figures) in contenders.iter().zip(&mut figures) {
        journey::run(contender, &events, arguments.repetitions, figures).await;
    }
    let report = Report::new(&arguments, figures);
    if arguments.json {
        let text = serde_json::to_string_pretty(&report);
        anstream::println!("{}", text.map_err(anyhow::Error::from)?);
    } else {
        anstream::print!("{}", table::draw(&report));
    }
    for contender in contenders {
        contender.end().await?;
    }
    Ok(if report.all_agree() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
