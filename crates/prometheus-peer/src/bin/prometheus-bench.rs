//! Loads the same month of a swarm into Swarmscope and a real Prometheus, one after the other, and prints
//! what loading, keeping and asking costs each.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};
use clap::Parser;
use serde::Serialize;
use swarmscope_prometheus_peer::dataset::{Scale, history, recent};
use swarmscope_prometheus_peer::load;
use swarmscope_prometheus_peer::server::{Product, Server};

#[derive(Parser)]
struct Arguments {
    /// The release binary of Swarmscope
    #[arg(long)]
    swarmscope: PathBuf,
    /// The binary of Prometheus; `scripts/build-prometheus` prints its folder
    #[arg(long)]
    prometheus: PathBuf,
    /// How often each query is asked
    #[arg(long, default_value_t = 15)]
    repetitions: usize,
    /// A tenth of the data, to see that everything runs
    #[arg(long)]
    quick: bool,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// What one product needed.
#[derive(Serialize)]
struct Figures {
    product: &'static str,
    /// Of thirty days, loaded first and not timed: nobody sends a month at once.
    past_samples: u64,
    /// Of the last hours.
    samples: u64,
    series: u64,
    /// Processor seconds for the last hours, from the first request until the process rests.
    load_cpu_seconds: f64,
    samples_per_cpu_second: f64,
    peak_bytes: u64,
    resting_bytes: u64,
    resting_bytes_per_series: f64,
    folder_bytes: u64,
    /// Of what is in blocks: chunks, series and index, by the samples in them.
    block_bytes_per_sample: Option<f64>,
    queries: Vec<Timing>,
}

#[derive(Serialize)]
struct Timing {
    query: &'static str,
    median_ms: f64,
    p99_ms: f64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let end = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as i64;
    let mut both = Vec::new();
    for (product, binary) in [
        (Product::Swarmscope, &arguments.swarmscope),
        (Product::Prometheus, &arguments.prometheus),
    ] {
        let server = Server::start(product, binary).await?;
        both.push(measure(&server, end, &arguments).await?);
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&both)?);
    } else {
        print(&both[0], &both[1]);
    }
    Ok(())
}

async fn measure(server: &Server, end: i64, arguments: &Arguments) -> Result<Figures> {
    let full = Scale::default();
    let scale = if arguments.quick {
        Scale {
            machines: full.machines / 10,
            histograms: full.histograms / 10,
            many: full.many / 10,
            long: full.long / 10,
        }
    } else {
        full
    };
    let past = history(end, scale);
    let present = recent(end, scale);
    let series = (past.sources.len() + present.sources.len()) as u64;
    let past_samples = load::load(server, past, 1).await?;
    let before = rest(server).await?;
    let samples = load::load(server, present, 4).await?;
    let load_cpu = (rest(server).await? - before).as_secs_f64();
    let resting_bytes = server.memory("VmRSS")?;
    let mut queries = Vec::new();
    for question in QUESTIONS {
        queries.push(time(server, &question, end, arguments.repetitions).await?);
    }
    Ok(Figures {
        product: server.product.name(),
        past_samples,
        samples,
        series,
        load_cpu_seconds: load_cpu,
        samples_per_cpu_second: samples as f64 / load_cpu,
        peak_bytes: server.memory("VmHWM")?,
        resting_bytes,
        resting_bytes_per_series: resting_bytes as f64 / series as f64,
        folder_bytes: size(&server.metrics_folder())?,
        block_bytes_per_sample: block_bytes_per_sample(server).await?,
        queries,
    })
}

/// Both look once a minute whether something is to become a block.
const MAINTENANCE: Duration = Duration::from_secs(75);

/// Waits until everything is in its place: what has become old is in blocks, and three seconds in a row take
/// less than a tenth of a processor. The processor time that was used until then.
async fn rest(server: &Server) -> Result<Duration> {
    tokio::time::sleep(MAINTENANCE).await;
    let mut calm = 0;
    let mut last = server.cpu()?;
    for _ in 0..180 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = server.cpu()?;
        calm = if now - last < Duration::from_millis(100) {
            calm + 1
        } else {
            0
        };
        last = now;
        if calm == 3 {
            break;
        }
    }
    Ok(last)
}

/// A question of the benchmark. `{n}` differs from repetition to repetition, and so do the times.
struct Question {
    name: &'static str,
    query: &'static str,
    /// Length of the range, and step, in seconds; `None` asks at an instant.
    range: Option<(i64, i64)>,
    /// Where it ends, in seconds before the last sample.
    ago: i64,
}

