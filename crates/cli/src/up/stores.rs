//! The stores behind the traits: which engine keeps logs and state, opened and closed here.

use std::sync::Arc;

use swarmscope_api::native::{Sample, SampleKind};
use swarmscope_logstore::{EmbeddedLogs, OpenError, Options, Stats};
use swarmscope_model::accounting::Ledger;

use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::state::State;
use crate::telemetry;

/// Everything that is kept.
pub struct Stores {
    pub logs: Arc<EmbeddedLogs>,
    pub state: State,
    pub ledger: Arc<Ledger>,
}

impl Stores {
    /// Opens them in the data directory.
    ///
    /// # Errors
    /// When the directory is in use, cannot be written to, or holds something else.
    pub async fn open(configuration: &Configuration) -> Result<Self, Failure> {
        let ledger = Arc::new(Ledger::default());
        let mut options = Options::new(configuration.data.join("logs"));
        options.retention_age = Some(configuration.retention_age);
        options.retention_bytes = Some(configuration.retention_bytes);
        options.ledger = ledger.clone();
        let opened = tokio::task::spawn_blocking(move || EmbeddedLogs::open(options)).await;
        let logs = opened
            .map_err(|error| Failure::new(format!("opening the log store failed: {error}")))?
            .map_err(|error| explain(error, configuration))?;
        let state = configuration.state.open().await?;
        Ok(Self {
            logs: Arc::new(logs),
            state,
            ledger,
        })
    }

    /// What the engines tell of themselves, for `/metrics`.
    pub fn samples(&self) -> impl Fn() -> Vec<Sample> + Send + Sync + 'static {
        let logs = self.logs.clone();
        move || samples_of(&logs.stats())
    }

    /// Closes them; what is in memory only for speed goes to disk.
    ///
    /// # Errors
    /// When the log store cannot be closed in order. Nothing acknowledged is lost even then.
    pub async fn close(self) -> Result<(), Failure> {
        self.state.close().await;
        let logs = self.logs;
        let closed = tokio::task::spawn_blocking(move || logs.close()).await;
        closed.map_err(|error| Failure::new(format!("closing the log store failed: {error}")))
    }
}

fn samples_of(stats: &Stats) -> Vec<Sample> {
    let counters = counters(stats).map(|sample| (SampleKind::Counter, sample));
    let gauges = gauges(stats).map(|sample| (SampleKind::Gauge, sample));
    counters
        .into_iter()
        .chain(gauges)
        .map(|(kind, (name, help, value))| Sample {
            name,
            help,
            kind,
            value: value as f64,
        })
        .collect()
}

/// Name, help and value.
type Figure = (&'static str, &'static str, u64);

fn counters(stats: &Stats) -> [Figure; 8] {
    let left_out = telemetry::left_out();
    [
        (
            "swarmscope_log_writes_total",
            "Write requests.",
            stats.writes,
        ),
        (
            "swarmscope_log_fsyncs_total",
            "Syncs of the write-ahead log.",
            stats.fsyncs,
        ),
        (
            "swarmscope_log_flushes_total",
            "Memtables written.",
            stats.flushes,
        ),
        (
            "swarmscope_log_merges_total",
            "Segment merges.",
            stats.merges,
        ),
        ("swarmscope_log_searches_total", "Searches.", stats.searches),
        (
            "swarmscope_log_expired_total",
            "Segments that retention removed.",
            stats.expired,
        ),
        (
            "swarmscope_log_damaged_total",
            "Segments and frames set aside.",
            stats.damaged,
        ),
        (
            "swarmscope_own_events_left_out_total",
            "Own events without room.",
            left_out,
        ),
    ]
}

fn gauges(stats: &Stats) -> [Figure; 6] {
    let read_only = u64::from(stats.read_only);
    [
        (
            "swarmscope_log_segments",
            "Segments on disk.",
            stats.segments,
        ),
        (
            "swarmscope_log_wal_bytes",
            "Write-ahead log on disk.",
            stats.wal_bytes,
        ),
        (
            "swarmscope_log_memtable_bytes",
            "Documents in memory.",
            stats.memtable_bytes,
        ),
        (
            "swarmscope_log_queue_bytes",
            "Writes that wait.",
            stats.queued_bytes,
        ),
        (
            "swarmscope_log_cache_bytes",
            "Decoded columns.",
            stats.cache_bytes,
        ),
        (
            "swarmscope_log_read_only",
            "1 when writes are refused.",
            read_only,
        ),
    ]
}

fn explain(error: OpenError, configuration: &Configuration) -> Failure {
    let data = configuration.data.display();
    match error {
        OpenError::InUse { holder, .. } => Failure::with_hint(
            format!("the data directory {data} is in use by another process{holder}"),
            "stop that one, or choose another directory with --data",
        ),
        OpenError::UnknownFormat {
            found, expected, ..
        } => Failure::with_hint(
            format!(
                "the data directory {data} has the format {found:?}, this version reads {expected:?}"
            ),
            "use the version that wrote it, or another directory with --data",
        ),
        OpenError::NotAStore { .. } => Failure::with_hint(
            format!("{data} holds files, but is no data directory of Swarmscope"),
            "choose an empty directory with --data",
        ),
        other => Failure::from(anyhow::Error::new(other)),
    }
}
