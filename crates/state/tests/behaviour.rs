//! What the store promises, through its trait, on real databases and a clock that the test turns.

mod fixture;

use std::sync::Arc;

use fixture::{Fixture, LEASE, SWEEP, claim_of, task, types};
use serde_json::{Map, json};
use swarmscope_model::state::{
    ErrorClass, Failure, MAX_LEASE_LOSSES, NewTask, Priority, StateError, TaskFilter, TaskState,
};

on_both!(
    a_task_is_claimed_by_priority_then_age_and_completed_with_its_follow_ups,
    transient_failures_wait_longer_each_time_and_end_as_a_dead_letter,
    permanent_and_unexpected_failures_end_the_task_at_once,
    an_expired_lease_is_over_and_its_token_never_changes_the_task_again,
    a_task_that_kills_every_worker_is_set_aside,
    enqueueing_is_all_or_nothing_and_the_same_id_is_the_same_task,
    cancelling_takes_the_task_from_its_worker_and_deregistering_hands_it_back,
    pages_show_the_newest_change_first_and_filters_restrict,
    what_does_not_fit_is_refused_with_the_field_named,
    two_handles_on_one_database_claim_every_task_exactly_once,
);

fn failure(class: ErrorClass) -> Failure {
    Failure {
        error_type: class,
        exception_type: None,
        error_message: "it broke".into(),
    }
}

async fn a_task_is_claimed_by_priority_then_age_and_completed_with_its_follow_ups(
    fixture: Fixture,
) {
    let store = &fixture.store;
    let with = |id: &str, priority| NewTask {
        priority,
        ..task(id)
    };
    store
        .enqueue(vec![
            with("low", Priority::Low),
            with("first", Priority::Medium),
            with("second", Priority::Medium),
        ])
        .await
        .unwrap();
    fixture.turn(5);
    store
        .enqueue(vec![with("high", Priority::High)])
        .await
        .unwrap();
    fixture.register("a").await;
    let mut order = Vec::new();
    while let Some(claimed) = store.claim("a", &types(), LEASE).await.unwrap() {
        order.push(claimed.task_id.clone());
        fixture.turn(7);
        let follow = NewTask {
            task_type: "editing".into(),
            ..task(&format!("after-{}", claimed.task_id))
        };
        let result = Map::from_iter([("words".to_owned(), json!(3))]);
        let done = store
            .complete(&claim_of(&claimed), result.clone(), vec![follow.clone()])
            .await
            .unwrap();
        assert_eq!(done.state, TaskState::Completed);
        assert_eq!(done.completed_at, Some(fixture.now()));
        // The reply may have been lost: the same completion again is no error and no second task.
        assert_eq!(
            store
                .complete(&claim_of(&claimed), result, vec![follow])
                .await
                .unwrap(),
            done
        );
    }
    assert_eq!(order, ["high", "first", "second", "low"]);
    let follow = store.task("after-high").await.unwrap();
    assert_eq!(follow.correlation_id(), "high");
    let attempts = store.attempts("high").await.unwrap();
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].duration_ms, Some(7));
    assert_eq!(attempts[0].metadata["result"], json!({"words": 3}));
    assert!(attempts[0].success);
    let agent = &store.agents().await.unwrap()[0];
    assert_eq!((agent.completed_tasks, agent.failed_tasks), (4, 0));
    assert_eq!(
        store.task_counts().await.unwrap(),
        [(TaskState::Queued, 4), (TaskState::Completed, 4)]
    );
}

