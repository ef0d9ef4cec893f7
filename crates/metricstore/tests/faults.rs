//! Disks that lose power, tear writes, refuse to sync and run full: what was acknowledged is found, nothing
//! is invented, batches are whole.
//!
//! `METRICSTORE_SEEDS=from..to` runs other seeds than the first hundred.

mod support;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use support::{float, floats, labels, options, read, selection};
use swarmscope_files::simulated::SimulatedDisk;
use swarmscope_metricstore::{EmbeddedMetrics, OpenError, Options};
use swarmscope_model::metrics::{
    Append, Durability, Labels, MetricError, MetricStore, SampleValue,
};

const SERIES: [&str; 4] = ["a{x=1}", "a{x=2}", "b", "c{x=1,y=2}"];

fn settings(disk: &SimulatedDisk) -> Options {
    Options {
        files: Arc::new(disk.clone()),
        block_period: Duration::from_millis(1_000),
        out_of_order_window: Duration::from_millis(1_500),
        // Nothing happens but what the test does, so that a seed is a story.
        sync_interval: Duration::from_secs(3600),
        ..options(Path::new("data"))
    }
}

fn open(disk: &SimulatedDisk) -> Result<EmbeddedMetrics, OpenError> {
    EmbeddedMetrics::open(settings(disk))
}

/// A value that tells which sample it belongs to.
fn value(series: usize, time: i64) -> f64 {
    time as f64 + series as f64 / 8.0
}

type Key = (Labels, i64);

/// What may be in the store, and what has to be.
#[derive(Default)]
struct Truth {
    acknowledged: BTreeMap<Key, f64>,
    /// Batches of which nobody knows: each is there as a whole or not at all.
    open: Vec<BTreeMap<Key, f64>>,
    newest: i64,
}

impl Truth {
    fn batch(&mut self, random: &mut StdRng) -> Vec<Append> {
        let mut batch = Vec::new();
        for _ in 0..random.random_range(1..12) {
            let series = random.random_range(0..SERIES.len());
            let late = random.random_bool(0.15);
            let time = if late {
                self.newest - random.random_range(1..1_400)
            } else {
                self.newest + random.random_range(1..40)
            };
            self.newest = self.newest.max(time);
            batch.push(float(SERIES[series], time, value(series, time)));
        }
        batch
    }

    fn append(&mut self, store: &EmbeddedMetrics, random: &mut StdRng) -> bool {
        let batch = self.batch(random);
        let samples = batch
            .iter()
            .map(|append| {
                let SampleValue::Float(value) = append.value else {
                    panic!("only floats are written")
                };
                ((append.labels.clone(), append.timestamp), value)
            })
            .collect::<BTreeMap<Key, f64>>();
        match store.append(&batch, Durability::Synced) {
            Ok(outcome) => {
                assert_eq!(outcome.refused, []);
                self.acknowledged.extend(samples);
                true
            }
            Err(_) => {
                // A sample that was sent before says nothing about this batch.
                let is_new = |key: &Key| {
                    !self.acknowledged.contains_key(key)
                        && !self.open.iter().any(|batch| batch.contains_key(key))
                };
                let new = samples.into_iter().filter(|(key, _)| is_new(key)).collect();
                self.open.push(new);
                false
            }
        }
    }

    fn check(&mut self, store: &EmbeddedMetrics, seed: u64) {
        let mut found = BTreeMap::new();
        for (labels, samples) in read(store, &selection(i64::MIN, i64::MAX, &[])) {
            for (time, value) in samples.times.iter().zip(&samples.floats) {
                found.insert((labels.clone(), *time), *value);
            }
        }
        for (key, value) in &self.acknowledged {
            assert_eq!(
                found.remove(key),
                Some(*value),
                "seed {seed}: {key:?} was acknowledged"
            );
        }
        for batch in std::mem::take(&mut self.open) {
            let there = batch.keys().filter(|key| found.contains_key(key)).count();
            assert!(
                there == 0 || there == batch.len(),
                "seed {seed}: a batch is there in part"
            );
            for (key, value) in batch {
                if let Some(there) = found.remove(&key) {
                    assert_eq!(there, value, "seed {seed}");
                    self.acknowledged.insert(key, value);
                }
            }
        }
        assert!(found.is_empty(), "seed {seed}: nobody wrote {found:?}");
        assert_eq!(store.stats().damaged, 0, "seed {seed}");
    }
}

fn seeds() -> std::ops::Range<u64> {
    let text = std::env::var("METRICSTORE_SEEDS").unwrap_or_else(|_| "0..100".to_owned());
    let (from, to) = text
        .split_once("..")
        .expect("METRICSTORE_SEEDS is from..to");
    from.parse().expect("a number")..to.parse().expect("a number")
}

