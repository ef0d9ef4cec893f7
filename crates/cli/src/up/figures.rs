//! What the stores tell of themselves, as samples for `/metrics`.

use swarmscope_api::native::{Sample, SampleKind};

use crate::telemetry;

/// Figures of the log store.
pub fn of_logs(stats: &swarmscope_logstore::Stats) -> Vec<Sample> {
    samples(&log_counters(stats), &log_gauges(stats))
}

/// Figures of the metric store.
pub fn of_metrics(stats: &swarmscope_metricstore::Stats) -> Vec<Sample> {
    let mut counters = metric_counters(stats).to_vec();
    counters.extend(metric_refusals(stats));
    samples(&counters, &metric_gauges(stats))
}

fn samples(counters: &[Figure], gauges: &[Figure]) -> Vec<Sample> {
    let counters = counters.iter().map(|figure| (SampleKind::Counter, *figure));
    let gauges = gauges.iter().map(|figure| (SampleKind::Gauge, *figure));
    counters
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

fn log_counters(stats: &swarmscope_logstore::Stats) -> [Figure; 8] {
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

fn log_gauges(stats: &swarmscope_logstore::Stats) -> [Figure; 7] {
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
        (
            "swarmscope_log_disk_full",
            "1 when documents are refused because the disk has too little room.",
            u64::from(stats.disk_full),
        ),
    ]
}

fn metric_counters(stats: &swarmscope_metricstore::Stats) -> [Figure; 10] {
    [
        (
            "swarmscope_metric_samples_total",
            "Samples that were stored.",
            stats.samples,
        ),
        (
            "swarmscope_metric_samples_out_of_order_total",
            "Of these, samples that came late.",
            stats.out_of_order,
        ),
        (
            "swarmscope_metric_series_created_total",
            "Series that were new.",
            stats.series_created,
        ),
        (
            "swarmscope_metric_series_removed_total",
            "Series that went from memory.",
            stats.series_removed,
        ),
        (
            "swarmscope_metric_fsyncs_total",
            "Syncs of the write-ahead log.",
            stats.fsyncs,
        ),
        (
            "swarmscope_metric_flushes_total",
            "Blocks written from memory.",
            stats.flushes,
        ),
        (
            "swarmscope_metric_compactions_total",
            "Blocks made of others.",
            stats.compactions,
        ),
        (
            "swarmscope_metric_checkpoints_total",
            "Checkpoints of the write-ahead log.",
            stats.checkpoints,
        ),
        (
            "swarmscope_metric_expired_total",
            "Blocks that retention removed.",
            stats.expired,
        ),
        (
            "swarmscope_metric_damaged_total",
            "Blocks, pages and records set aside.",
            stats.damaged,
        ),
    ]
}

fn metric_refusals(stats: &swarmscope_metricstore::Stats) -> [Figure; 6] {
    [
        (
            "swarmscope_metric_refused_out_of_order_total",
            "Samples refused because they were out of order.",
            stats.refused_out_of_order,
        ),
        (
            "swarmscope_metric_refused_too_old_total",
            "Samples refused because they were too old.",
            stats.refused_too_old,
        ),
        (
            "swarmscope_metric_refused_duplicate_total",
            "Samples refused because there was another of the same time.",
            stats.refused_duplicate,
        ),
        (
            "swarmscope_metric_refused_too_far_ahead_total",
            "Samples refused because they were from the future.",
            stats.refused_too_far_ahead,
        ),
        (
            "swarmscope_metric_refused_invalid_total",
            "Samples refused because of their labels or buckets.",
            stats.refused_invalid,
        ),
        (
            "swarmscope_metric_refused_too_many_series_total",
            "Samples refused because a budget of series was used up.",
            stats.refused_too_many_series,
        ),
    ]
}

fn metric_gauges(stats: &swarmscope_metricstore::Stats) -> [Figure; 7] {
    let read_only = u64::from(stats.read_only);
    [
        (
            "swarmscope_metric_series",
            "Series in memory.",
            stats.series,
        ),
        (
            "swarmscope_metric_exemplars",
            "Exemplars in memory.",
            stats.exemplars,
        ),
        ("swarmscope_metric_blocks", "Blocks on disk.", stats.blocks),
        (
            "swarmscope_metric_block_bytes",
            "Bytes of blocks on disk.",
            stats.block_bytes,
        ),
        (
            "swarmscope_metric_wal_bytes",
            "Write-ahead log on disk.",
            stats.wal_bytes,
        ),
        (
            "swarmscope_metric_cache_bytes",
            "Decoded pages.",
            stats.cache_bytes,
        ),
        (
            "swarmscope_metric_read_only",
            "1 when writes are refused.",
            read_only,
        ),
    ]
}