async fn transient_failures_wait_longer_each_time_and_end_as_a_dead_letter(fixture: Fixture) {
    let store = &fixture.store;
    store.enqueue(vec![task("t")]).await.unwrap();
    fixture.register("a").await;
    for (retry, wait) in [(1, 500), (2, 1_000), (3, 2_000)] {
        let claimed = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
        assert_eq!(claimed.fencing_token, i64::from(retry));
        let failed = store
            .fail(&claim_of(&claimed), &failure(ErrorClass::Transient))
            .await
            .unwrap();
        assert_eq!(failed.state, TaskState::Queued);
        assert_eq!(failed.retry_count, retry);
        assert_eq!(failed.agent_name, None);
        assert_eq!(failed.last_error.as_deref(), Some("it broke"));
        let not_before =
            failed.not_before.unwrap().as_millisecond() - fixture.now().as_millisecond();
        assert!(
            (wait..=wait + wait / 10).contains(&not_before),
            "{not_before}"
        );
        assert_eq!(store.claim("a", &types(), LEASE).await.unwrap(), None);
        fixture.turn(not_before);
    }
    let claimed = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
    let dead = store
        .fail(&claim_of(&claimed), &failure(ErrorClass::Transient))
        .await
        .unwrap();
    assert_eq!((dead.state, dead.retry_count), (TaskState::DeadLetter, 3));
    let attempts = store.attempts("t").await.unwrap();
    let ends: Vec<&str> = attempts
        .iter()
        .map(|attempt| attempt.state.as_str())
        .collect();
    assert_eq!(ends, ["failed", "failed", "failed", "dead_letter"]);
    assert_eq!(store.agents().await.unwrap()[0].failed_tasks, 4);

    let again = store.retry("t").await.unwrap();
    assert_eq!((again.state, again.retry_count), (TaskState::Queued, 0));
    assert!(store.claim("a", &types(), LEASE).await.unwrap().is_some());
}

async fn permanent_and_unexpected_failures_end_the_task_at_once(fixture: Fixture) {
    let store = &fixture.store;
    fixture.register("a").await;
    for class in [ErrorClass::Permanent, ErrorClass::Unexpected] {
        store.enqueue(vec![task(class.as_str())]).await.unwrap();
        let claimed = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
        let failed = store
            .fail(&claim_of(&claimed), &failure(class))
            .await
            .unwrap();
        assert_eq!(failed.state, TaskState::Failed);
        let attempt = store.attempts(class.as_str()).await.unwrap().remove(0);
        assert_eq!(attempt.error_type.as_deref(), Some(class.as_str()));
        assert_eq!(attempt.error_message.as_deref(), Some("it broke"));
    }
}

async fn an_expired_lease_is_over_and_its_token_never_changes_the_task_again(fixture: Fixture) {
    let store = &fixture.store;
    store.enqueue(vec![task("t")]).await.unwrap();
    fixture.register("dead").await;
    fixture.register("heir").await;
    let lost = store.claim("dead", &types(), LEASE).await.unwrap().unwrap();
    fixture.turn(6_000);
    let renewed = store.renew(&claim_of(&lost), LEASE).await.unwrap();
    assert_eq!(
        renewed.lease_expires_at.unwrap().as_millisecond(),
        fixture.now().as_millisecond() + 10_000
    );
    fixture.turn(9_999);
    let early = store.sweep(&SWEEP).await.unwrap();
    assert!(early.expired.is_empty());
    assert_eq!(early.silenced, ["dead", "heir"]);
    fixture.turn(1);
    // Expired, though no sweep has passed: refused all the same.
    let early = store.renew(&claim_of(&lost), LEASE).await.unwrap_err();
    assert!(matches!(early, StateError::StaleClaim { .. }), "{early}");

    let report = store.sweep(&SWEEP).await.unwrap();
    assert_eq!(report.expired.len(), 1);
    assert_eq!(report.expired[0].agent_name, "dead");
    assert_eq!(report.expired[0].task.state, TaskState::Queued);
    assert!(report.silenced.is_empty(), "said once is enough");
    assert_eq!(store.attempts("t").await.unwrap()[0].state, "lease_expired");
    assert_eq!(store.heartbeat("heir").await.unwrap().status, "active");

    let taken = store.claim("heir", &types(), LEASE).await.unwrap().unwrap();
    assert!(taken.fencing_token > lost.fencing_token);
    let before = store.task("t").await.unwrap();
    let late = claim_of(&lost);
    let refusals = [
        store.renew(&late, LEASE).await.unwrap_err(),
        store
            .complete(&late, Map::new(), vec![task("never")])
            .await
            .unwrap_err(),
        store
            .fail(&late, &failure(ErrorClass::Permanent))
            .await
            .unwrap_err(),
    ];
    for refusal in refusals {
        assert_eq!(refusal.code(), "stale_claim");
        assert!(
            refusal.to_string().contains("\"heir\" has the task"),
            "{refusal}"
        );
    }
    // Right token, wrong name: no claim either.
    let forged = swarmscope_model::state::Claim {
        agent_name: "dead".into(),
        ..claim_of(&taken)
    };
    assert!(store.renew(&forged, LEASE).await.is_err());
    assert_eq!(store.task("t").await.unwrap(), before);
    assert!(matches!(
        store.task("never").await,
        Err(StateError::NotFound { .. })
    ));
    store
        .complete(&claim_of(&taken), Map::new(), vec![])
        .await
        .unwrap();
}

