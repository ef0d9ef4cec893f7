//! Idempotency keys.

use std::sync::Arc;

use serde_json::Map;
use swarmscope_model::state::{NewTask, Retention, StateError, TaskState};

use crate::fixture::{Fixture, task};
use crate::on_both;

on_both!(
    the_same_key_is_the_same_task_for_as_long_as_the_key_counts,
    keys_race_and_one_task_is_made,
);

async fn the_same_key_is_the_same_task_for_as_long_as_the_key_counts(fixture: Fixture) {
    let store = &fixture.store;
    let keyed = |window: Option<u64>, topic: &str| NewTask {
        task_id: None,
        idempotency_key: Some("order-7".into()),
        idempotency_window_ms: window,
        metadata: Map::from_iter([("topic".to_owned(), topic.into())]),
        ..task("")
    };
    let first = store.enqueue(vec![keyed(Some(60_000), "a")]).await.unwrap();
    assert_eq!(first[0].idempotency_key.as_deref(), Some("order-7"));
    fixture.turn(59_999);
    let again = store
        .enqueue(vec![keyed(Some(60_000), "a"), keyed(None, "a")])
        .await
        .unwrap();
    assert_eq!(again, [first[0].clone(), first[0].clone()]);
    let refused = store.enqueue(vec![keyed(None, "b")]).await.unwrap_err();
    assert!(
        matches!(&refused, StateError::KeyConflict { task_id, .. } if *task_id == first[0].task_id),
        "{refused}"
    );
    // Of another type it is another key.
    let other_type = NewTask {
        task_type: "editing".into(),
        ..keyed(None, "b")
    };
    let other = store.enqueue(vec![other_type]).await.unwrap();
    assert_ne!(other[0].task_id, first[0].task_id);

    fixture.turn(1);
    let second = store.enqueue(vec![keyed(None, "b")]).await.unwrap();
    assert_ne!(second[0].task_id, first[0].task_id);
    assert_eq!(
        store.task(&first[0].task_id).await.unwrap().idempotency_key,
        None
    );
    // This one counts for ever, so retention leaves it alone.
    store.cancel(&first[0].task_id).await.unwrap();
    store.cancel(&second[0].task_id).await.unwrap();
    fixture.turn(40 * 24 * 3_600_000);
    let retention = Retention {
        tasks_before: Some(fixture.now()),
        history_before: None,
        batch: 100,
    };
    assert_eq!(store.prune(&retention).await.unwrap().tasks, 1);
    assert_eq!(
        store.enqueue(vec![keyed(None, "b")]).await.unwrap()[0].task_id,
        second[0].task_id
    );
}

async fn keys_race_and_one_task_is_made(fixture: Fixture) {
    let second = fixture.open().await;
    let submissions = (0..20).map(|number| {
        let store = if number % 2 == 0 {
            Arc::clone(&fixture.store)
        } else {
            Arc::clone(&second)
        };
        let keyed = NewTask {
            task_id: None,
            idempotency_key: Some("once".into()),
            ..task("")
        };
        async move { store.enqueue(vec![keyed]).await.unwrap().remove(0).task_id }
    });
    let ids = futures::future::join_all(submissions).await;
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(
        fixture.store.task_counts().await.unwrap(),
        [(TaskState::Queued, 1)]
    );
}
