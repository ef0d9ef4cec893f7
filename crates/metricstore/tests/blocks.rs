//! Memory becomes blocks, blocks become larger ones, old ones go; what is deleted is gone; copies open.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use support::{
    PERIOD, append, float, floats, labels, matcher, open, options, read, selection, write,
};
use swarmscope_metricstore::{EmbeddedMetrics, Options};
use swarmscope_model::metrics::{
    Durability, MetricError, MetricStore, Queryable, Refusal, SeriesSamples,
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Two series, a sample a minute, for so many hours.
fn fill(store: &EmbeddedMetrics, hours: std::ops::Range<i64>) {
    for minute in hours.start * 60..hours.end * 60 {
        let time = minute * MINUTE;
        let batch = [
            float("up{job=a}", time, minute as f64),
            float("up{job=b}", time, 0.5),
        ];
        let outcome = store.append(&batch, Durability::Buffered).expect("written");
        assert_eq!(outcome.refused, []);
    }
}

fn expected(minutes: std::ops::Range<i64>) -> Vec<(i64, f64)> {
    minutes
        .map(|minute| (minute * MINUTE, minute as f64))
        .collect()
}

fn files(folder: &Path, part: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join(part)).expect("a folder");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

#[test]
fn periods_become_blocks_and_leave_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    fill(&store, 0..8);
    write(&store, &[float("late", 8 * HOUR, 1.0)]);
    store.maintain();
    let spans: Vec<(i64, i64)> = store
        .blocks()
        .iter()
        .map(|block| (block.min_time, block.max_time))
        .collect();
    // Three periods are over by half a period, and have become one block.
    assert_eq!(spans, [(0, 6 * HOUR - MINUTE)]);
    let block = store.blocks().remove(0);
    assert_eq!((block.samples, block.series, block.level), (720, 2, 2));
    assert_eq!(store.statistics(0).min_time, 6 * HOUR);
    assert_eq!(floats(&store, "up{job=a}"), expected(0..480));
    assert_eq!(
        append(&store, &[float("x", 6 * HOUR - 1, 1.0)]).refused,
        [(0, Refusal::TooOld)]
    );
    drop(store);
    let store = open(folder.path());
    assert_eq!(floats(&store, "up{job=a}"), expected(0..480));
    assert_eq!(
        append(&store, &[float("x", 6 * HOUR - 1, 1.0)]).refused,
        [(0, Refusal::TooOld)]
    );
    let part = read(
        &store,
        &selection(5 * HOUR + 58 * MINUTE, 6 * HOUR + MINUTE, &["job=a"]),
    );
    assert_eq!(part[0].1.floats, [358.0, 359.0, 360.0, 361.0]);
    let names = store.label_names(&selection(0, HOUR, &[])).expect("names");
    assert_eq!(names, ["__name__", "job"]);
    assert_eq!(
        store
            .label_values("__name__", &selection(0, HOUR, &[]))
            .expect("values"),
        ["up"]
    );
    assert_eq!(
        store
            .label_values("__name__", &selection(0, 9 * HOUR, &[]))
            .expect("values"),
        ["late", "up"]
    );
}

#[test]
fn series_that_are_written_no_more_leave_the_index_and_their_budget() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut few = options(folder.path());
    few.budgets.per_metric = 3;
    let store = EmbeddedMetrics::open(few.clone()).expect("open");
    write(
        &store,
        &[
            float("m{a=1}", 1, 1.0),
            float("m{a=2}", 1, 2.0),
            float("m{a=3}", 4 * HOUR, 3.0),
        ],
    );
    assert!(matches!(
        append(&store, &[float("m{a=4}", 4 * HOUR, 1.0)]).refused[0].1,
        Refusal::TooManySeries { .. }
    ));
    store.maintain();
    assert_eq!(store.stats().series_removed, 2);
    let outcome = append(
        &store,
        &[
            float("m{a=4}", 4 * HOUR, 4.0),
            float("m{a=1}", 4 * HOUR, 5.0),
        ],
    );
    assert_eq!(outcome.refused, []);
    let again = |store: &EmbeddedMetrics| {
        assert_eq!(floats(store, "m{a=1}"), [(1, 1.0), (4 * HOUR, 5.0)]);
        assert_eq!(floats(store, "m{a=2}"), [(1, 2.0)]);
        assert_eq!(floats(store, "m{a=4}"), [(4 * HOUR, 4.0)]);
    };
    again(&store);
    drop(store);
    again(&EmbeddedMetrics::open(few).expect("open"));
}

