//! What scores cost over many indices: `cargo run --release --example scores [DOCUMENTS [WORDS]]`.
//!
//! Thirty indices with so many documents each; a `match` of common words. Once with as many rows looked at in each index
//! as if it were alone, and as it is. CPU time, so that a busy machine does not matter much.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{Field, Operator, Query};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Action, LogStore, SearchRequest, SortKey, WriteOperation};

const INDICES: usize = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let documents = arguments.next().map_or(Ok(20_000), |text| text.parse())?;
    let words = arguments.next().map_or(Ok(40), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let most = Options::new(folder.path()).max_counted_rows;
    fill(&runtime, folder.path(), documents)?;
    for (name, max_counted_rows) in [("alone", most * INDICES as u64 / 4), ("shared", most)] {
        let logs = Arc::new(EmbeddedLogs::open(Options {
            max_counted_rows,
            ..Options::new(folder.path())
        })?);
        let request = request(words);
        let before = cpu_ms()?;
        let reply = runtime.block_on(logs.search(request))?;
        let matches = reply.total.map_or(0, |total| total.count);
        let score = reply.max_score.unwrap_or_default();
        let spent = cpu_ms()? - before;
        println!("{name}: {spent} ms of CPU, {matches} matches, best score {score:.3}");
    }
    Ok(())
}

/// Messages of ten words of a hundred, some more frequent than others.
fn fill(
    runtime: &tokio::runtime::Runtime,
    folder: &Path,
    documents: usize,
) -> Result<(), Box<dyn Error>> {
    let logs = EmbeddedLogs::open(Options::new(folder))?;
    let mut state = 1_u64;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((state >> 33) % 100) * ((state >> 40) % 100) / 100
    };
    for index in 0..INDICES {
        let writes = (0..documents).map(|n| {
            let words: Vec<String> = (0..10).map(|_| format!("word{}", next())).collect();
            let event = format!(r#"{{"timestamp":{n},"message":"{}"}}"#, words.join(" "));
            WriteOperation {
                index: format!("logs-{index}").into(),
                action: Action::Create,
                id: None,
                source: event.into_bytes().into(),
            }
        });
        let writes: Vec<WriteOperation> = writes.collect();
        for some in writes.chunks(5_000) {
            runtime.block_on(logs.write(some.to_vec()))?;
        }
    }
    logs.flush();
    Ok(())
}

/// The best match in time that nothing has, so that what is counted is counted for little else.
fn request(words: usize) -> SearchRequest {
    let words: Vec<String> = (0..words).map(|n| format!("word{}", n * 2)).collect();
    SearchRequest {
        sort: vec![SortKey::Score(Direction::Descending)],
        size: 10,
        ..SearchRequest::new(
            IndexExpression::all(),
            Query::Match {
                field: Field::Named("message".to_owned()),
                text: words.join(" "),
                operator: Operator::Or,
                minimum: None,
            },
        )
    }
}

/// CPU time of this process so far, in milliseconds, as the kernel counts it.
fn cpu_ms() -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = text
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace()
        .collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    let ticks = ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default();
    Ok(ticks * 10)
}
