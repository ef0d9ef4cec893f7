//! Generates samples like a node exporter's, stores them, and prints what memory, log, disk, append,
//! replay and queries cost:
//! `cargo run --release -p swarmscope-metricstore --example measure_metrics -- [SERIES] [HOURS] [FOLDER]`.
//!
//! Figures are this machine's, of this run; CPU seconds are the ones to trust. What it takes to generate
//! the samples is not counted.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use swarmscope_metricstore::{EmbeddedMetrics, Options, SeriesBudgets};
use swarmscope_model::metrics::{
    Append, Durability, Labels, MatchOperator, Matcher, MetricStore, Queryable, SampleValue,
    Selection, SeriesSamples,
};

/// Milliseconds between two scrapes.
const INTERVAL: i64 = 15_000;
/// Series of one target.
const TARGET: usize = 500;
/// Start of the samples: an end of a block.
const START: i64 = 1_699_999_200_000;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [command, folder] = arguments.as_slice()
        && command == "replay"
    {
        return replay(Path::new(folder));
    }
    let series = arguments.first().map_or(Ok(10_000), |text| text.parse())?;
    let hours: i64 = arguments.get(1).map_or(Ok(6), |text| text.parse())?;
    let scratch = tempfile::tempdir()?;
    let folder = arguments
        .get(2)
        .map_or(scratch.path().join("metrics"), PathBuf::from);
    let before = memory("VmRSS:");
    let store = EmbeddedMetrics::open(options(&folder))?;
    let mut load = Load::new(series);
    let own = memory("VmRSS:");
    println!(
        "series              {series:>9}   {hours} hours, a sample every {} s",
        INTERVAL / 1000
    );
    let mut cost = Cost::default();
    let scrapes = hours * 3_600_000 / INTERVAL;
    for scrape in 0..scrapes {
        load.scrape(&store, START + scrape * INTERVAL, &mut cost)?;
        if scrape == 0 || scrape == 2 * 3_600_000 / INTERVAL - 1 {
            let grown = (memory("VmRSS:") - own) as f64 * 1024.0 / series as f64;
            println!(
                "memory a series     {grown:>9.0} B   after {} scrapes",
                scrape + 1
            );
        }
    }
    println!(
        "append              {:>9.0} samples a CPU second ({} samples)",
        cost.samples as f64 / cost.cpu,
        cost.samples
    );
    let log = store.stats();
    println!(
        "log                 {:>9.2} B a sample",
        log.wal_bytes as f64 / cost.samples as f64
    );
    drop(store);
    println!("replay of the log");
    replay_in_child(&folder)?;
    let store = EmbeddedMetrics::open(options(&folder))?;
    let cpu = cpu_seconds();
    store.maintain();
    let cpu = cpu_seconds() - cpu;
    let blocks = store.blocks();
    let samples: u64 = blocks.iter().map(|block| block.samples).sum();
    println!(
        "blocks              {:>9.3} B a sample   {} blocks, {} MB, {:.1} million samples a CPU second",
        store.stats().block_bytes as f64 / samples as f64,
        blocks.len(),
        store.stats().block_bytes / 1_000_000,
        samples as f64 / cpu / 1e6,
    );
    queries(&store, hours)?;
    store.close();
    drop(store);
    println!("open after a clean close");
    replay_in_child(&folder)?;
    println!(
        "memory, before and peak {before} kB, {} kB",
        memory("VmHWM:")
    );
    Ok(())
}

fn options(folder: &Path) -> Options {
    Options {
        retention_age: None,
        retention_bytes: None,
        // Background work is done when it is measured.
        maintenance_interval: std::time::Duration::from_secs(24 * 3600),
        budgets: SeriesBudgets {
            all: usize::MAX,
            per_metric: usize::MAX,
            per_target: usize::MAX,
        },
        ..Options::new(folder)
    }
}

fn replay_in_child(folder: &Path) -> Result<(), Failure> {
    let status = Command::new(std::env::current_exe()?)
        .arg("replay")
        .arg(folder)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err("the child failed".into())
    }
}

fn replay(folder: &Path) -> Result<(), Failure> {
    let (begin, cpu) = (Instant::now(), cpu_seconds());
    let store = EmbeddedMetrics::open(options(folder))?;
    println!(
        "  {:.2} s, {:.2} CPU s, {} series, memory now {} kB, peak {} kB",
        begin.elapsed().as_secs_f64(),
        cpu_seconds() - cpu,
        store.stats().series,
        memory("VmRSS:"),
        memory("VmHWM:")
    );
    // Leaves the folder as it is: no checkpoint is written.
    drop(store);
    Ok(())
}

/// What appending has cost.
#[derive(Default)]
struct Cost {
    cpu: f64,
    samples: u64,
}

/// A series' way to its next value.
#[derive(Clone, Copy)]
struct Source {
    kind: usize,
    value: f64,
    random: u64,
}

struct Load {
    batches: Vec<Vec<Append>>,
    sources: Vec<Vec<Source>>,
}

impl Load {
    fn new(series: usize) -> Self {
        let (mut batches, mut sources) = (Vec::new(), Vec::new());
        for first in (0..series).step_by(TARGET) {
            let numbers = first..(first + TARGET).min(series);
            batches.push(numbers.clone().map(append).collect());
            sources.push(numbers.map(source).collect());
        }
        Self { batches, sources }
    }