#[test]
fn a_reader_goes_on_with_what_it_found_while_memory_becomes_blocks() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    fill(&store, 0..4);
    let before = store
        .select(&selection(0, 9 * HOUR, &["job=a"]))
        .expect("selected");
    fill(&store, 4..8);
    store.maintain();
    store.maintain();
    let mut samples = SeriesSamples::default();
    before[0].read(&mut samples).expect("read");
    let times: Vec<i64> = (0..240).map(|minute| minute * MINUTE).collect();
    assert_eq!(samples.times, times);
    drop(before);
    store.maintain();
    assert_eq!(store.statistics(0).min_time, 6 * HOUR);
    assert_eq!(floats(&store, "up{job=a}"), expected(0..480));
}

#[test]
fn samples_out_of_order_go_into_blocks_of_their_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let late = Options {
        out_of_order_window: Duration::from_secs(12 * 3600),
        ..options(folder.path())
    };
    let store = EmbeddedMetrics::open(late.clone()).expect("open");
    fill(&store, 0..8);
    store.maintain();
    for minute in [1, 70, 130, 359, 361, 479] {
        write(&store, &[float("up{job=a}", minute * MINUTE + 1, -1.0)]);
    }
    write(&store, &[float("only{late=yes}", 30, 7.0)]);
    let check = |store: &EmbeddedMetrics, minutes: i64| {
        let found = floats(store, "up{job=a}");
        let mut all = expected(0..minutes);
        all.extend([1, 70, 130, 359, 361, 479].map(|minute| (minute * MINUTE + 1, -1.0)));
        all.sort_by_key(|(time, _)| *time);
        assert_eq!(found, all);
        assert_eq!(floats(store, "only{late=yes}"), [(30, 7.0)]);
    };
    check(&store, 480);
    drop(store);
    let store = EmbeddedMetrics::open(late.clone()).expect("open");
    check(&store, 480);
    fill(&store, 8..10);
    store.maintain();
    check(&store, 600);
    assert_eq!(store.stats().series, 2);
    drop(store);
    check(&EmbeddedMetrics::open(late).expect("open"), 600);
}

#[test]
fn retention_by_age_and_by_size_removes_whole_blocks() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut keep = options(folder.path());
    keep.retention_age = Some(Duration::from_secs(10 * 3600));
    let store = EmbeddedMetrics::open(keep.clone()).expect("open");
    fill(&store, 0..20);
    store.maintain();
    store.maintain();
    let oldest = store.blocks()[0].min_time;
    assert!((8 * HOUR..=10 * HOUR).contains(&oldest), "{oldest}");
    assert_eq!(floats(&store, "up{job=a}")[0].0, oldest);
    assert!(store.stats().expired >= 4);
    drop(store);
    keep.retention_bytes = Some(1);
    let store = EmbeddedMetrics::open(keep).expect("open");
    store.maintain();
    assert!(store.blocks().is_empty());
    assert!(files(folder.path(), "blocks").is_empty());
    assert_eq!(floats(&store, "up{job=a}")[0].0, 18 * HOUR);
}

#[test]
fn what_is_deleted_is_gone_from_memory_and_blocks_and_stays_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    fill(&store, 0..8);
    store.maintain();
    let delete = |store: &EmbeddedMetrics, from: i64, to: i64, matchers: &[&str]| {
        let matchers = matchers.iter().map(|text| matcher(text)).collect();
        store.delete_series(from, to, &[matchers]).expect("deleted");
    };
    delete(&store, 5 * HOUR, 7 * HOUR, &["job=a"]);
    delete(&store, i64::MIN, i64::MAX, &["job=b"]);
    let check = |store: &EmbeddedMetrics| {
        let mut left = expected(0..300);
        left.extend(expected(421..480));
        assert_eq!(floats(store, "up{job=a}"), left);
        assert_eq!(floats(store, "up{job=b}"), []);
        assert!(
            store
                .select(&selection(0, 9 * HOUR, &["job=b"]))
                .expect("selected")
                .is_empty()
        );
    };
    check(&store);
    drop(store);
    let store = open(folder.path());
    check(&store);
    let bytes = store.stats().block_bytes;
    store.clean_tombstones().expect("cleaned");
    check(&store);
    assert!(store.stats().block_bytes < bytes);
    let left: Vec<String> = files(folder.path(), "blocks")
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    assert!(left.iter().all(|path| path.ends_with(".block")), "{left:?}");
    // Samples that come later are not meant.
    write(&store, &[float("up{job=b}", 8 * HOUR, 9.0)]);
    assert_eq!(floats(&store, "up{job=b}"), [(8 * HOUR, 9.0)]);
    drop(store);
    assert_eq!(floats(&open(folder.path()), "up{job=b}"), [(8 * HOUR, 9.0)]);
}