const QUESTIONS: [Question; 6] = [
    Question {
        name: "sum by (rate), 1,000 series, 1 h",
        query: "sum by (instance) (rate({job=\"node\", device=~\"dev[0-4].\"}[5m]))",
        range: Some((3_600, 15)),
        ago: 60,
    },
    Question {
        name: "average over time, 1,000 series, 6 h",
        query: "max by (device) (avg_over_time({job=\"node\", device=~\"dev[5-9].\"}[10m]))",
        range: Some((6 * 3_600, 120)),
        ago: 60,
    },
    Question {
        name: "quantile of 10,000 histogram series",
        query: "histogram_quantile(0.9, sum by (le, job) (rate(latency_seconds_bucket[5m])))",
        range: Some((1_800, 30)),
        ago: 60,
    },
    Question {
        name: "regex over 100,000 series",
        query: "count(many_values{pod=~\"pod-.*[27]{n}\"})",
        range: None,
        ago: 60,
    },
    Question {
        name: "30 days at 1 h steps",
        query: "sum(rate(long_total[1h]))",
        range: Some((30 * 86_400 - 10 * 3_600, 3_600)),
        ago: 6 * 3_600,
    },
    Question {
        name: "instant sum of 100,000 series",
        query: "sum by (job) (many_values)",
        range: None,
        ago: 60,
    },
];

async fn time(
    server: &Server,
    question: &Question,
    end: i64,
    repetitions: usize,
) -> Result<Timing> {
    let mut times = Vec::new();
    for repetition in 0..=repetitions {
        let query = question
            .query
            .replace("{n}", &(repetition % 10).to_string());
        // Shifted, so that nobody answers from what was asked before.
        let end = end / 1_000 - question.ago - repetition as i64;
        let (path, mut parameters) = match question.range {
            None => ("query", vec![("time", end.to_string())]),
            Some((length, step)) => (
                "query_range",
                vec![
                    ("start", (end - length).to_string()),
                    ("end", end.to_string()),
                    ("step", step.to_string()),
                ],
            ),
        };
        parameters.push(("query", query));
        let started = Instant::now();
        let answer = server.text(path, &parameters).await?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        let full = answer.contains("\"status\":\"success\"") && !answer.contains("\"result\":[]");
        ensure!(
            full,
            "{}: {}: {answer:.300}",
            server.product.name(),
            question.name
        );
    }
    // The first one is cold on both sides.
    times.remove(0);
    times.sort_by(f64::total_cmp);
    Ok(Timing {
        query: question.name,
        median_ms: times[times.len() / 2],
        p99_ms: times[(times.len() * 99 / 100).min(times.len() - 1)],
    })
}

/// Bytes of a file, or of everything in a folder.
fn size(path: &Path) -> Result<u64> {
    if !path.is_dir() {
        return Ok(path.metadata()?.len());
    }
    let mut bytes = 0;
    for entry in std::fs::read_dir(path)? {
        bytes += size(&entry?.path())?;
    }
    Ok(bytes)
}

async fn block_bytes_per_sample(server: &Server) -> Result<Option<f64>> {
    let answer = server.get("status/tsdb/blocks").await?;
    let (mut bytes, mut samples) = (0, 0);
    for block in answer["data"]["blocks"].as_array().into_iter().flatten() {
        let name = block["ulid"].as_str().unwrap_or_default();
        let path = match server.product {
            Product::Prometheus => server.metrics_folder().join(name),
            Product::Swarmscope => server
                .metrics_folder()
                .join("blocks")
                .join(format!("{name}.block")),
        };
        bytes += size(&path)?;
        samples += block["stats"]["numSamples"].as_u64().unwrap_or(0);
    }
    Ok((samples > 0).then(|| bytes as f64 / samples as f64))
}

fn print(ours: &Figures, theirs: &Figures) {
    let row = |name: &str, ours: f64, theirs: f64| {
        println!(
            "{name:<38} {ours:>14.2} {theirs:>14.2} {:>8.2}",
            ours / theirs
        );
    };
    println!(
        "{:<38} {:>14} {:>14} {:>8}",
        "", ours.product, theirs.product, "ratio"
    );
    println!(
        "{} samples of {} series, and {} of the past",
        ours.samples, ours.series, ours.past_samples
    );
    row(
        "CPU s to load",
        ours.load_cpu_seconds,
        theirs.load_cpu_seconds,
    );
    row(
        "samples per CPU s",
        ours.samples_per_cpu_second,
        theirs.samples_per_cpu_second,
    );
    row(
        "peak memory, MB",
        ours.peak_bytes as f64 / 1e6,
        theirs.peak_bytes as f64 / 1e6,
    );
    row(
        "memory at rest, B per series",
        ours.resting_bytes_per_series,
        theirs.resting_bytes_per_series,
    );
    row(
        "folder, MB",
        ours.folder_bytes as f64 / 1e6,
        theirs.folder_bytes as f64 / 1e6,
    );
    let per_sample = |figures: &Figures| figures.block_bytes_per_sample.unwrap_or(f64::NAN);
    row("blocks, B per sample", per_sample(ours), per_sample(theirs));
    let mut product = 1.0;
    for (ours, theirs) in ours.queries.iter().zip(&theirs.queries) {
        row(
            &format!("{}, ms", ours.query),
            ours.median_ms,
            theirs.median_ms,
        );
        product *= ours.median_ms / theirs.median_ms;
    }
    let mean = f64::powf(product, 1.0 / ours.queries.len() as f64);
    println!(
        "{:<38} {:>14} {:>14} {mean:>8.2}",
        "geometric mean of the queries", "", ""
    );
}
