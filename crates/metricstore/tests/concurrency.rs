//! Several write, read and maintain at once: a batch is seen as a whole or not at all, nothing is lost.

mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use support::{float, floats, labels, options, read, selection};
use swarmscope_files::simulated::SimulatedDisk;
use swarmscope_metricstore::{EmbeddedMetrics, Options};
use swarmscope_model::metrics::{Append, Durability, MetricStore};

const WRITERS: i64 = 3;
const BATCHES: i64 = 600;
/// What threads do to each other differs from run to run: a fault in one of twenty is met by most test runs.
const ROUNDS: u64 = 30;
/// How long a busy machine may take to maintain the store.
const PATIENCE: Duration = Duration::from_secs(60);
/// Series that get a sample in every batch of their writer.
const SERIES: i64 = 5;

fn batch(writer: i64, time: i64) -> Vec<Append> {
    let series =
        (0..SERIES).map(|n| float(&format!("m{{writer={writer},n={n}}}"), time, time as f64));
    series.collect()
}

#[test]
fn batches_are_seen_whole_while_blocks_are_made() {
    for round in 0..ROUNDS {
        written_read_and_maintained_at_once(round);
    }
}

fn written_read_and_maintained_at_once(round: u64) {
    let disk = SimulatedDisk::new(round);
    let settings = Options {
        files: Arc::new(disk.clone()),
        block_period: Duration::from_millis(100),
        // Writers are not in step; what one writes late must not be too old.
        out_of_order_window: Duration::from_secs(10),
        ..options(Path::new("data"))
    };
    let store = EmbeddedMetrics::open(settings.clone()).expect("open");
    let (written, done) = (AtomicI64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (store, written) = (&store, &written);
                scope.spawn(move || {
                    for time in 1..=BATCHES {
                        let outcome = store.append(&batch(writer, time), Durability::Synced);
                        assert_eq!(outcome.expect("written").refused, []);
                        written.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                store.maintain();
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let writer = format!("writer={}", written.load(Ordering::Relaxed) % WRITERS);
                let found = read(&store, &selection(0, i64::MAX, &[&writer]));
                let counts: Vec<usize> = found.iter().map(|(_, samples)| samples.len()).collect();
                assert!(
                    counts.windows(2).all(|pair| pair[0] == pair[1]),
                    "{counts:?}"
                );
                assert!(
                    found.is_empty() || found.len() == SERIES as usize,
                    "{counts:?}"
                );
            }
        });
        for writer in writers {
            writer.join().expect("a writer");
        }
        done.store(true, Ordering::Relaxed);
    });
    let expected: Vec<(i64, f64)> = (1..=BATCHES).map(|time| (time, time as f64)).collect();
    let check = |store: &EmbeddedMetrics| {
        for writer in 0..WRITERS {
            for n in 0..SERIES {
                assert_eq!(
                    floats(store, &format!("m{{writer={writer},n={n}}}")),
                    expected
                );
            }
        }
    };
    check(&store);
    // On a busy machine the background comes to it later.
    let deadline = Instant::now() + PATIENCE;
    while store.stats().flushes == 0 || store.stats().compactions == 0 {
        assert!(
            Instant::now() < deadline,
            "nothing happened behind the writers"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    check(&store);
    // Those who waited for the disk did so together at times, and never more often than they wrote.
    assert!(store.stats().fsyncs <= (WRITERS * BATCHES) as u64);
    drop(store);
    disk.restart();
    check(&EmbeddedMetrics::open(settings).expect("open"));
    assert_eq!(labels("m").len(), 1);
}