async fn a_task_that_kills_every_worker_is_set_aside(fixture: Fixture) {
    let store = &fixture.store;
    store.enqueue(vec![task("t")]).await.unwrap();
    fixture.register("a").await;
    for loss in 1..=MAX_LEASE_LOSSES {
        store.claim("a", &types(), LEASE).await.unwrap().unwrap();
        fixture.turn(10_000);
        let lost = store.sweep(&SWEEP).await.unwrap().expired.remove(0);
        let last = loss == MAX_LEASE_LOSSES;
        let expected = if last {
            TaskState::DeadLetter
        } else {
            TaskState::Queued
        };
        assert_eq!(lost.task.state, expected, "after {loss}");
        assert_eq!(lost.task.retry_count, 0);
    }
}

async fn enqueueing_is_all_or_nothing_and_the_same_id_is_the_same_task(fixture: Fixture) {
    let store = &fixture.store;
    let first = store.enqueue(vec![task("t")]).await.unwrap();
    fixture.turn(1_000);
    assert_eq!(
        store.enqueue(vec![task("t"), task("t")]).await.unwrap()[1],
        first[0]
    );
    let other = NewTask {
        priority: Priority::High,
        ..task("t")
    };
    let refused = store.enqueue(vec![task("new"), other]).await.unwrap_err();
    assert!(matches!(refused, StateError::Conflict { task_id } if task_id == "t"));
    assert!(matches!(
        store.task("new").await,
        Err(StateError::NotFound { .. })
    ));
    let unnamed = NewTask {
        task_id: None,
        ..task("")
    };
    let made = store.enqueue(vec![unnamed.clone(), unnamed]).await.unwrap();
    assert_ne!(made[0].task_id, made[1].task_id);
}

async fn cancelling_takes_the_task_from_its_worker_and_deregistering_hands_it_back(
    fixture: Fixture,
) {
    let store = &fixture.store;
    store.enqueue(vec![task("t")]).await.unwrap();
    fixture.register("a").await;
    let first = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
    assert_eq!(store.agents().await.unwrap()[0].active_tasks, 1);
    assert_eq!(store.deregister("a").await.unwrap().status, "inactive");
    assert_eq!(store.task("t").await.unwrap().state, TaskState::Queued);
    assert!(
        store
            .complete(&claim_of(&first), Map::new(), vec![])
            .await
            .is_err()
    );

    let second = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
    assert_eq!(store.cancel("t").await.unwrap().state, TaskState::Cancelled);
    let refused = store.renew(&claim_of(&second), LEASE).await.unwrap_err();
    assert!(
        refused.to_string().contains("the task is cancelled"),
        "{refused}"
    );
    assert!(matches!(
        store.cancel("t").await,
        Err(StateError::WrongState { .. })
    ));
    let attempts = store.attempts("t").await.unwrap();
    assert_eq!(
        [&attempts[0].state, &attempts[1].state],
        ["released", "cancelled"]
    );
    assert_eq!(store.agents().await.unwrap()[0].failed_tasks, 0);
    assert_eq!(store.retry("t").await.unwrap().state, TaskState::Queued);
    assert!(matches!(
        store.retry("t").await,
        Err(StateError::WrongState { .. })
    ));
}