#[test]
fn a_snapshot_opens_as_a_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    fill(&store, 0..8);
    store.maintain();
    store
        .delete_series(0, HOUR, &[vec![matcher("job=a")]])
        .expect("deleted");
    let whole = store.snapshot(false).expect("a snapshot");
    let blocks = store.snapshot(true).expect("a snapshot");
    drop(store);
    let whole = open(&folder.path().join("snapshots").join(whole));
    assert_eq!(floats(&whole, "up{job=a}"), expected(61..480));
    write(&whole, &[float("up{job=a}", 8 * HOUR, 480.0)]);
    assert_eq!(floats(&whole, "up{job=a}"), expected(61..481));
    let blocks = open(&folder.path().join("snapshots").join(blocks));
    assert_eq!(floats(&blocks, "up{job=a}"), expected(61..360));
}

#[test]
fn samples_of_the_past_are_imported_as_blocks() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    fill(&store, 100..101);
    let mut past: Vec<_> = (0..600)
        .map(|minute| float("up{job=a}", minute * MINUTE, minute as f64))
        .collect();
    past.reverse();
    past.push(float("{job=nameless}", 1, 1.0));
    past.push(float("up{job=a}", 0, 99.0));
    past.push(float("up{job=c}", 100 * HOUR, 7.0));
    let refused = store.backfill(&past).expect("written");
    assert!(matches!(
        refused.as_slice(),
        [(600, Refusal::InvalidLabels { .. })]
    ));
    let check = |store: &EmbeddedMetrics| {
        let mut all = expected(0..600);
        all.extend(expected(6_000..6_060));
        assert_eq!(floats(store, "up{job=a}"), all);
        assert_eq!(floats(store, "up{job=c}"), [(100 * HOUR, 7.0)]);
    };
    check(&store);
    store.maintain();
    check(&store);
    fill(&store, 101..103);
    drop(store);
    let store = open(folder.path());
    assert_eq!(floats(&store, "up{job=a}").len(), 600 + 180);
    assert!(store.blocks().len() < 6);
}

#[test]
fn damaged_blocks_are_set_aside_and_the_rest_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    // Blocks of their own, that are not joined.
    let keep = Options {
        retention_age: Some(Duration::from_secs(20 * 3600)),
        ..options(folder.path())
    };
    let store = EmbeddedMetrics::open(keep.clone()).expect("open");
    fill(&store, 0..10);
    store.maintain();
    drop(store);
    let blocks = files(folder.path(), "blocks");
    assert_eq!(blocks.len(), 4);
    // One in its chunks, one in its series, one at its end.
    let flip = |path: &Path, place: &dyn Fn(usize) -> usize| {
        let mut bytes = fs::read(path).expect("a block");
        let at = place(bytes.len());
        bytes[at] ^= 0x55;
        fs::write(path, bytes).expect("damaged");
    };
    flip(&blocks[0], &|_| 12);
    let bytes = fs::read(&blocks[1]).expect("a block");
    // So small a page of series is not compressed.
    let labels = bytes
        .windows(8)
        .position(|text| text == b"__name__")
        .expect("labels");
    flip(&blocks[1], &|_| labels + 3);
    flip(&blocks[3], &|length| length - 30);
    let store = EmbeddedMetrics::open(keep.clone()).expect("open");
    assert_eq!(store.stats().damaged, 1);
    let mut left = expected(240..360);
    left.extend(expected(480..600));
    assert_eq!(floats(&store, "up{job=a}"), left);
    assert_eq!(floats(&store, "up{job=a}"), left);
    assert_eq!(store.stats().damaged, 3);
    store.maintain();
    assert_eq!(files(folder.path(), "damaged").len(), 2);
    assert_eq!(floats(&store, "up{job=a}"), left);
    drop(store);
    let store = EmbeddedMetrics::open(keep).expect("open");
    assert_eq!(store.stats().damaged, 0);
    assert_eq!(floats(&store, "up{job=a}"), left);
}

#[test]
fn without_its_manifest_a_folder_still_has_its_blocks() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    fill(&store, 0..8);
    store.maintain();
    drop(store);
    let manifest = folder.path().join("MANIFEST");
    let mut text = fs::read(&manifest).expect("a manifest");
    text[40] ^= 1;
    fs::write(&manifest, text).expect("damaged");
    let store = open(folder.path());
    assert_eq!(store.stats().damaged, 1);
    assert_eq!(floats(&store, "up{job=a}"), expected(0..480));
}

#[test]
fn a_query_ends_when_it_is_cancelled() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path());
    write(&store, &[float("m", 1, 1.0)]);
    let selection = selection(0, 10, &["__name__=m"]);
    let found = store.select(&selection).expect("selected");
    selection.cancellation.cancel();
    assert!(matches!(
        store.select(&selection),
        Err(MetricError::Cancelled)
    ));
    let read = found[0].read(&mut SeriesSamples::default());
    assert!(matches!(read, Err(MetricError::Cancelled)));
    assert_eq!(found[0].labels(), &labels("m"));
    assert_eq!(PERIOD, 2 * HOUR);
}
