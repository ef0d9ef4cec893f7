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

#[test]
fn a_mark_is_read_as_it_was_written_with_the_newest_of_too_many() {
    let from = Timestamp::from_millisecond(1_769_860_800_000);
    let all: Vec<u64> = (0..2 * MAX_MARKED as u64)
        .map(|number| number << 20)
        .collect();
    let read = Mark::parse(&mark(from, &all)).expect("a mark");
    assert_eq!(read.from, from);
    assert_eq!(read.seen, all[MAX_MARKED..].iter().copied().collect());
    assert!(
        Mark::parse("1769860800000")
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