async fn pages_show_the_newest_change_first_and_filters_restrict(fixture: Fixture) {
    let store = &fixture.store;
    for number in 0..5 {
        let mut new = task(&format!("t{number}"));
        let id = if number % 2 == 0 { "even" } else { "odd" };
        new.metadata.insert("correlation_id".into(), id.into());
        store.enqueue(vec![new]).await.unwrap();
        fixture.turn(1);
    }
    let page = |filter: TaskFilter| async move {
        let page = store.tasks(&filter).await.unwrap();
        let ids: Vec<String> = page.tasks.into_iter().map(|task| task.task_id).collect();
        (page.total, ids.join(" "))
    };
    let all = TaskFilter {
        limit: 2,
        offset: 1,
        ..TaskFilter::default()
    };
    assert_eq!(page(all).await, (5, "t3 t2".into()));
    let even = TaskFilter {
        correlation_id: Some("even".into()),
        state: Some(TaskState::Queued),
        task_type: Some("research".into()),
        limit: 10,
        ..TaskFilter::default()
    };
    assert_eq!(page(even).await, (3, "t4 t2 t0".into()));
    let nobody = TaskFilter {
        agent_name: Some("a".into()),
        limit: 10,
        ..TaskFilter::default()
    };
    assert_eq!(page(nobody).await, (0, String::new()));
}

async fn what_does_not_fit_is_refused_with_the_field_named(fixture: Fixture) {
    let store = &fixture.store;
    let mut wrong_id = task("t");
    wrong_id.metadata.insert("correlation_id".into(), json!(7));
    let mut long_id = task("t");
    let id = "x".repeat(256);
    long_id.metadata.insert("correlation_id".into(), id.into());
    let mut large = task("t");
    large
        .metadata
        .insert("x".into(), "x".repeat(1024 * 1024).into());
    let no_type = NewTask {
        task_type: String::new(),
        ..task("t")
    };
    for (new, field) in [
        (task(&"x".repeat(256)), "task_id"),
        (task("line\nbreak"), "task_id"),
        (no_type, "task_type"),
        (wrong_id, "metadata.correlation_id"),
        (long_id, "metadata.correlation_id"),
        (large, "metadata"),
    ] {
        let refused = store.enqueue(vec![new]).await.unwrap_err();
        assert!(
            matches!(refused, StateError::Invalid { field: named, .. } if named == field),
            "{refused}"
        );
    }
    fixture.register("a").await;
    assert!(store.claim("a", &[], LEASE).await.is_err());
    assert!(
        store
            .claim("a", &types(), std::time::Duration::ZERO)
            .await
            .is_err()
    );
    let stranger = store.claim("nobody", &types(), LEASE).await.unwrap_err();
    assert!(matches!(
        stranger,
        StateError::NotFound { kind: "agent", .. }
    ));
}

async fn two_handles_on_one_database_claim_every_task_exactly_once(fixture: Fixture) {
    let second = fixture.open().await;
    let first = fixture.open().await;
    fixture
        .store
        .enqueue((0..120).map(|n| task(&format!("t{n}"))).collect())
        .await
        .unwrap();
    let mut workers = Vec::new();
    for worker in 0..8 {
        let store = if worker % 2 == 0 {
            Arc::clone(&first)
        } else {
            Arc::clone(&second)
        };
        let name = format!("worker{worker}");
        fixture.register(&name).await;
        workers.push(tokio::spawn(async move {
            let mut mine = Vec::new();
            while let Some(claimed) = store.claim(&name, &types(), LEASE).await.unwrap() {
                store
                    .complete(&claim_of(&claimed), Map::new(), vec![])
                    .await
                    .unwrap();
                mine.push(claimed.task_id);
            }
            mine
        }));
    }
    let mut claimed = Vec::new();
    for worker in workers {
        claimed.extend(worker.await.unwrap());
    }
    claimed.sort();
    let count = claimed.len();
    claimed.dedup();
    assert_eq!((count, claimed.len()), (120, 120));
    assert_eq!(
        fixture.store.task_counts().await.unwrap(),
        [(TaskState::Completed, 120)]
    );
}
