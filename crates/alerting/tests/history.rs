//! The history of alerts: bounded, in order, and whole after any crash.

use std::collections::BTreeMap;
use std::fs;

use swarmscope_alerting::history::{History, HistoryEntry};
use swarmscope_alerting::rule::AlertState;

fn entry(at: i64) -> HistoryEntry {
    HistoryEntry {
        at,
        file: "r.yml".to_owned(),
        group: "g".to_owned(),
        rule: "A".to_owned(),
        from: AlertState::Pending,
        to: AlertState::Firing,
        labels: BTreeMap::from([("alertname".to_owned(), "A\n\"é\"".to_owned())]),
        annotations: BTreeMap::new(),
        value: f64::INFINITY,
        active_at: at - 1,
    }
}

fn times(history: &History) -> Vec<i64> {
    let entries = history.since(i64::MIN, usize::MAX);
    entries.into_iter().map(|entry| entry.at).collect()
}

#[test]
fn it_is_there_after_a_restart_newest_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("h.jsonl");
    let history = History::open(&path).expect("a history");
    history.append(vec![entry(1), entry(2)]);
    history.append(vec![entry(3)]);
    drop(history);
    let history = History::open(&path).expect("a history");
    assert_eq!(history.since(0, 1), [entry(3)]);
    assert_eq!(history.since(2, 10), [entry(3), entry(2)]);
    assert_eq!(fs::read_to_string(&path).expect("text").lines().count(), 3);
}

#[test]
fn what_was_written_late_hides_nothing_before_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = History::open(&folder.path().join("h.jsonl")).expect("a history");
    for at in [100, 90, 101] {
        history.append(vec![entry(at)]);
    }
    assert_eq!(history.since(95, 10), [entry(101), entry(100)]);
}

#[test]
fn a_torn_tail_costs_the_line_that_was_being_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("h.jsonl");
    History::open(&path)
        .expect("a history")
        .append(vec![entry(1), entry(2)]);
    let whole = fs::read(&path).expect("bytes");
    let first = whole
        .iter()
        .position(|byte| *byte == b'\n')
        .expect("a line")
        + 1;
    for length in first..whole.len() {
        fs::write(&path, &whole[..length]).expect("written");
        let history = History::open(&path).expect("a history");
        assert_eq!(times(&history), [1], "cut to {length}");
        history.append(vec![entry(3)]);
        drop(history);
        assert_eq!(times(&History::open(&path).expect("a history")), [3, 1]);
    }
}

#[test]
fn what_cannot_be_read_is_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("h.jsonl");
    History::open(&path)
        .expect("a history")
        .append(vec![entry(1)]);
    let mut text = fs::read(&path).expect("bytes");
    text.extend_from_slice(b"\xff\xfe nonsense\n{\"at\":1}\n\n");
    fs::write(&path, &text).expect("written");
    let history = History::open(&path).expect("a history");
    history.append(vec![entry(2)]);
    assert_eq!(times(&history), [2, 1]);
    assert_eq!(times(&History::open(&path).expect("a history")), [2, 1]);
}

#[test]
fn it_is_bounded_in_memory_and_on_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("h.jsonl");
    let history = History::open(&path).expect("a history");
    let mut most_lines = 0;
    for batch in 0..25 {
        history.append((batch * 1000..(batch + 1) * 1000).map(entry).collect());
        let lines = fs::read_to_string(&path).expect("text").lines().count();
        most_lines = most_lines.max(lines);
    }
    assert!(most_lines < 20_000, "{most_lines} lines");
    let kept = times(&history);
    assert_eq!((kept.len(), kept[0], kept[9_999]), (10_000, 24_999, 15_000));
    drop(history);
    assert_eq!(times(&History::open(&path).expect("a history")), kept);
}

#[test]
fn a_folder_in_its_place_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = History::open(folder.path()).err().expect("no history");
    assert!(error.to_string().contains("cannot be read"), "{error}");
}
