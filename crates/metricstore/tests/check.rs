//! A check reads everything, says of a sound folder how much there is, and of a changed byte where it is.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use support::{float, options, write};
use swarmscope_metricstore::{CheckReport, EmbeddedMetrics, OpenError, Options, check};
use swarmscope_model::metrics::MetricStore;

const SAMPLES: i64 = 5_000;

fn open(folder: &Path) -> EmbeddedMetrics {
    EmbeddedMetrics::open(Options {
        block_period: Duration::from_secs(1),
        ..options(folder)
    })
    .expect("an open store")
}

/// A folder with blocks, a checkpoint and a log behind it.
fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    for time in 0..SAMPLES {
        let value = (time * 7919 % 1013) as f64;
        write(
            &store,
            &[
                float("requests{agent=one}", time * 10, value),
                float("requests{agent=two}", time * 10, value + 0.5),
            ],
        );
        if time % 1_000 == 999 {
            store.maintain();
        }
    }
    write(&store, &[float("late", SAMPLES * 10, 1.0)]);
    drop(store);
    folder
}

fn checked(folder: &Path) -> CheckReport {
    check(folder, &mut |_| {}).expect("a report")
}

fn every_file(folder: &Path) -> Vec<PathBuf> {
    let parts = ["blocks", "wal"].map(|part| folder.join(part));
    let inside = parts
        .iter()
        .flat_map(|part| fs::read_dir(part).expect("a folder"));
    let inside = inside.map(|entry| entry.expect("a file").path());
    let all = inside.chain([folder.join("MANIFEST")]);
    all.filter(|path| path.metadata().is_ok_and(|metadata| metadata.len() > 0))
        .collect()
}

#[test]
fn a_sound_folder_is_counted_and_left_as_it_is() {
    let folder = filled();
    let before: Vec<_> = every_file(folder.path())
        .into_iter()
        .map(|path| (fs::read(&path).expect("a file"), path))
        .collect();
    let mut last = (0, 0);
    let report = check(folder.path(), &mut |now| last = (now.bytes_done, now.bytes));
    let report = report.expect("a report");
    assert_eq!(report.problems().count(), 0, "{report:?}");
    assert!(report.blocks > 2 && report.logged_frames > 0, "{report:?}");
    assert!(report.samples > SAMPLES as u64, "{report:?}");
    assert!(last.0 > 0 && last.0 <= last.1, "{last:?}");
    for (bytes, path) in before {
        assert_eq!(fs::read(&path).expect("still there"), bytes);
    }
}

#[test]
fn a_changed_byte_anywhere_is_found_in_its_file() {
    let folder = filled();
    for path in every_file(folder.path()) {
        let good = fs::read(&path).expect("a file");
        let name = path.strip_prefix(folder.path()).expect("inside");
        // A frame that is broken at the end of the log may be a write that was never completed.
        if path.extension().is_some_and(|extension| extension == "wal") {
            continue;
        }
        let end = good.len();
        for at in (0..end).step_by((end / 40).max(1)) {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            fs::write(&path, &bad).expect("spoiled");
            let report = checked(folder.path());
            let mut problems = report.problems();
            let found = problems
                .next()
                .unwrap_or_else(|| panic!("{name:?}, byte {at}"));
            assert_eq!(found.path, name, "byte {at}");
        }
        fs::write(&path, &good).expect("mended");
    }
    assert_eq!(checked(folder.path()).problems().count(), 0);
}

#[test]
fn what_is_missing_is_named_and_a_torn_end_is_only_told() {
    let folder = filled();
    let mut logs = every_file(folder.path());
    logs.retain(|path| path.extension().is_some_and(|extension| extension == "wal"));
    logs.sort();
    let log = logs.last().expect("a log");
    let mut bytes = fs::read(log).expect("a file");
    bytes.extend_from_slice(b"SWm\x01 torn");
    fs::write(log, &bytes).expect("written");
    let report = checked(folder.path());
    assert_eq!(report.problems().count(), 0, "{report:?}");
    let notes = report.files.iter().filter(|file| file.note.is_some());
    assert_eq!(notes.count(), 1, "{report:?}");

    let mut blocks = every_file(folder.path());
    blocks.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "block")
    });
    fs::remove_file(&blocks[0]).expect("removed");
    assert_eq!(checked(folder.path()).problems().count(), 1);
}

#[test]
fn a_snapshot_which_has_no_log_is_sound() {
    let folder = filled();
    let store = open(folder.path());
    let name = store.snapshot(false).expect("a snapshot");
    let report = checked(&folder.path().join("snapshots").join(name));
    assert_eq!(report.problems().count(), 0, "{report:?}");
    assert_eq!(report.logged_frames, 0);
    assert!(report.samples > 2 * SAMPLES as u64, "{report:?}");
}

#[test]
fn a_folder_in_use_and_one_that_is_none_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |folder: &Path| check(folder, &mut |_| {}).expect_err("refused");
    assert!(matches!(
        refused(folder.path()),
        OpenError::NotAStore { .. }
    ));
    let store = open(folder.path());
    assert!(matches!(refused(folder.path()), OpenError::InUse { .. }));
    drop(store);
    assert_eq!(checked(folder.path()).problems().count(), 0);
    fs::write(folder.path().join("FORMAT"), "swarmscope metrics 9\n").expect("written");
    assert!(matches!(
        refused(folder.path()),
        OpenError::UnknownFormat { .. }
    ));
}