#[test]
fn power_cuts_lose_nothing_that_was_acknowledged() {
    for seed in seeds() {
        let disk = SimulatedDisk::new(seed);
        let mut random = StdRng::seed_from_u64(seed ^ 0x5eed);
        let mut truth = Truth::default();
        for _ in 0..6 {
            disk.cut_power_after(random.random_range(1..600));
            if let Ok(store) = open(&disk) {
                for _ in 0..random.random_range(1..200) {
                    match random.random_range(0..20) {
                        0 => store.maintain(),
                        1 => drop(store.snapshot(false)),
                        _ => {
                            if !truth.append(&store, &mut random) {
                                break;
                            }
                        }
                    }
                }
                if random.random_bool(0.3) {
                    store.close();
                }
            }
            disk.restart();
            let store = open(&disk).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            truth.check(&store, seed);
            if random.random_bool(0.5) {
                store.maintain();
                truth.check(&store, seed);
            }
            drop(store);
        }
    }
}

/// The store, and whether a first start met the one failure that was to come. No other is forgiven.
fn open_or_again(disk: &SimulatedDisk, seed: u64) -> (EmbeddedMetrics, bool) {
    let was_to_fail = disk.folder_sync_is_to_fail();
    let error = match open(disk) {
        Ok(store) => return (store, false),
        Err(error) => error,
    };
    let has_failed = was_to_fail && !disk.folder_sync_is_to_fail();
    let causes = std::iter::successors(Some(&error as &dyn Error), |error| (**error).source());
    let reason = causes.last().map(ToString::to_string);
    assert!(
        has_failed && reason.as_deref() == Some("the disk does not answer"),
        "seed {seed}: {error}: {reason:?}"
    );
    match open(disk) {
        Ok(store) => (store, true),
        Err(error) => panic!("seed {seed}: {error}"),
    }
}

#[test]
fn a_failed_sync_of_a_folder_costs_nothing_and_is_tried_again() {
    let (mut starts, mut batches) = (0, 0);
    for seed in seeds() {
        let disk = SimulatedDisk::new(seed);
        let mut random = StdRng::seed_from_u64(seed ^ 0xf01d);
        let mut truth = Truth::default();
        for _ in 0..4 {
            disk.fail_folder_sync_after(random.random_range(0..12));
            let (store, met_it) = open_or_again(&disk, seed);
            starts += usize::from(met_it);
            for _ in 0..random.random_range(1..200) {
                match random.random_range(0..20) {
                    0 => {
                        disk.fail_folder_sync_after(random.random_range(0..6));
                        store.maintain();
                    }
                    1 => drop(store.snapshot(false)),
                    _ => batches += usize::from(truth.append(&store, &mut random)),
                }
            }
            truth.check(&store, seed);
            drop(store);
            match random.random_bool(0.7) {
                true => disk.restart(),
                false => disk.revive(),
            }
        }
        // A process that was killed alone leaves the disk as it was, with a failure that is still to come.
        let (store, _) = open_or_again(&disk, seed);
        truth.check(&store, seed);
    }
    assert!(
        starts > seeds().count() / 10 && batches > seeds().count() * 20,
        "{starts} starts met it, {batches} batches were taken"
    );
}

