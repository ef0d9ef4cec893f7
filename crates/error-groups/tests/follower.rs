//! The follower over a real log store and a real state store: every error once, whatever happens to it or to
//! them.

mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use support::{World, error, note, open};
use swarmscope_error_groups::{Fingerprints, memberships};
use swarmscope_logstore::EmbeddedLogs;
use swarmscope_model::error_groups::{GroupIdentity, GroupSource};
use swarmscope_model::limits::{ERROR_BATCH, ERRORS_READ_AT_ONCE};

fn total(counts: &[(String, u64)]) -> u64 {
    counts.iter().map(|(_, count)| count).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_in_any_spelling_are_grouped_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path()).await;
    for severity in ["ERROR", "critical", "Error", "WARNING", "error prone"] {
        let (_, mut document) = error("ValueError");
        document["severity"] = json!(severity);
        world.write([(None, document), note()]).await;
    }
    world.write([error("KeyError")]).await;
    let figures = world.catch_up().await;
    let counts = world.counts().await;
    assert_eq!(
        counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(),
        [1, 3]
    );
    assert!(
        counts[0].0.starts_with("KeyError") && counts[1].0.starts_with("ValueError"),
        "{counts:?}"
    );
    assert_eq!(
        (figures.errors, figures.created, figures.behind()),
        (4, 2, 0)
    );
    assert_eq!(figures.lag, Duration::ZERO);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashes_at_any_point_lose_and_double_nothing() {
    const ERRORS: usize = 4_000;
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path()).await;
    world
        .write((0..ERRORS).map(|number| error(["A", "B", "C"][number % 3])))
        .await;
    for attempt in 0..30 {
        let following = world.follow().await;
        tokio::time::sleep(Duration::from_millis(attempt)).await;
        following.crash().await;
        world.write([note(), error("A")]).await;
    }
    let figures = world.catch_up().await;
    assert_eq!(
        total(&world.counts().await),
        ERRORS as u64 + 30,
        "{figures:?}"
    );
    assert_eq!(world.catch_up().await.errors, 0, "nothing is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_is_replaced_is_counted_once_and_not_missed() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path()).await;
    let same = |id: &str| (Some(id.to_owned()), error("A").1);
    // Replaced before anybody read it: only version 2 is there.
    world.write([same("1")]).await;
    world.write([same("1"), same("2")]).await;
    assert_eq!(world.catch_up().await.errors, 2);
    // Replaced after it was counted, also by a follower that began since.
    world.write([same("1"), same("2"), same("3")]).await;
    let figures = world.catch_up().await;
    assert_eq!((figures.errors, figures.repeated), (1, 2));
    assert_eq!(total(&world.counts().await), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_store_from_an_older_backup_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path()).await;
    world.write((0..50).map(|_| error("A"))).await;
    let backup = folder.path().join("backup");
    let target = backup.clone();
    let copy = move |logs: &EmbeddedLogs| {
        logs.backup(&target).unwrap();
    };
    world.with_store(copy).await;
    world.write((0..100).map(|_| error("A"))).await;
    world.catch_up().await;
    world.with_store(EmbeddedLogs::close).await;

    let restored = world.with_logs(open(&backup));
    let figures = restored.catch_up().await;
    assert_eq!((figures.errors, figures.set_back), (0, 1));
    // Fewer than were lost: their places in the order of writes were counted already.
    restored.write((0..30).map(|_| error("B"))).await;
    let figures = restored.catch_up().await;
    assert_eq!((figures.errors, figures.set_back), (30, 0));
    let counts: Vec<u64> = restored
        .counts()
        .await
        .into_iter()
        .map(|(_, count)| count)
        .collect();
    assert_eq!(counts, [150, 30]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_store_that_was_deleted_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path()).await;
    world.write((0..50).map(|_| error("A"))).await;
    world.catch_up().await;
    world.with_store(EmbeddedLogs::close).await;
    let anew = world.with_logs(open(&folder.path().join("other")));
    anew.write((0..7).map(|_| error("A"))).await;
    assert_eq!(anew.catch_up().await.errors, 7);
    assert_eq!(total(&anew.counts().await), 57);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_store_that_is_away_is_told_and_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path()).await;
    world.write([error("A")]).await;
    world.groups.away.store(true, Ordering::SeqCst);
    let following = world.follow().await;
    let figures = following.until(|figures| figures.failures > 1).await;
    assert!(figures.problem.unwrap().contains("the network is down"));
    world.groups.away.store(false, Ordering::SeqCst);
    following
        .until(|figures| figures.errors == 1 && figures.problem.is_none())
        .await;
    // It goes while the follower works, and answers are lost after the change was made.
    for _ in 0..3 {
        world.groups.lost_answers.store(1, Ordering::SeqCst);
        world.write([error("A"), error("B")]).await;
        following
            .until(|_| world.groups.lost_answers.load(Ordering::SeqCst) == 0)
            .await;
        following.until(|figures| figures.problem.is_none()).await;
    }
    following.end().await;
    world.catch_up().await;
    let counts: Vec<u64> = world
        .counts()
        .await
        .into_iter()
        .map(|(_, count)| count)
        .collect();
    assert_eq!(counts, [4, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_over_old_logs_goes_in_bounded_steps() {
    const PAGES: usize = 4;
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path()).await;
    for _ in 0..PAGES {
        world
            .write((0..ERROR_BATCH).flat_map(|_| [error("A"), note()]))
            .await;
        world.with_store(|logs| assert!(logs.flush())).await;
    }
    let figures = world.catch_up().await;
    assert_eq!(figures.errors, (PAGES * ERROR_BATCH) as u64);
    assert_eq!(figures.batches, PAGES as u64);
    let largest = world.groups.largest.load(Ordering::SeqCst);
    assert_eq!(largest, ERROR_BATCH);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_errors_behind_small_ones_are_never_read_all_at_once() {
    const LARGE: usize = 200_000;
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path()).await;
    world.write((0..1_000).map(|_| error("A"))).await;
    let large = || {
        let (id, mut document) = error("B");
        document["metadata"]["page"] = json!("x".repeat(LARGE));
        (id, document)
    };
    for _ in 0..5 {
        world.write((0..30).map(|_| large())).await;
    }
    let figures = world.catch_up().await;
    assert_eq!(figures.errors, 1_150);
    let largest = world.largest_reply.load(Ordering::SeqCst);
    let most = ERRORS_READ_AT_ONCE * (LARGE + 1_000);
    assert!(largest > LARGE && largest <= most, "{largest} bytes");
    // A transaction ends with the reply with which it has enough.
    assert!(world.groups.largest.load(Ordering::SeqCst) < 1_150);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_the_database_does_not_do_is_tried_with_half_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path()).await;
    world.write((0..150).map(|_| error("A"))).await;
    world.groups.too_many.store(100, Ordering::SeqCst);
    let figures = world.catch_up().await;
    assert_eq!(figures.errors, 150);
    assert_eq!(world.groups.largest.load(Ordering::SeqCst), 75);
    // It gets back to full batches.
    world.groups.too_many.store(usize::MAX, Ordering::SeqCst);
    world.write((0..ERROR_BATCH).map(|_| error("A"))).await;
    assert_eq!(world.catch_up().await.errors, ERROR_BATCH as u64);
    assert_eq!(total(&world.counts().await), 150 + ERROR_BATCH as u64);
}

