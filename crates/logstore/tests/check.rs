//! Checking a folder: a good one is good, and every kind of damage is named with its file.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use support::{Store, delete, put};
use swarmscope_logstore::{CheckReport, OpenError, check};

/// A folder with three segments, one of them with deleted rows, and a log; nobody has it open.
async fn folder() -> tempfile::TempDir {
    let store = Store::never_merging();
    for part in 0..3 {
        let writes = (0..200).map(|n| {
            let source =
                json!({"n": n, "message": format!("step {n} of part{part}"), "agent_name": "a"});
            put("logs", &format!("{part}-{n}"), &source)
        });
        store.write(writes.collect()).await;
        store.logs().flush_async().await;
    }
    store.write(vec![delete("logs", "1-7")]).await;
    let live = put(
        "live",
        "x",
        &json!({"message": "words that are only in the log"}),
    );
    store.write(vec![live]).await;
    store.folder_alone()
}

fn checked(folder: &Path) -> CheckReport {
    let mut last = 0;
    let report = check(folder, &mut |progress| {
        assert!(progress.bytes_done >= last && progress.bytes_done <= progress.bytes);
        last = progress.bytes_done;
    });
    report.expect("a report")
}

fn files(folder: &Path, part: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join(part)).expect("a folder");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn a_good_folder_is_good_and_stays_as_it_is() {
    let folder = folder().await;
    let before: Vec<_> = files(folder.path(), "segments")
        .into_iter()
        .chain(files(folder.path(), "wal"))
        .map(|path| (fs::read(&path).expect("a file"), path))
        .collect();
    let report = checked(folder.path());
    assert_eq!(report.problems().count(), 0, "{report:?}");
    // The store may have put the delete and the new index on record behind the last flush.
    assert!((1..=2).contains(&report.indices), "{report:?}");
    assert!((599..=600).contains(&report.documents), "{report:?}");
    assert_eq!(report.logged_documents, 1);
    assert!(report.sampled_rows >= 3 * 16, "{report:?}");
    for (bytes, path) in before {
        assert_eq!(fs::read(&path).expect("a file"), bytes, "{path:?}");
    }
}

#[tokio::test]
async fn a_flipped_bit_anywhere_in_a_segment_is_named() {
    let folder = folder().await;
    let path = files(folder.path(), "segments").remove(1);
    let good = fs::read(&path).expect("a segment");
    let step = (good.len() / 60).max(1);
    let mut unnoticed = Vec::new();
    for at in (0..good.len()).step_by(step) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, &bytes).expect("spoiled");
        let report = checked(folder.path());
        let named: Vec<&PathBuf> = report.problems().map(|file| &file.path).collect();
        let expected = path.strip_prefix(folder.path()).expect("inside");
        if named != [expected] {
            unnoticed.push(at);
        }
    }
    assert_eq!(unnoticed, [] as [usize; 0], "of {} bytes", good.len());
}

#[tokio::test]
async fn damage_and_torn_ends_of_the_log_are_told_apart() {
    let folder = folder().await;
    let path = files(folder.path(), "wal").pop().expect("a log");
    let good = fs::read(&path).expect("a log");
    fs::write(&path, &good[..good.len() - 3]).expect("torn");
    let report = checked(folder.path());
    assert_eq!(report.problems().count(), 0, "{report:?}");
    let notes: Vec<&String> = report
        .files
        .iter()
        .filter_map(|file| file.note.as_ref())
        .collect();
    assert_eq!(notes.len(), 1, "{report:?}");
    let mut damaged = good;
    damaged[30] ^= 1;
    fs::write(&path, &damaged).expect("spoiled");
    let report = checked(folder.path());
    assert_eq!(report.problems().count(), 1, "{report:?}");
}

#[tokio::test]
async fn a_missing_segment_and_a_folder_in_use_are_told() {
    let folder = folder().await;
    let path = files(folder.path(), "segments").remove(0);
    fs::remove_file(&path).expect("removed");
    let report = checked(folder.path());
    assert_eq!(report.problems().count(), 1, "{report:?}");
    let store = Store::new();
    let refused = check(store.folder.path(), &mut |_| {});
    assert!(
        matches!(refused, Err(OpenError::InUse { .. })),
        "{refused:?}"
    );
    let empty = tempfile::tempdir().expect("a folder");
    fs::write(empty.path().join("notes.txt"), "not logs").expect("written");
    let refused = check(empty.path(), &mut |_| {});
    assert!(
        matches!(refused, Err(OpenError::NotAStore { .. })),
        "{refused:?}"
    );
}