    /// One scrape of every target, each at its own time.
    fn scrape(
        &mut self,
        store: &EmbeddedMetrics,
        time: i64,
        cost: &mut Cost,
    ) -> Result<(), Failure> {
        for (target, (batch, sources)) in self.batches.iter_mut().zip(&mut self.sources).enumerate()
        {
            // Scrapes are spread over the interval, and are some milliseconds off now and then.
            let jitter = (mix(time as u64 ^ target as u64) % 100 / 97) as i64 * 3;
            let time = time + (target as i64 * 7919) % INTERVAL + jitter;
            for (append, source) in batch.iter_mut().zip(sources) {
                append.timestamp = time;
                append.value = SampleValue::Float(source.next());
            }
            let cpu = cpu_seconds();
            let outcome = store.append(batch, Durability::Buffered)?;
            cost.cpu += cpu_seconds() - cpu;
            cost.samples += batch.len() as u64;
            if let Some((_, refusal)) = outcome.refused.first() {
                return Err(refusal.clone().into());
            }
            for (append, id) in batch.iter_mut().zip(outcome.series) {
                append.series = id;
            }
        }
        Ok(())
    }
}

fn append(number: usize) -> Append {
    let (target, own) = (number / TARGET, number % TARGET);
    let labels = Labels::from_pairs([
        (
            "__name__",
            format!("node_{}_{}_total", NAMES[own % NAMES.len()], own / 20),
        ),
        (
            "instance",
            format!("10.0.{}.{}:9100", target / 250, target % 250),
        ),
        ("job", "node".to_owned()),
        ("device", format!("dev{}", own % 10)),
        ("mode", MODES[own % MODES.len()].to_owned()),
    ]);
    Append {
        labels,
        series: None,
        timestamp: 0,
        value: SampleValue::Float(0.0),
        exemplar: None,
    }
}

const NAMES: [&str; 5] = [
    "cpu_seconds",
    "network_bytes",
    "disk_ops",
    "memory_bytes",
    "filesystem_files",
];
const MODES: [&str; 8] = [
    "idle", "iowait", "irq", "nice", "softirq", "steal", "system", "user",
];

fn source(number: usize) -> Source {
    let random = mix(number as u64);
    Source {
        kind: number % 20,
        value: (random % 1_000_000) as f64,
        random,
    }
}

impl Source {
    fn next(&mut self) -> f64 {
        self.random = mix(self.random);
        let random = self.random >> 16;
        match self.kind {
            // Constants: sizes, limits, counters of what never happens.
            0..=6 => {}
            // Seconds with two places, at a rate that varies.
            7..=9 => {
                let hundredths = (self.value * 100.0).round() + (1_000 + random % 400) as f64;
                self.value = hundredths / 100.0;
            }
            // Counts of rare events.
            10 | 11 => self.value += (random % 4 / 3) as f64,
            // Counts of frequent ones.
            12 | 13 => self.value += (2_000 + random % 300) as f64,
            // Bytes.
            14 => self.value += (random % 1_000_000) as f64,
            // Memory in pages, up and down.
            15 | 16 => self.value = (self.value + (random % 64) as f64 * 4096.0 - 129_024.0).abs(),
            // Load averages.
            17 => self.value = (random % 400) as f64 / 100.0,
            // Durations in full precision.
            18 => self.value = (random % 1_000_003) as f64 / 1_000_003.0,
            // Gauges that change now and then.
            _ if random.is_multiple_of(50) => self.value = (random % 1_000) as f64,
            _ => {}
        }
        self.value
    }
}

/// A stream of numbers without a pattern.
fn mix(number: u64) -> u64 {
    let mut mixed = number
        .wrapping_add(0x9e37_79b9_7f4a_7c15)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^= mixed >> 27;
    mixed = mixed.wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn queries(store: &EmbeddedMetrics, hours: i64) -> Result<(), Failure> {
    let end = START + hours * 3_600_000;
    let name = |value: &str| Matcher::equal("__name__", value);
    let all = Matcher::new("__name__", MatchOperator::Regex, "node_.*")?;
    let some = Matcher::new("instance", MatchOperator::Regex, "10.0.0.1.*")?;
    for (what, start, matchers) in [
        (
            "one metric, one hour",
            end - 3_600_000,
            vec![name("node_cpu_seconds_0_total")],
        ),
        (
            "one metric, everything",
            START,
            vec![name("node_cpu_seconds_0_total")],
        ),
        ("a regex of instances, 5 minutes", end - 300_000, vec![some]),
        ("all series, 5 minutes", end - 300_000, vec![all]),
    ] {
        for round in ["first", "again"] {
            let begin = cpu_seconds();
            let found = store.select(&Selection::new(start, end, matchers.clone()))?;
            let selected = cpu_seconds() - begin;
            let (mut samples, mut count) = (SeriesSamples::default(), 0);
            for series in &found {
                series.read(&mut samples)?;
                count += samples.len();
            }
            println!(
                "{what:<32} {round}  {:>8.2} CPU ms select, {:>8.2} CPU ms in all, {} series, {count} samples",
                selected * 1e3,
                (cpu_seconds() - begin) * 1e3,
                found.len()
            );
        }
    }
    Ok(())
}

/// What this thread, which does all that is measured, has been running so far.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text
        .split_whitespace()
        .next()
        .and_then(|word| word.parse::<u64>().ok());
    nanoseconds.unwrap_or_default() as f64 / 1e9
}

/// A figure of this process in kB.
fn memory(name: &str) -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name));
    let figure = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    figure.unwrap_or_default()
}