/// Algorithms whose groups are told apart by their version. From the second on they put kinds together that begin with
/// the same letter.
struct Algorithms(Vec<u32>);

impl Fingerprints for Algorithms {
    fn versions(&self) -> Vec<u32> {
        self.0.clone()
    }

    fn group_id(&self, version: u32, document: &[u8]) -> String {
        self.identify(version, document).id
    }

    fn identify(&self, version: u32, document: &[u8]) -> GroupIdentity {
        let document: serde_json::Value = serde_json::from_slice(document).unwrap();
        let kind = document["metadata"]["exception"]["type"]
            .as_str()
            .unwrap()
            .to_owned();
        let kind = match version {
            1 => kind,
            _ => kind[..1].to_owned(),
        };
        GroupIdentity {
            id: format!("{version}-{kind}"),
            version,
            title: kind,
            error_type: String::new(),
            culprit: String::new(),
            source: GroupSource::Message,
            frames: Vec::new(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_keep_the_algorithm_that_made_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(folder.path()).await;
    world.fingerprints = Arc::new(Algorithms(vec![1]));
    world.write([error("A"), error("A")]).await;
    world.catch_up().await;
    world.fingerprints = Arc::new(Algorithms(vec![2, 1]));
    world.write([error("A"), error("B"), error("A")]).await;
    world.catch_up().await;
    world.write([error("B")]).await;
    world.catch_up().await;
    let mut groups: Vec<_> = world
        .groups()
        .await
        .into_iter()
        .map(|group| (group.id, group.fingerprint_version, group.count))
        .collect();
    groups.sort();
    assert_eq!(groups, [("1-A".to_owned(), 1, 4), ("2-B".to_owned(), 2, 2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_keep_it_when_a_newer_one_has_put_them_together() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(folder.path()).await;
    world.fingerprints = Arc::new(Algorithms(vec![1]));
    world.write([error("A1"), error("A2")]).await;
    world.catch_up().await;
    world.fingerprints = Arc::new(Algorithms(vec![2, 1]));
    world.write([error("A3")]).await;
    world.catch_up().await;
    world.write([error("A1"), error("A2"), error("A3")]).await;
    world.catch_up().await;
    // Whoever links to the group of an error means the one in which it is counted.
    let documents = ["A1", "A2", "A3"].map(|kind| error(kind).1.to_string());
    let documents = documents.each_ref().map(String::as_bytes);
    let linked = memberships(
        &documents,
        world.fingerprints.as_ref(),
        world.groups.as_ref(),
    );
    let linked: Vec<String> = linked
        .await
        .unwrap()
        .into_iter()
        .map(|membership| membership.group_id)
        .collect();
    let mut groups: Vec<_> = world
        .groups()
        .await
        .into_iter()
        .map(|group| (group.id, group.count))
        .collect();
    groups.sort();
    let expected = ["1-A1", "1-A2", "2-A"];
    assert_eq!(groups, expected.map(|id| (id.to_owned(), 2)));
    assert_eq!(linked, expected);
}
