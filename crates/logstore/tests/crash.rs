//! The log cut, damaged and copied at every byte: what was acknowledged is found once, nothing is
//! invented.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use support::{Logs, all, index, options, put};
use swarmscope_logstore::{EmbeddedLogs, OpenError, Options};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{LogStore, SearchRequest, SortKey};

/// Requests of two documents; each is one frame.
const REQUESTS: usize = 4;

fn open(folder: &Path) -> Logs {
    Logs(Arc::new(
        EmbeddedLogs::open(options(folder)).expect("an open store"),
    ))
}

async fn ids(logs: &Logs) -> Vec<String> {
    let mut request = SearchRequest::new(IndexExpression::all(), all());
    request.size = 1000;
    request.sort = vec![SortKey::Sequence(
        swarmscope_query::aggregate::Direction::Ascending,
    )];
    let reply = logs.search(request).await.expect("a reply");
    reply.hits.into_iter().map(|hit| hit.id).collect()
}

/// A store with some requests in its log; gives the log's file and the length after each request.
async fn written(folder: &Path) -> (PathBuf, Vec<usize>) {
    let logs = open(folder);
    let mut lengths = Vec::new();
    for request in 0..REQUESTS {
        let results = logs
            .write(vec![
                put("logs", &format!("{request}-a"), &json!({"n": request})),
                put("logs", &format!("{request}-b"), &json!({"n": request})),
            ])
            .await
            .expect("acknowledged");
        assert!(results.iter().all(Result::is_ok));
        lengths.push(usize::try_from(logs.stats().wal_bytes).expect("small"));
    }
    drop(logs);
    let mut files: Vec<PathBuf> = fs::read_dir(folder.join("wal"))
        .expect("the log")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    (files.remove(0), lengths)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

fn expected(requests: impl Iterator<Item = usize>) -> Vec<String> {
    requests
        .flat_map(|request| [format!("{request}-a"), format!("{request}-b")])
        .collect()
}

#[tokio::test]
async fn a_log_cut_anywhere_holds_the_requests_before_the_cut() {
    let original = tempfile::tempdir().expect("a folder");
    let (log, lengths) = written(original.path()).await;
    let bytes = fs::read(&log).expect("the log");
    assert_eq!(bytes.len(), lengths[REQUESTS - 1]);
    for cut in lengths[0]..=bytes.len() {
        let folder = tempfile::tempdir().expect("a folder");
        copy(original.path(), folder.path());
        let own = folder
            .path()
            .join("wal")
            .join(log.file_name().expect("a name"));
        fs::write(&own, &bytes[..cut]).expect("cut");
        let whole = lengths.iter().filter(|length| **length <= cut).count();
        for round in 0..2 {
            let logs = open(folder.path());
            assert_eq!(
                ids(&logs).await,
                expected(0..whole),
                "cut at {cut}, round {round}"
            );
        }
        // What was not acknowledged may be sent again, and then is there once.
        let logs = open(folder.path());
        let again = put(
            "logs",
            &format!("{}-a", REQUESTS - 1),
            &json!({"n": "again"}),
        );
        let result = logs.write(vec![again]).await.expect("a reply").remove(0);
        assert_eq!(result.is_ok(), whole < REQUESTS, "cut at {cut}");
    }
}

#[tokio::test]
async fn a_damaged_byte_costs_its_own_request_alone() {
    let original = tempfile::tempdir().expect("a folder");
    let (log, lengths) = written(original.path()).await;
    let bytes = fs::read(&log).expect("the log");
    for at in lengths[1]..bytes.len() {
        let folder = tempfile::tempdir().expect("a folder");
        copy(original.path(), folder.path());
        let own = folder
            .path()
            .join("wal")
            .join(log.file_name().expect("a name"));
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        fs::write(&own, &damaged).expect("damaged");
        let lost = lengths.iter().filter(|length| **length <= at).count();
        let logs = open(folder.path());
        let left = expected((0..REQUESTS).filter(|request| *request != lost));
        assert_eq!(ids(&logs).await, left, "byte {at}");
        // Only the last frame, said to be longer than it is, looks like one that was being written.
        let frame = lengths[lost - 1];
        let looks_torn = lost == REQUESTS - 1 && (frame + 4..frame + 8).contains(&at);
        assert!(logs.stats().damaged > 0 || looks_torn, "byte {at}");
        let kept = fs::read(
            folder
                .path()
                .join("damaged")
                .join(log.file_name().expect("a name")),
        );
        assert!(
            kept.is_ok_and(|kept| kept == damaged) || looks_torn,
            "byte {at}"
        );
    }
}

#[tokio::test]
async fn a_crash_between_segment_and_manifest_makes_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path()).await;
    let before = tempfile::tempdir().expect("a folder");
    copy(folder.path(), before.path());
    let logs = open(folder.path());
    let results = logs
        .write(vec![index("logs", "0-a", &json!({"n": "new"}))])
        .await;
    assert!(results.expect("a reply")[0].is_ok());
    logs.flush_async().await;
    drop(logs);
    // The log and the manifest of before the flush, the segments of after it.
    copy(
        &folder.path().join("segments"),
        &before.path().join("segments"),
    );
    let logs = open(before.path());
    assert_eq!(ids(&logs).await, expected(0..REQUESTS));
    drop(logs);
    let logs = open(folder.path());
    let mut found = ids(&logs).await;
    found.sort();
    assert_eq!(found, expected(0..REQUESTS));
    let hit = logs
        .get("logs", "0-a")
        .await
        .expect("a reply")
        .expect("a hit");
    assert_eq!((hit.version, hit.source.get()), (2, r#"{"n":"new"}"#));
}

#[tokio::test]
async fn a_damaged_segment_is_set_aside_and_the_rest_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = |folder: &Path| {
        let unmerged = Options {
            merge_fan_in: 8,
            ..options(folder)
        };
        Logs(Arc::new(EmbeddedLogs::open(unmerged).expect("open")))
    };
    let logs = open(folder.path());
    for part in 0..3 {
        let writes = (0..50).map(|n| {
            put(
                "logs",
                &format!("{part}-{n}"),
                &json!({"part": part, "text": format!("word{n}")}),
            )
        });
        logs.write(writes.collect()).await.expect("acknowledged");
        logs.flush_async().await;
    }
    drop(logs);
    let mut segments: Vec<PathBuf> = fs::read_dir(folder.path().join("segments"))
        .expect("segments")
        .map(|entry| entry.expect("a file").path())
        .collect();
    segments.sort();
    assert_eq!(segments.len(), 3);
    // One is damaged in a page, which is found when it is read; one at its end, when it is opened.
    let mut bytes = fs::read(&segments[0]).expect("a segment");
    for byte in bytes.iter_mut().skip(8).take(2000) {
        *byte ^= 0xff;
    }
    fs::write(&segments[0], &bytes).expect("damaged");
    let bytes = fs::read(&segments[2]).expect("a segment");
    fs::write(&segments[2], &bytes[..bytes.len() - 10]).expect("cut");
    let logs = open(folder.path());
    for round in 0..2 {
        let found = ids(&logs).await;
        assert_eq!(
            found,
            (0..50).map(|n| format!("1-{n}")).collect::<Vec<_>>(),
            "round {round}"
        );
        let info = logs
            .indices(&IndexExpression::parse("logs"))
            .await
            .expect("a reply")
            .remove(0);
        assert!(info.damage.is_some_and(|damage| damage.contains("damaged")));
        logs.maintain_async().await;
    }
    assert_eq!(
        fs::read_dir(folder.path().join("damaged"))
            .expect("a folder")
            .count(),
        2
    );
    drop(logs);
    let logs = open(folder.path());
    let info = logs
        .indices(&IndexExpression::all())
        .await
        .expect("a reply")
        .remove(0);
    assert!(info.damage.is_some() && info.documents == 50);
}

