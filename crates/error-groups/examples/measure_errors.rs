//! Stores the events of `bench-events`, without HTTP, groups the errors among them, and prints what that costs:
//! `cargo run --release -p swarmscope-error-groups --example measure_errors -- [EVENTS]`.
//!
//! Figures are this machine's, of this run. Times are CPU time: of the database's threads, and of the others, which read
//! errors out of the log store, say to which groups they belong, and make rows of them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use swarmscope_bench_events::Events;
use swarmscope_error_groups::{Follower, FollowerFigures, Newest, Stores};
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_query::store::{Action, LogStore, WriteOperation};
use swarmscope_state::SqliteState;
use tokio::sync::watch;

const START_MS: i64 = 1_767_225_600_000;
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Events of one request.
const REQUEST: usize = 1_000;
/// How the threads of SQLite are called.
const DATABASE: &str = "sqlx-sqlite";

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let count = std::env::args().nth(1);
    let count: u64 = count.map_or(Ok(500_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let mut options = Options::new(folder.path().join("logs"));
    options.retention_age = None;
    let logs = Arc::new(EmbeddedLogs::open(options)?);
    write(logs.as_ref(), count).await?;
    let flushed = Arc::clone(&logs);
    tokio::task::spawn_blocking(move || flushed.flush()).await?;
    // Merging is not what is measured.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let file = folder.path().join("state.db");
    let state = SqliteState::open(&file).await?;
    let before = [database_time()?, process_time()?];
    let figures = follow(logs, &state).await?;
    let after = [database_time()?, process_time()?];
    state.close().await;
    let errors = figures.errors as f64;
    let [database, all] = [after[0] - before[0], after[1] - before[1]];
    println!(
        "{} errors of {} groups in {} batches: database {:.1} us an error, others {:.1}; the state takes {:.1} MB",
        figures.errors,
        figures.created,
        figures.batches,
        database / errors,
        (all - database) / errors,
        std::fs::metadata(&file)?.len() as f64 / 1e6,
    );
    Ok(())
}

async fn write(logs: &EmbeddedLogs, count: u64) -> Result<(), Failure> {
    let mut events = Events::new(1, count, START_MS..START_MS + DAY_MS);
    let mut operations = Vec::with_capacity(REQUEST);
    while let Some(line) = events.next_line() {
        operations.push(WriteOperation {
            index: Arc::from("agents-2026.01.01"),
            action: Action::Index,
            id: None,
            source: Bytes::copy_from_slice(line),
        });
        if operations.len() == REQUEST {
            logs.write(std::mem::take(&mut operations)).await?;
        }
    }
    logs.write(operations).await?;
    Ok(())
}

/// Groups all errors that there are.
async fn follow(logs: Arc<EmbeddedLogs>, state: &SqliteState) -> Result<FollowerFigures, Failure> {
    let stores = Stores {
        source: logs.identity(),
        logs,
        groups: Arc::new(state.clone()),
        state: Arc::new(state.clone()),
    };
    let follower = Follower::new(stores, Arc::new(Newest)).await?;
    let figures = follower.figures();
    let (stop, stopping) = watch::channel(false);
    let task = tokio::spawn(follower.run(stopping));
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = figures.read();
        if now.newest > 0 && now.behind() == 0 {
            break;
        }
    }
    stop.send_replace(true);
    task.await?;
    Ok(figures.read())
}

/// Microseconds of the database's threads.
fn database_time() -> Result<f64, Failure> {
    let mut nanoseconds = 0.0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        if std::fs::read_to_string(task.join("comm"))?.starts_with(DATABASE) {
            let statistics = std::fs::read_to_string(task.join("schedstat"))?;
            let ran = statistics.split_whitespace().next().unwrap_or("0");
            nanoseconds += ran.parse::<f64>()?;
        }
    }
    Ok(nanoseconds / 1e3)
}

/// Microseconds of all threads that there are and were.
fn process_time() -> Result<f64, Failure> {
    let statistics = std::fs::read_to_string("/proc/self/stat")?;
    let fields = statistics.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: Result<Vec<f64>, _> = ticks.map(str::parse).collect();
    Ok(ticks?.iter().sum::<f64>() * 10_000.0)
}
