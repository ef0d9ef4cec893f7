//! Figures about the series in memory.

use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::store::Ranked;
use swarmscope_model::metrics::{BlockStatistics, StoreStatistics};

use crate::head::Head;
use crate::view::View;

/// The head's figures, each ranking cut to `limit`.
pub fn statistics(head: &Head, limit: usize) -> StoreStatistics {
    let index = head.index();
    let mut statistics = StoreStatistics {
        series: index.len() as u64,
        min_time: head.oldest(),
        max_time: head.max_time(),
        ..StoreStatistics::default()
    };
    for series in index.iter() {
        statistics.chunks += series.state().chunk_count() as u64;
    }
    for name in index.names() {
        let (mut values, mut bytes) = (0, 0);
        for (value, series) in index.values(name) {
            values += 1;
            bytes += value.len() as u64;
            let pair = || format!("{name}={value}");
            offer(&mut statistics.series_by_pair, limit, pair, series);
            if name == METRIC_NAME {
                offer(
                    &mut statistics.series_by_metric,
                    limit,
                    || value.to_owned(),
                    series,
                );
            }
        }
        statistics.label_pairs += values;
        offer(
            &mut statistics.values_by_label,
            limit,
            || name.to_owned(),
            values,
        );
        offer(
            &mut statistics.bytes_by_label,
            limit,
            || name.to_owned(),
            bytes,
        );
    }
    statistics
}

/// The blocks, by time.
pub fn blocks(view: &View) -> Vec<BlockStatistics> {
    let mut blocks: Vec<BlockStatistics> = view
        .blocks
        .iter()
        .map(|part| {
            let meta = part.block.meta();
            BlockStatistics {
                ulid: part.block.ulid.clone(),
                min_time: meta.min_time,
                max_time: meta.max_time,
                samples: meta.samples,
                series: u64::from(meta.series),
                chunks: meta.chunks,
                bytes: part.block.bytes,
                level: meta.level,
            }
        })
        .collect();
    blocks.sort_by_key(|block| (block.min_time, block.max_time));
    blocks
}

/// Puts an entry into a ranking if it is among the largest; equal ones go by name.
fn offer(ranking: &mut Ranked, limit: usize, name: impl FnOnce() -> String, count: u64) {
    if limit == 0 || (ranking.len() == limit && ranking[limit - 1].1 > count) {
        return;
    }
    let entry = (name(), count);
    let place = ranking.partition_point(|each| (each.1, &entry.0) > (entry.1, &each.0));
    ranking.insert(place, entry);
    ranking.truncate(limit);
}