#[tokio::test]
async fn what_can_be_read_of_a_damaged_segment_is_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let logs = open(folder.path());
    for part in 0..3 {
        let writes = (0..20).map(|n| {
            let document = json!({"part": part, "text": format!("word{n}")});
            put("logs", &format!("{part}-{n}"), &document)
        });
        logs.write(writes.collect()).await.expect("acknowledged");
        logs.flush_async().await;
    }
    // Joined into one segment of three groups.
    logs.maintain_async().await;
    assert_eq!(logs.stats().segments, 1);
    drop(logs);
    let file = fs::read_dir(folder.path().join("segments"))
        .expect("segments")
        .map(|entry| entry.expect("a file").path())
        .find(|path| path.extension().is_some_and(|extension| extension == "seg"))
        .expect("a segment");
    let mut bytes = fs::read(&file).expect("a segment");
    for byte in bytes.iter_mut().skip(8).take(100) {
        *byte ^= 0xff;
    }
    fs::write(&file, &bytes).expect("damaged");
    let logs = open(folder.path());
    ids(&logs).await;
    logs.maintain_async().await;
    let saved = |part: u32| (0..20).map(move |n| format!("{part}-{n}"));
    for _ in 0..2 {
        let mut request = SearchRequest::new(IndexExpression::all(), all());
        request.size = 100;
        let reply = logs.search(request).await.expect("a reply");
        let mut found: Vec<String> = reply.hits.into_iter().map(|hit| hit.id).collect();
        found.sort();
        let mut expected: Vec<String> = saved(1).chain(saved(2)).collect();
        expected.sort();
        assert_eq!(found, expected);
        assert_eq!(reply.left_out.len(), 1, "{:?}", reply.left_out);
        let one = logs.get("logs", "2-7").await.expect("a reply");
        assert_eq!(
            one.expect("saved").source.get(),
            r#"{"part":2,"text":"word7"}"#
        );
        logs.maintain_async().await;
    }
}