#[test]
fn a_full_disk_refuses_whole_batches_and_takes_them_again_when_there_is_room() {
    let disk = SimulatedDisk::new(1);
    let store = open(&disk).expect("open");
    let mut taken = Vec::new();
    let mut refused = 0;
    for time in 1..4_000 {
        if time % 1_000 == 500 {
            disk.set_capacity(disk.used() + 300);
        }
        if time % 1_000 == 700 {
            store.maintain();
        }
        if time % 1_000 == 999 {
            disk.set_capacity(usize::MAX);
        }
        let batch = [float("m", time, 1.0), float("n", time, 2.0)];
        match store.append(&batch, Durability::Synced) {
            Ok(outcome) => {
                assert_eq!(outcome.refused, []);
                taken.push((time, 1.0));
            }
            Err(MetricError::Overloaded { what }) => {
                assert_eq!(what, "the disk");
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 1_000, "{refused}");
    assert_eq!(floats(&store, "m"), taken);
    store.maintain();
    assert!(store.stats().flushes > 0);
    assert_eq!(floats(&store, "m"), taken);
    drop(store);
    disk.restart();
    let store = open(&disk).expect("open");
    assert_eq!(floats(&store, "m"), taken);
    assert_eq!(floats(&store, "n").len(), taken.len());
    assert_eq!(store.stats().damaged, 0);
}

#[test]
fn after_a_failed_sync_nothing_is_taken_until_the_log_is_begun_anew() {
    for seed in 0..20 {
        let disk = SimulatedDisk::new(seed);
        let store = EmbeddedMetrics::open(Options {
            sync_interval: Duration::from_millis(1),
            ..settings(&disk)
        })
        .expect("open");
        let mut taken = Vec::new();
        let mut failed = 0;
        for time in 1..200 {
            if time % 40 == 0 {
                disk.fail_sync_after(0);
            }
            // A sender sends again what was not taken.
            while let Err(error) = store.append(&[float("m", time, 1.0)], Durability::Synced) {
                assert!(matches!(error, MetricError::ReadOnly { .. }), "{error}");
                failed += 1;
                std::thread::sleep(Duration::from_millis(1));
            }
            taken.push((time, 1.0));
        }
        assert!(store.stats().checkpoints > 0 || failed == 0);
        drop(store);
        disk.restart();
        let store = open(&disk).expect("open");
        assert_eq!(floats(&store, "m"), taken, "seed {seed}");
    }
}

/// A disk with four batches in its log, and the log's length before and after each.
fn four_batches() -> (SimulatedDisk, Vec<usize>) {
    let disk = SimulatedDisk::new(7);
    let store = open(&disk).expect("open");
    let mut lengths = vec![0];
    for batch in 0..4 {
        let time = i64::from(batch) * 10 + 10;
        let outcome = store.append(
            &[float("a", time, 1.0), float("b", time, 2.0)],
            Durability::Synced,
        );
        assert_eq!(outcome.expect("written").refused, []);
        lengths.push(usize::try_from(store.stats().wal_bytes).expect("small"));
    }
    drop(store);
    (disk, lengths)
}

fn log_file(disk: &SimulatedDisk) -> std::path::PathBuf {
    disk.paths(Path::new("data/wal")).remove(0)
}

#[test]
fn a_log_cut_anywhere_holds_the_batches_before_the_cut() {
    let (original, lengths) = four_batches();
    let log = log_file(&original);
    let bytes = original.read(&log);
    assert_eq!(bytes.len(), lengths[4]);
    let begun_in_vain = log.with_file_name("0000000099.wal");
    for (cut, is_followed) in (0..=bytes.len()).flat_map(|cut| [(cut, false), (cut, true)]) {
        let disk = original.copy(0);
        disk.write(&log, &bytes[..cut]);
        if is_followed {
            // A segment that was made, while the log went on in the one before.
            disk.write(&begun_in_vain, &[]);
        }
        let whole = lengths.iter().filter(|length| **length <= cut).count() - 1;
        let expected: Vec<(i64, f64)> = (0..whole as i64).map(|n| (n * 10 + 10, 1.0)).collect();
        for _ in 0..2 {
            let store = open(&disk).expect("open");
            assert_eq!(floats(&store, "a"), expected, "cut at {cut}");
            assert_eq!(floats(&store, "b").len(), whole);
            assert_eq!(store.stats().damaged, 0);
        }
    }
}

#[test]
fn a_damaged_byte_of_the_log_costs_its_own_batch_and_is_reported() {
    let (original, lengths) = four_batches();
    let log = log_file(&original);
    let bytes = original.read(&log);
    // The first batch names the series; without it the others have nobody to belong to.
    for at in lengths[1]..bytes.len() {
        for bit in [1, 0x80] {
            let disk = original.copy(0);
            let mut damaged = bytes.clone();
            damaged[at] ^= bit;
            disk.write(&log, &damaged);
            let lost = lengths.iter().filter(|length| **length <= at).count() as i64 - 1;
            let expected: Vec<(i64, f64)> = (0..4)
                .filter(|n| *n != lost)
                .map(|n| (n * 10 + 10, 1.0))
                .collect();
            let store = open(&disk).expect("open");
            assert_eq!(floats(&store, "a"), expected, "byte {at}");
            assert_eq!(store.stats().damaged > 0, lost < 3, "byte {at}");
        }
    }
}

#[test]
fn a_damaged_byte_of_a_checkpoint_or_block_is_reported_and_never_invents() {
    let disk = SimulatedDisk::new(3);
    let store = open(&disk).expect("open");
    for time in 1..3_000 {
        let batch = [
            float("a", time, value(0, time)),
            float("b", time, value(1, time)),
        ];
        store.append(&batch, Durability::Buffered).expect("written");
    }
    store.maintain();
    store.close();
    drop(store);
    let mut paths = disk.paths(Path::new("data/blocks"));
    paths.extend(disk.paths(Path::new("data/wal")));
    let mut noticed = 0;
    for path in paths {
        let bytes = disk.read(&path);
        for at in (0..bytes.len()).step_by(7) {
            let damaged = disk.copy(at as u64);
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            damaged.write(&path, &changed);
            let store = open(&damaged).expect("open");
            for (series, name) in ["a", "b"].into_iter().enumerate() {
                for (time, found) in floats(&store, name) {
                    assert_eq!(found, value(series, time), "{} byte {at}", path.display());
                }
            }
            let whole = floats(&store, "a").len() == 2_999 && floats(&store, "b").len() == 2_999;
            let reported = store.stats().damaged > 0;
            assert!(whole || reported, "{} byte {at}", path.display());
            noticed += u64::from(reported);
        }
    }
    assert!(noticed > 100, "{noticed}");
    assert_eq!(labels("a").len(), 1);
}
