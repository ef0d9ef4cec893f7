//! `status/*`: build, settings, configuration and store of this process.

use axum::extract::State;
use serde::Serialize;
use swarmscope_model::Timestamp;
use swarmscope_model::metrics::{BlockStatistics, StoreStatistics};

use super::PrometheusState;
use super::errors::PrometheusError;
use super::parameters::Form;
use super::reply::{Reply, success_body};

/// The Prometheus whose API this is. Clients switch on what they may ask by it.
const COMPATIBLE_VERSION: &str = "3.14.0";
/// Entries of each ranking, unless asked otherwise, and at most.
const RANKED: usize = 10;
const MAX_RANKED: usize = 10_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BuildInfo {
    version: &'static str,
    revision: &'static str,
    branch: &'static str,
    build_user: &'static str,
    build_date: &'static str,
    go_version: &'static str,
}

/// `GET /api/v1/status/buildinfo`
pub async fn build_info() -> Reply {
    success_body(&BuildInfo {
        version: COMPATIBLE_VERSION,
        revision: concat!("swarmscope-", env!("CARGO_PKG_VERSION")),
        branch: "HEAD",
        build_user: "swarmscope",
        build_date: "",
        go_version: "",
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuntimeInfo {
    start_time: Timestamp,
    #[serde(rename = "CWD")]
    working_directory: String,
    hostname: String,
    server_time: Timestamp,
    reload_config_success: bool,
    last_config_time: Timestamp,
    corruption_count: u64,
    /// Tasks of the runtime, which are what goroutines are in Go.
    goroutine_count: usize,
    #[serde(rename = "GOMAXPROCS")]
    processors: usize,
    #[serde(rename = "GOMEMLIMIT")]
    memory_limit: i64,
    #[serde(rename = "GOGC")]
    collector: &'static str,
    #[serde(rename = "GODEBUG")]
    debug: &'static str,
    storage_retention: String,
}

/// `GET /api/v1/status/runtimeinfo`
pub async fn runtime_info(State(state): State<PrometheusState>) -> Reply {
    let environment = &state.environment;
    let configured = environment.configuration();
    let folder = std::env::current_dir().unwrap_or_default();
    let hostname = tokio::fs::read_to_string("/proc/sys/kernel/hostname").await;
    success_body(&RuntimeInfo {
        start_time: environment.started_at(),
        working_directory: folder.to_string_lossy().into_owned(),
        hostname: hostname.unwrap_or_default().trim().to_owned(),
        server_time: Timestamp::now(),
        reload_config_success: configured.last_reload_succeeded,
        last_config_time: configured.since,
        corruption_count: environment.corruptions(),
        goroutine_count: tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks(),
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        memory_limit: i64::MAX,
        collector: "",
        debug: "",
        storage_retention: environment.retention(),
    })
}

/// `GET /api/v1/status/flags`
pub async fn flags(State(state): State<PrometheusState>) -> Reply {
    success_body(&state.environment.flags())
}

#[derive(Serialize)]
struct Configuration {
    yaml: String,
}

/// `GET /api/v1/status/config`
pub async fn config(State(state): State<PrometheusState>) -> Reply {
    success_body(&Configuration {
        yaml: state.environment.configuration().yaml,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StoreBody {
    head_stats: HeadBody,
    series_count_by_metric_name: Vec<RankedBody>,
    label_value_count_by_label_name: Vec<RankedBody>,
    memory_in_bytes_by_label_name: Vec<RankedBody>,
    series_count_by_label_value_pair: Vec<RankedBody>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HeadBody {
    num_series: u64,
    num_label_pairs: u64,
    chunk_count: u64,
    min_time: i64,
    max_time: i64,
}

#[derive(Serialize)]
struct RankedBody {
    name: String,
    value: u64,
}

/// `GET /api/v1/status/tsdb`
pub async fn store(State(state): State<PrometheusState>, form: Form) -> Reply {
    let limit = match form.get("limit") {
        "" => RANKED,
        text => match text.parse::<usize>() {
            Ok(limit) if limit > MAX_RANKED => {
                return Err(PrometheusError::bad_data(format!(
                    "limit must not exceed {MAX_RANKED}"
                )));
            }
            Ok(limit) if limit > 0 => limit,
            _ => {
                return Err(PrometheusError::bad_data("limit must be a positive number"));
            }
        },
    };
    let store = state.store.clone();
    let statistics = state
        .gate
        .run(None, move |_| Ok(store.statistics(limit)))
        .await?;
    success_body(&StoreBody::from(statistics))
}

impl From<StoreStatistics> for StoreBody {
    fn from(statistics: StoreStatistics) -> Self {
        let ranked = |list: Vec<(String, u64)>| {
            let entries = list.into_iter();
            entries
                .map(|(name, value)| RankedBody { name, value })
                .collect()
        };
        Self {
            head_stats: HeadBody {
                num_series: statistics.series,
                num_label_pairs: statistics.label_pairs,
                chunk_count: statistics.chunks,
                min_time: statistics.min_time,
                max_time: statistics.max_time,
            },
            series_count_by_metric_name: ranked(statistics.series_by_metric),
            label_value_count_by_label_name: ranked(statistics.values_by_label),
            memory_in_bytes_by_label_name: ranked(statistics.bytes_by_label),
            series_count_by_label_value_pair: ranked(statistics.series_by_pair),
        }
    }
}

#[derive(Serialize)]
struct BlocksBody {
    blocks: Vec<BlockBody>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockBody {
    ulid: String,
    min_time: i64,
    max_time: i64,
    stats: BlockFigures,
    compaction: Compaction,
    version: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockFigures {
    num_samples: u64,
    num_series: u64,
    num_chunks: u64,
}

#[derive(Serialize)]
struct Compaction {
    level: u32,
    sources: Vec<String>,
}

/// `GET /api/v1/status/tsdb/blocks`
pub async fn blocks(State(state): State<PrometheusState>) -> Reply {
    let blocks = state.store.blocks().into_iter().map(BlockBody::from);
    success_body(&BlocksBody {
        blocks: blocks.collect(),
    })
}

impl From<BlockStatistics> for BlockBody {
    fn from(block: BlockStatistics) -> Self {
        Self {
            min_time: block.min_time,
            max_time: block.max_time,
            stats: BlockFigures {
                num_samples: block.samples,
                num_series: block.series,
                num_chunks: block.chunks,
            },
            compaction: Compaction {
                level: block.level,
                sources: vec![block.ulid.clone()],
            },
            ulid: block.ulid,
            version: 1,
        }
    }
}

#[derive(Serialize)]
struct Replay {
    min: u32,
    max: u32,
    current: u32,
}

/// `GET /api/v1/status/walreplay`: the port opens when the log has been read, so there is nothing left.
pub async fn replay() -> Reply {
    success_body(&Replay {
        min: 0,
        max: 0,
        current: 0,
    })
}
