//! Finding tasks by text, following their changes, and cancelling many at once.

mod fixture;

use std::time::Duration;

use fixture::{Fixture, LEASE, claim_of, task, types};
use serde_json::Map;
use swarmscope_model::limits::MAX_REQUEUE;
use swarmscope_model::state::{
    ErrorClass, Failure, Join, NewTask, StateError, Task, TaskFilter, TaskState,
};

on_both!(
    text_finds_a_part_of_id_type_and_error_whatever_its_case,
    changes_come_in_their_order_and_the_newest_when_there_are_too_many,
    cancelling_in_bulk_takes_what_has_not_ended_or_nothing_at_all,
    as_many_as_one_call_may_change_are_cancelled_and_requeued,
);

async fn found(fixture: &Fixture, text: &str) -> Vec<String> {
    let filter = TaskFilter {
        text: Some(text.into()),
        limit: 10,
        ..TaskFilter::default()
    };
    let page = fixture.store.tasks(&filter).await.unwrap();
    assert_eq!(page.total, page.tasks.len() as u64);
    let mut ids: Vec<String> = page.tasks.into_iter().map(|task| task.task_id).collect();
    ids.sort();
    ids
}

async fn text_finds_a_part_of_id_type_and_error_whatever_its_case(fixture: Fixture) {
    fixture.register("a").await;
    fixture
        .store
        .enqueue(vec![task("Order-17"), task("other")])
        .await
        .unwrap();
    let claimed = fixture
        .store
        .claim("a", &types(), LEASE)
        .await
        .unwrap()
        .unwrap();
    let failure = Failure {
        error_type: ErrorClass::Permanent,
        error_message: "100% Wrong_".into(),
        exception_type: None,
    };
    fixture
        .store
        .fail(&claim_of(&claimed), &failure)
        .await
        .unwrap();
    assert_eq!(found(&fixture, "ORDER").await, ["Order-17"]);
    assert_eq!(
        found(&fixture, "100% wrong_").await,
        [claimed.task_id.as_str()]
    );
    assert_eq!(
        found(&fixture, "search").await,
        ["Order-17", "other"],
        "the type"
    );
    assert!(
        found(&fixture, "1_0").await.is_empty(),
        "no sign stands for another"
    );
}

async fn changes_come_in_their_order_and_the_newest_when_there_are_too_many(fixture: Fixture) {
    for id in ["a", "b", "c"] {
        fixture.store.enqueue(vec![task(id)]).await.unwrap();
        fixture.turn(1_000);
    }
    let start = fixture.now();
    let changes = async |since, limit| {
        let tasks = fixture.store.changes(since, limit).await.unwrap();
        tasks
            .into_iter()
            .map(|task| task.task_id)
            .collect::<Vec<_>>()
    };
    assert!(changes(start, 10).await.is_empty());
    fixture.store.cancel("b").await.unwrap();
    fixture.turn(1_000);
    fixture.store.cancel("a").await.unwrap();
    assert_eq!(
        changes(start, 10).await,
        ["b", "a"],
        "the moment itself counts"
    );
    assert_eq!(changes(start, 1).await, ["a"]);
}

async fn cancelling_in_bulk_takes_what_has_not_ended_or_nothing_at_all(fixture: Fixture) {
    fixture.register("a").await;
    let child = NewTask {
        parent_task_id: Some("parent".into()),
        ..task("child")
    };
    let all = vec![task("done"), task("parent"), child, task("held")];
    fixture.store.enqueue(all).await.unwrap();
    let first = fixture
        .store
        .claim("a", &types(), LEASE)
        .await
        .unwrap()
        .unwrap();
    let completed = fixture
        .store
        .complete(&claim_of(&first), Map::new(), vec![])
        .await;
    assert_eq!(completed.unwrap().task_id, "done");
    let held = fixture
        .store
        .claim("a", &types(), Duration::from_secs(60))
        .await
        .unwrap()
        .unwrap();

    let filter = TaskFilter {
        task_type: Some("research".into()),
        ..TaskFilter::default()
    };
    let refused = fixture.store.cancel_all(&filter, 4).await;
    let Err(StateError::CountChanged {
        expected: 4,
        found: 3,
    }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(
        fixture.store.task("child").await.unwrap().state,
        TaskState::Queued
    );
    let done = fixture.store.cancel_all(&filter, 3).await.unwrap();
    // The child goes with its parent, and counts all the same.
    assert_eq!((done.tasks.len(), done.skipped.len()), (3, 0));
    for id in ["parent", "child", "held"] {
        assert_eq!(
            fixture.store.task(id).await.unwrap().state,
            TaskState::Cancelled,
            "{id}"
        );
    }
    let late = fixture
        .store
        .complete(&claim_of(&held), Map::new(), vec![])
        .await;
    assert!(
        matches!(late, Err(StateError::StaleClaim { .. })),
        "{late:?}"
    );
    let many = fixture.store.cancel_all(&filter, 1_000_000).await;
    assert!(matches!(many, Err(StateError::Invalid { .. })), "{many:?}");
}

async fn as_many_as_one_call_may_change_are_cancelled_and_requeued(fixture: Fixture) {
    let parent = NewTask {
        join: Some(Join::default()),
        ..task("parent")
    };
    let child = NewTask {
        parent_task_id: Some("parent".into()),
        ..task("0")
    };
    fixture.store.enqueue(vec![parent, child]).await.unwrap();
    fixture
        .sql(&format!(
            "INSERT INTO task_states (task_id, task_type, state, parent_task_id) \
             WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 \
                 FROM numbers WHERE number < {MAX_REQUEUE} - 1) \
             SELECT CAST(number AS TEXT), 'research', 'queued', 'parent' FROM numbers"
        ))
        .await;
    let children = TaskFilter {
        parent_task_id: Some("parent".into()),
        ..TaskFilter::default()
    };
    let cancelled = fixture.store.cancel_all(&children, MAX_REQUEUE).await;
    let cancelled = cancelled.unwrap();
    assert_eq!(cancelled.tasks.len() as u64, MAX_REQUEUE);
    let parent = fixture.store.task("parent").await.unwrap();
    assert_eq!(parent.state, TaskState::Failed, "all its children ended");
    let children = TaskFilter {
        state: Some(TaskState::Cancelled),
        ..children
    };
    let requeued = fixture.store.requeue(&children, MAX_REQUEUE).await.unwrap();
    assert_eq!(requeued.tasks.len() as u64, MAX_REQUEUE);
    let is_queued = |task: &Task| task.state == TaskState::Queued;
    assert!(requeued.tasks.iter().all(is_queued));
}