#[test]
fn a_folder_is_one_process_and_one_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = open(folder.path());
    let second = EmbeddedLogs::open(options(folder.path())).expect_err("in use");
    assert!(matches!(second, OpenError::InUse { .. }));
    assert!(
        second.to_string().contains(&std::process::id().to_string()),
        "{second}"
    );
    drop(first);
    let stranger = tempfile::tempdir().expect("a folder");
    fs::write(stranger.path().join("thesis.txt"), "mine").expect("written");
    let refused = EmbeddedLogs::open(options(stranger.path())).expect_err("no store");
    assert!(matches!(refused, OpenError::NotAStore { .. }));
}

/// The folder of a store of another format, as that version would have left it.
fn folder_of_format(number: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    drop(open(folder.path()));
    let line = format!("swarmscope logs {number}");
    fs::write(folder.path().join("FORMAT"), format!("{line}\n")).expect("written");
    let json = r#"{"of":"another version"}"#;
    let checked = [&number.to_le_bytes(), json.as_bytes()].concat();
    let manifest = format!("{line} {:08x}\n{json}", crc32fast::hash(&checked));
    fs::write(folder.path().join("MANIFEST"), manifest).expect("written");
    folder
}

#[test]
fn a_folder_of_another_version_is_refused_with_what_to_do() {
    let folder = folder_of_format(99);
    let newer = EmbeddedLogs::open(options(folder.path())).expect_err("newer");
    assert!(matches!(newer, OpenError::NewerFormat { found: 99, .. }));
    assert!(newer.to_string().contains("use the version that wrote it"));
    let folder = folder_of_format(1);
    let older = EmbeddedLogs::open(options(folder.path())).expect_err("older");
    assert!(matches!(older, OpenError::OlderFormat { found: 1, .. }));
    assert!(
        older
            .to_string()
            .contains("export the logs with the version that wrote them")
    );
}

#[tokio::test]
async fn damaged_files_that_say_what_the_folder_is_are_replaced_by_what_else_says_it() {
    for name in ["MANIFEST", "MANIFEST.copy", "FORMAT"] {
        let folder = tempfile::tempdir().expect("a folder");
        let (_, _) = written(folder.path()).await;
        let logs = open(folder.path());
        logs.flush_async().await;
        let all = ids(&logs).await;
        drop(logs);
        let path = folder.path().join(name);
        let whole = fs::read(&path).expect("a file");
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 4;
        fs::write(&path, &damaged).expect("damaged");
        let logs = open(folder.path());
        assert_eq!(ids(&logs).await, all, "{name}");
        assert_eq!(logs.stats().damaged > 0, name != "MANIFEST.copy", "{name}");
        logs.write(vec![put("logs", "more", &json!({"n": 1}))])
            .await
            .expect("written");
        logs.flush_async().await;
        drop(logs);
        // Both are whole again.
        fs::remove_file(folder.path().join("MANIFEST")).expect("removed");
        assert_eq!(
            ids(&open(folder.path())).await.len(),
            all.len() + 1,
            "{name}"
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    drop(open(folder.path()));
    for name in ["MANIFEST", "MANIFEST.copy"] {
        fs::remove_file(folder.path().join(name)).expect("removed");
    }
    let lost = EmbeddedLogs::open(options(folder.path())).expect_err("not an empty store");
    assert!(matches!(lost, OpenError::Manifest { .. }), "{lost}");
}
