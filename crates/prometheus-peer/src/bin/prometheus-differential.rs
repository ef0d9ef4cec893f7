//! Asks Swarmscope and a real Prometheus the same questions about the same samples; ends with 1 when an
//! answer differs that is not in the list of known differences.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::Parser;
use swarmscope_prometheus_peer::server::{Product, Server};
use swarmscope_prometheus_peer::{answers, dataset, load, templates};

#[derive(Parser)]
struct Arguments {
    /// The binary of Swarmscope
    #[arg(long)]
    swarmscope: PathBuf,
    /// The binary of Prometheus; `scripts/build-prometheus` prints its folder
    #[arg(long)]
    prometheus: PathBuf,
    /// Only queries that contain this
    #[arg(long, default_value = "")]
    only: String,
    /// Differences that stay, each with its reason: a query, a tab, the reason
    #[arg(long)]
    known: Option<PathBuf>,
}

/// One way to ask a query.
struct Question {
    name: &'static str,
    path: &'static str,
    parameters: Vec<(&'static str, String)>,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let ours = Server::start(Product::Swarmscope, &arguments.swarmscope).await?;
    let theirs = Server::start(Product::Prometheus, &arguments.prometheus).await?;
    let end = now() / 60_000 * 60_000;
    for server in [&ours, &theirs] {
        let samples = load::load(server, dataset::small(end), 4).await?;
        eprintln!("{}: {samples} samples loaded", server.product.name());
    }
    let known = known(arguments.known)?;
    let queries = templates::queries();
    let (mut asked, mut same, mut expected) = (0, 0, 0);
    for query in queries
        .iter()
        .filter(|query| query.contains(&arguments.only))
    {
        for question in questions(query, end) {
            let (ours, theirs) = tokio::try_join!(
                ours.json(question.path, &question.parameters),
                theirs.json(question.path, &question.parameters)
            )?;
            asked += 1;
            match answers::difference(&ours, &theirs) {
                None => same += 1,
                Some(_) if known.iter().any(|each| each == query) => expected += 1,
                Some(difference) => println!("{} {query}\n    {difference}", question.name),
            }
        }
    }
    println!(
        "{} queries, {asked} questions: {same} answers agree, {expected} differ as listed, {} differ",
        queries.len(),
        asked - same - expected
    );
    Ok(if asked == same + expected && asked > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// At an instant off the sample grid, over a range on it, and over a range with a step that fits nothing.
fn questions(query: &str, end: i64) -> [Question; 3] {
    let seconds = |milliseconds: i64| (milliseconds as f64 / 1e3).to_string();
    let range = |name, start, end, step: &str| Question {
        name,
        path: "query_range",
        parameters: vec![
            ("query", query.to_owned()),
            ("start", seconds(start)),
            ("end", seconds(end)),
            ("step", step.to_owned()),
        ],
    };
    const MINUTE: i64 = 60_000;
    [
        Question {
            name: "instant",
            path: "query",
            parameters: vec![
                ("query", query.to_owned()),
                ("time", seconds(end - 25 * MINUTE + 7_123)),
            ],
        },
        range("range  ", end - 100 * MINUTE, end - 20 * MINUTE, "60"),
        range("off    ", end - 130 * MINUTE, end + 10 * MINUTE, "137.5"),
    ]
}

fn known(file: Option<PathBuf>) -> Result<Vec<String>> {
    let Some(file) = file else {
        return Ok(Vec::new());
    };
    let text = std::fs::read_to_string(file)?;
    let queries = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'));
    Ok(queries.map(|(query, _)| query.to_owned()).collect())
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}
