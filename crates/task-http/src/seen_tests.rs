//! Looks at a real store: a burst of changes is told of once, and what comes after it one by one; marks.

use std::collections::BTreeSet;

use swarmscope_model::state::{NewTask, StateStore};
use swarmscope_state::SqliteState;

use super::*;

struct Store(SqliteState);

impl Tasks for Store {
    fn store(&self) -> &dyn StateStore {
        &self.0
    }
}

fn task(id: String) -> NewTask {
    serde_json::from_value(serde_json::json!({"task_type": "a", "task_id": id})).expect("a task")
}

fn ids(look: &Look) -> BTreeSet<&str> {
    look.changes
        .iter()
        .map(|change| change.task.task_id.as_str())
        .collect()
}

#[tokio::test]
async fn after_a_burst_readers_are_not_told_to_list_anew_for_ever() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store(
        SqliteState::open(&folder.path().join("state.db"))
            .await
            .expect("a store"),
    );
    let mut seen = Seen::new(Mark::at(Timestamp::now()));
    let burst = (0..MAX_WATCHED_AT_ONCE).map(|number| task(number.to_string()));
    store.submit(burst.collect()).await.expect("enqueued");
    store
        .submit(vec![task("one more".to_owned())])
        .await
        .expect("enqueued");
    let first = seen.look(&store).await.expect("a look");
    assert!(first.lagged && ids(&first).contains("one more"));
    let mut looks = 0;
    while seen.look(&store).await.expect("a look").lagged {
        looks += 1;
        assert!(looks < 10, "lagged, and nothing changes");
    }
    store
        .submit(vec![task("later".to_owned())])
        .await
        .expect("enqueued");
    let later = seen.look(&store).await.expect("a look");
    assert_eq!(
        (ids(&later), later.lagged),
        (BTreeSet::from(["later"]), false)
    );
    // A burst after that is told of again.
    let again = (0..MAX_WATCHED_AT_ONCE).map(|number| task(format!("again {number}")));
    store.submit(again.collect()).await.expect("enqueued");
    store
        .submit(vec![task("last".to_owned())])
        .await
        .expect("enqueued");
    assert!(seen.look(&store).await.expect("a look").lagged);
}

#[tokio::test]
async fn a_task_with_a_time_in_the_future_hides_no_change_from_anybody() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.db");
    let store = Store(SqliteState::open(&file).await.expect("a store"));
    let two_hours = 2 * 3_600_000;
    let ahead = SqliteState::open(&file).await.expect("a store");
    let ahead = ahead.with_clock(move || {
        Timestamp::from_millisecond(Timestamp::now().as_millisecond() + two_hours)
    });
    let mut seen = Seen::new(Mark::at(Timestamp::now()));
    ahead
        .enqueue(vec![task("ahead".to_owned())])
        .await
        .expect("enqueued");
    let first = seen.look(&store).await.expect("a look");
    assert_eq!(ids(&first), BTreeSet::from(["ahead"]));
    let mut last = first;
    for id in ["one", "another"] {
        let tasks = vec![task(id.to_owned())];
        store.submit(tasks).await.expect("enqueued");
        last = seen.look(&store).await.expect("a look");
        assert_eq!(ids(&last), BTreeSet::from([id]));
    }
    // Who comes back hears of what changes now, and not again of what is ahead.
    for mark in [last.mark.to_string(), format!("{}{}", 2, &last.mark)] {
        let mark = Mark::parse(&mark).expect("a mark");
        let tasks = vec![task(format!("after {}", mark.from.as_millisecond()))];
        let enqueued = store.submit(tasks).await.expect("enqueued");
        let change = Change::new(enqueued[0].clone());
        assert!(!mark.covers(&change), "it is news to the reader");
        let look = Seen::new(mark).look(&store).await.expect("a look");
        let heard = ids(&look);
        assert!(heard.contains(&*enqueued[0].task_id), "{heard:?}");
        assert!(!heard.contains("ahead"), "{heard:?}");
    }
}

#[test]
fn a_mark_is_read_as_it_was_written_with_the_newest_of_too_many() {
    let from = Timestamp::from_millisecond(1_700_000_000_000);
    let all: Vec<u64> = (0..2 * MAX_MARKED as u64)
        .map(|number| number << 20)
        .collect();
    let read = Mark::parse(&mark(from, &all)).expect("a mark");
    assert_eq!(read.from, from);
    assert_eq!(read.seen, all[MAX_MARKED..].iter().copied().collect());
    assert!(
        Mark::parse("1700000000000")
            .expect("a time alone")
            .seen
            .is_empty()
    );
    for text in [
        "",
        "x",
        "1.",
        "1.12345",
        "1.123456789z",
        ".0000000000",
        "1.éééééé",
    ] {
        assert_eq!(Mark::parse(text).is_some(), text == "1.", "{text}");
    }
}
