//! Encodes generated agent events and log files with the segment's encodings, and prints what each column
//! costs: `cargo run --release -p swarmscope-logstore --example encodings -- [EVENTS] [FILE…]`.
//!
//! Figures are this machine's, of this run. Times are CPU time, so that
//! other work on the machine matters less. Every page is decoded again and compared.

use bytes::Bytes;
use serde_json::Value;
use swarmscope_bench_events::Events;
use swarmscope_logstore::encodings::{Strings, floats, integers, text};

/// Texts of a page, and of a row group.
const PAGE: usize = 2048;
const GROUP: usize = 128 * 1024;
const START_MS: i64 = 1_767_225_600_000;
const DAY_MS: i64 = 24 * 3600 * 1000;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().map_or(Ok(500_000), |text| text.parse())?;
    println!(
        "{:<24} {:>9} {:>9} {:>9} {:>7} {:>8} {:>8} {:>8} {:>9}",
        "column", "values", "raw kB", "kB", "ratio", "dict kB", "enc ms", "dec ms", "fetch us"
    );
    let columns = agent_events(count)?;
    for (name, column) in &columns.texts {
        texts(name, column)?;
    }
    for (name, values) in &columns.integers {
        numbers(name, values, 8, integers::encode, integers::decode)?;
    }
    numbers(
        "duration",
        &columns.durations,
        8,
        floats::encode,
        floats::decode,
    )?;
    for file in arguments {
        let lines: Strings = std::fs::read_to_string(&file)?.lines().collect();
        texts(file.rsplit('/').next().unwrap_or(&file), &lines)?;
    }
    Ok(())
}

/// The columns of some events.
#[derive(Default)]
struct Columns {
    texts: Vec<(&'static str, Strings)>,
    integers: Vec<(&'static str, Vec<i64>)>,
    durations: Vec<f64>,
}

fn agent_events(count: u64) -> Result<Columns, Failure> {
    let mut events = Events::new(1, count, START_MS..START_MS + DAY_MS);
    let names = [
        "timestamp",
        "message",
        "correlation_id",
        "task_id",
        "agent_name",
        "exception",
        "traceback",
    ];
    let mut columns = Columns {
        texts: names.map(|name| (name, Strings::default())).into(),
        ..Columns::default()
    };
    let mut uptimes = Vec::new();
    while let Some(line) = events.next_line() {
        let event: Value = serde_json::from_slice(line)?;
        let metadata = &event["metadata"];
        let exception = &metadata["exception"];
        let fields = [
            &event["timestamp"],
            &event["message"],
            &metadata["correlation_id"],
            &metadata["task_id"],
            &event["agent_name"],
            &exception["message"],
        ];
        for ((_, column), value) in columns.texts.iter_mut().zip(fields) {
            if let Some(text) = value.as_str() {
                column.push(text);
            }
        }
        for line in exception["traceback"].as_array().into_iter().flatten() {
            columns.texts[6].1.push(line.as_str().unwrap_or_default());
        }
        columns.durations.extend(metadata["duration"].as_f64());
        uptimes.extend(metadata["uptime"].as_i64());
    }
    let times = (0..count).map(|number| events.time(number)).collect();
    columns.integers = vec![("times", times), ("uptime", uptimes)];
    Ok(columns)
}

fn texts(name: &str, column: &Strings) -> Result<(), Failure> {
    let (mut bytes, mut dictionaries, mut hashes) = (0, 0, 0);
    let (mut encoding, mut decoding, mut fetching) = (0.0, 0.0, 0.0);
    let (mut tokens, mut fetches) = (Vec::new(), 0_u32);
    for first in (0..column.len()).step_by(GROUP) {
        let end = column.len().min(first + GROUP);
        let begin = cpu_seconds();
        let mut encoder = text::TextEncoder::new();
        let mut pages = Vec::new();
        for from in (first..end).step_by(PAGE) {
            let mut page = Vec::new();
            encoder.page(column, from..end.min(from + PAGE), &mut page, &mut tokens);
            hashes += tokens.len();
            tokens.clear();
            pages.push(page);
        }
        let mut dictionary = Vec::new();
        encoder.finish(&mut dictionary);
        encoding += cpu_seconds() - begin;
        bytes += pages.iter().map(Vec::len).sum::<usize>() + dictionary.len();
        dictionaries += dictionary.len();
        let dictionary = text::TextDictionary::decode(&dictionary).ok_or("no dictionary")?;
        let begin = cpu_seconds();
        let mut back = Vec::new();
        for page in &pages {
            back.push(text::decode_page(page, &dictionary).ok_or("no page")?);
        }
        decoding += cpu_seconds() - begin;
        let back = back.iter().flat_map(Strings::iter);
        if !back.eq((first..end).map(|at| column.get(at))) {
            return Err(format!("{name}: the group from {first} on is not what it was").into());
        }
        let begin = cpu_seconds();
        for page in &pages {
            let page = text::TextPage::take(Bytes::copy_from_slice(page)).ok_or("no page")?;
            page.some(&dictionary, &[700]);
        }
        fetching += cpu_seconds() - begin;
        fetches += pages.len() as u32;
    }
    println!(
        "{name:<24} {:>9} {:>9} {:>9} {:>7.2} {:>8} {:>8.0} {:>8.0} {:>9.1}  {hashes} hashes",
        column.len(),
        column.text_bytes() / 1000,
        bytes / 1000,
        column.text_bytes() as f64 / bytes as f64,
        dictionaries / 1000,
        encoding * 1e3,
        decoding * 1e3,
        fetching * 1e6 / f64::from(fetches),
    );
    Ok(())
}

fn numbers<T: PartialEq>(
    name: &str,
    values: &[T],
    width: usize,
    encode: impl Fn(&[T], &mut Vec<u8>),
    decode: impl Fn(&[u8]) -> Option<Vec<T>>,
) -> Result<(), Failure> {
    let (mut bytes, mut encoding, mut decoding) = (0, 0.0, 0.0);
    for page in values.chunks(GROUP / 2) {
        let mut out = Vec::new();
        let begin = cpu_seconds();
        encode(page, &mut out);
        encoding += cpu_seconds() - begin;
        bytes += out.len();
        let begin = cpu_seconds();
        let back = decode(&out);
        decoding += cpu_seconds() - begin;
        if back.as_deref() != Some(page) {
            return Err(format!("{name}: a page is not what it was").into());
        }
    }
    let raw = values.len() * width;
    println!(
        "{name:<24} {:>9} {:>9} {:>9} {:>7.2} {:>8} {:>8.1} {:>8.1}",
        values.len(),
        raw / 1000,
        bytes / 1000,
        raw as f64 / bytes as f64,
        "",
        encoding * 1e3,
        decoding * 1e3,
    );
    Ok(())
}

/// CPU time of this thread so far, as Linux counts it.
fn cpu_seconds() -> f64 {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = statistics.split_whitespace().next();
    nanoseconds
        .and_then(|text| text.parse().ok())
        .unwrap_or(0.0)
        / 1e9
}
