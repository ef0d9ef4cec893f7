//! Retry policies, and requeueing in bulk.

use serde_json::json;
use swarmscope_model::state::{ErrorClass, Failure, StateError, TaskFilter, TaskState};

use super::failure;
use crate::fixture::{Fixture, LEASE, claim_of, task, types};
use crate::on_both;

on_both!(
    a_types_retry_policy_decides_how_often_and_what_is_tried_again,
    requeueing_in_bulk_takes_what_was_counted_or_nothing,
);

async fn a_types_retry_policy_decides_how_often_and_what_is_tried_again(fixture: Fixture) {
    let store = &fixture.store;
    fixture.register("a").await;
    let policy = json!({"max_retries": 5, "base_seconds": 2, "factor": 3, "cap_seconds": 10, "jitter": 0,
                        "elapsed_seconds": 30, "non_retryable": ["ValueError"]});
    store
        .set_setting("retry_policy:research", Some(policy))
        .await
        .unwrap();
    store.enqueue(vec![task("t"), task("value")]).await.unwrap();
    assert_eq!(store.task("t").await.unwrap().max_retries, 5);
    let fail_one = async |kind: &str| {
        let claimed = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
        store
            .fail(&claim_of(&claimed), &failure(kind))
            .await
            .unwrap()
    };
    let mut waits = Vec::new();
    let dead = loop {
        let failed = fail_one("TimeoutError").await;
        assert_eq!(failed.task_id, "t");
        let Some(not_before) = failed.not_before else {
            break failed;
        };
        let wait = not_before.as_millisecond() - fixture.now().as_millisecond();
        waits.push(wait);
        fixture.turn(wait);
    };
    // 2, 6, 10 and 10 seconds; a fifth wait would end after more than 30.
    assert_eq!(waits, [2_000, 6_000, 10_000, 10_000]);
    assert_eq!((dead.state, dead.retry_count), (TaskState::DeadLetter, 4));
    let failed = fail_one("ValueError").await;
    assert_eq!(
        (failed.task_id.as_str(), failed.state),
        ("value", TaskState::Failed)
    );
    let attempts = store.attempts("value").await.unwrap();
    assert_eq!(attempts[0].metadata["exception_type"], "ValueError");
    // A policy that cannot be read is none.
    let bad = json!({"max_retries": 5, "factor": 0});
    store
        .set_setting("retry_policy:research", Some(bad))
        .await
        .unwrap();
    store.enqueue(vec![task("default")]).await.unwrap();
    assert_eq!(store.task("default").await.unwrap().max_retries, 3);
}

async fn requeueing_in_bulk_takes_what_was_counted_or_nothing(fixture: Fixture) {
    let store = &fixture.store;
    fixture.register("a").await;
    let many = (0..4).map(|number| task(&format!("t{number}"))).collect();
    store.enqueue(many).await.unwrap();
    for _ in 0..3 {
        let claimed = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
        let permanent = Failure {
            error_type: ErrorClass::Permanent,
            ..failure("ValueError")
        };
        store.fail(&claim_of(&claimed), &permanent).await.unwrap();
    }
    store.cancel("t3").await.unwrap();
    let all = TaskFilter {
        task_type: Some("research".into()),
        ..TaskFilter::default()
    };
    let refused = store.requeue(&all, 2).await.unwrap_err();
    assert!(
        matches!(
            refused,
            StateError::CountChanged {
                expected: 2,
                found: 3
            }
        ),
        "{refused}"
    );
    assert_eq!(store.task("t0").await.unwrap().state, TaskState::Failed);
    let some = TaskFilter {
        task_ids: Some(vec!["t1".into(), "t3".into(), "nothing".into()]),
        ..all.clone()
    };
    let requeued = store.requeue(&some, 1).await.unwrap();
    assert_eq!(requeued.tasks.len(), 1);
    assert_eq!(
        (requeued.tasks[0].state, requeued.tasks[0].retry_count),
        (TaskState::Queued, 0)
    );
    assert_eq!(store.requeue(&all, 2).await.unwrap().tasks.len(), 2);
    // Cancelled ones only when they are asked for. The attempts of before are all there.
    let cancelled = TaskFilter {
        state: Some(TaskState::Cancelled),
        ..all
    };
    assert_eq!(
        store.requeue(&cancelled, 1).await.unwrap().tasks[0].task_id,
        "t3"
    );
    assert_eq!(store.attempts("t0").await.unwrap().len(), 1);
    assert!(store.requeue(&TaskFilter::default(), 10_001).await.is_err());
}
