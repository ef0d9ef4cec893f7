//! Parents and children, and schedules, through the trait on both databases.

mod fixture;

use std::sync::Arc;

use fixture::{Fixture, LEASE, SWEEP, claim_of, task, types};
use serde_json::Map;
use swarmscope_model::Timestamp;
use swarmscope_model::state::{
    AfterChildren, CatchUp, ChildFailure, ErrorClass, Failure, Join, NewSchedule, NewTask, Overlap,
    StateError, Task, TaskFilter, TaskState,
};

on_both!(
    a_parent_waits_for_its_children_and_goes_on,
    the_last_of_many_children_that_end_together_moves_the_parent_once,
    what_a_failed_child_means_is_the_parents_to_say,
    cancelling_a_parent_cancels_all_under_it,
    a_parent_that_failed_over_its_children_is_retried_with_them,
    children_that_end_by_sql_are_noticed_by_the_sweep,
    what_cannot_be_a_family_is_refused,
    each_tick_enqueues_one_task_whoever_sees_to_it,
    a_tick_is_left_out_while_the_task_of_the_one_before_has_not_ended,
);

fn child(id: &str, parent: &str) -> NewTask {
    NewTask {
        parent_task_id: Some(parent.into()),
        ..task(id)
    }
}

fn join(then: AfterChildren, on_child_failure: ChildFailure) -> Join {
    Join {
        then,
        on_child_failure,
    }
}

async fn claim(fixture: &Fixture) -> Task {
    let task = fixture.store.claim("a", &types(), LEASE).await.unwrap();
    task.expect("a task is there")
}

async fn state(fixture: &Fixture, task_id: &str) -> TaskState {
    fixture.store.task(task_id).await.unwrap().state
}

async fn complete(fixture: &Fixture, task: &Task) {
    let done = fixture
        .store
        .complete(&claim_of(task), Map::new(), vec![])
        .await;
    done.unwrap();
}

async fn fail(fixture: &Fixture, task: &Task) {
    let failure = Failure {
        error_type: ErrorClass::Permanent,
        error_message: "it broke".into(),
        exception_type: None,
    };
    fixture.store.fail(&claim_of(task), &failure).await.unwrap();
}

/// A parent that waits from the start, with children `c0`, `c1`, ….
async fn family(fixture: &Fixture, join: Join, children: usize) {
    let parent = NewTask {
        join: Some(join),
        ..task("parent")
    };
    let children = (0..children).map(|number| child(&format!("c{number}"), "parent"));
    let tasks = std::iter::once(parent).chain(children).collect();
    fixture.store.enqueue(tasks).await.unwrap();
    fixture.register("a").await;
}

async fn a_parent_waits_for_its_children_and_goes_on(fixture: Fixture) {
    let store = &fixture.store;
    fixture.register("a").await;
    let mut parent = task("parent");
    parent
        .metadata
        .insert("correlation_id".into(), "story".into());
    store.enqueue(vec![parent]).await.unwrap();
    let first = claim(&fixture).await;
    fixture.turn(1_000);
    let children = vec![task("c0"), task("c1")];
    let waits = join(AfterChildren::Continue, ChildFailure::Fail);
    let waiting = store
        .fan_out(&claim_of(&first), children.clone(), waits)
        .await
        .unwrap();
    assert_eq!(
        (waiting.state, waiting.agent_name.as_deref()),
        (TaskState::Waiting, None)
    );
    assert_eq!(waiting.join, Some(waits));
    // The reply may have been lost: the same again is no error and no more children.
    assert_eq!(
        store
            .fan_out(&claim_of(&first), children, waits)
            .await
            .unwrap(),
        waiting
    );
    let late = store
        .complete(&claim_of(&first), Map::new(), vec![])
        .await
        .unwrap_err();
    assert_eq!(late.code(), "stale_claim");
    let under = TaskFilter {
        parent_task_id: Some("parent".into()),
        limit: 10,
        ..TaskFilter::default()
    };
    assert_eq!(store.tasks(&under).await.unwrap().total, 2);

    let (one, two) = (claim(&fixture).await, claim(&fixture).await);
    assert_eq!(one.correlation_id(), "story");
    assert_eq!(store.claim("a", &types(), LEASE).await.unwrap(), None);
    complete(&fixture, &two).await;
    assert_eq!(state(&fixture, "parent").await, TaskState::Waiting);
    complete(&fixture, &one).await;
    let second = claim(&fixture).await;
    assert_eq!((second.task_id.as_str(), second.join), ("parent", None));
    assert!(second.fencing_token > first.fencing_token);
    complete(&fixture, &second).await;
    let attempts = store.attempts("parent").await.unwrap();
    let ends: Vec<&str> = attempts
        .iter()
        .map(|attempt| attempt.state.as_str())
        .collect();
    assert_eq!(ends, ["waiting", "completed"]);
}

async fn the_last_of_many_children_that_end_together_moves_the_parent_once(fixture: Fixture) {
    family(
        &fixture,
        join(AfterChildren::Complete, ChildFailure::Fail),
        30,
    )
    .await;
    let second = fixture.open().await;
    let mut claimed = Vec::new();
    for _ in 0..30 {
        claimed.push(claim(&fixture).await);
    }
    let endings = claimed.iter().enumerate().map(|(number, task)| {
        let store = if number % 2 == 0 {
            &fixture.store
        } else {
            &second
        };
        async move {
            store
                .complete(&claim_of(task), Map::new(), vec![])
                .await
                .unwrap()
        }
    });
    futures::future::join_all(endings).await;
    let parent = fixture.store.task("parent").await.unwrap();
    assert_eq!(
        (parent.state, parent.last_error),
        (TaskState::Completed, None)
    );
    assert_eq!(parent.completed_at, Some(fixture.now()));
    assert!(fixture.store.sweep(&SWEEP).await.unwrap().joined.is_empty());
}

async fn what_a_failed_child_means_is_the_parents_to_say(fixture: Fixture) {
    use ChildFailure::{Fail, FailFast, Ignore};
    for (policy, after_one, after_all) in [
        (Fail, TaskState::Waiting, TaskState::Failed),
        (FailFast, TaskState::Failed, TaskState::Failed),
        (Ignore, TaskState::Waiting, TaskState::Completed),
    ] {
        let id = |name: &str| format!("{policy:?} {name}");
        let parent = NewTask {
            join: Some(join(AfterChildren::Complete, policy)),
            ..task(&id("parent"))
        };
        let children = ["c0", "c1"].map(|name| child(&id(name), &id("parent")));
        fixture
            .store
            .enqueue([vec![parent], children.to_vec()].concat())
            .await
            .unwrap();
        fixture.register("a").await;
        let (one, two) = (claim(&fixture).await, claim(&fixture).await);
        fail(&fixture, &one).await;
        assert_eq!(
            state(&fixture, &id("parent")).await,
            after_one,
            "{policy:?}"
        );
        if policy == FailFast {
            let refused = fixture
                .store
                .renew(&claim_of(&two), LEASE)
                .await
                .unwrap_err();
            assert!(refused.to_string().contains("is cancelled"), "{refused}");
        } else {
            complete(&fixture, &two).await;
        }
        let parent = fixture.store.task(&id("parent")).await.unwrap();
        assert_eq!(parent.state, after_all, "{policy:?}");
        let said = parent
            .last_error
            .is_some_and(|error| error.contains("child"));
        assert_eq!(said, after_all == TaskState::Failed);
    }
}

async fn cancelling_a_parent_cancels_all_under_it(fixture: Fixture) {
    let store = &fixture.store;
    family(
        &fixture,
        join(AfterChildren::Continue, ChildFailure::Fail),
        2,
    )
    .await;
    store
        .enqueue(vec![child("grandchild", "c1")])
        .await
        .unwrap();
    let held = claim(&fixture).await;
    store.cancel("parent").await.unwrap();
    for id in ["parent", "c0", "c1", "grandchild"] {
        assert_eq!(state(&fixture, id).await, TaskState::Cancelled, "{id}");
    }
    assert!(store.renew(&claim_of(&held), LEASE).await.is_err());
    assert_eq!(
        store.attempts(&held.task_id).await.unwrap()[0].state,
        "cancelled"
    );
    let refused = store
        .enqueue(vec![child("late", "parent")])
        .await
        .unwrap_err();
    assert!(
        matches!(refused, StateError::WrongState { .. }),
        "{refused}"
    );
}

async fn a_parent_that_failed_over_its_children_is_retried_with_them(fixture: Fixture) {
    let store = &fixture.store;
    family(
        &fixture,
        join(AfterChildren::Complete, ChildFailure::Fail),
        2,
    )
    .await;
    let (one, two) = (claim(&fixture).await, claim(&fixture).await);
    complete(&fixture, &one).await;
    fail(&fixture, &two).await;
    assert_eq!(state(&fixture, "parent").await, TaskState::Failed);
    assert_eq!(
        store.retry("parent").await.unwrap().state,
        TaskState::Waiting
    );
    assert_eq!(state(&fixture, &one.task_id).await, TaskState::Completed);
    let again = claim(&fixture).await;
    assert_eq!(again.task_id, two.task_id);
    complete(&fixture, &again).await;
    assert_eq!(state(&fixture, "parent").await, TaskState::Completed);
}

async fn children_that_end_by_sql_are_noticed_by_the_sweep(fixture: Fixture) {
    family(
        &fixture,
        join(AfterChildren::Continue, ChildFailure::Fail),
        2,
    )
    .await;
    fixture
        .sql("UPDATE task_states SET agent_name = 'theirs', state = 'odd' WHERE task_id = 'c0'")
        .await;
    let other = claim(&fixture).await;
    complete(&fixture, &other).await;
    // A state of an agent's own is no end.
    assert!(fixture.store.sweep(&SWEEP).await.unwrap().joined.is_empty());
    fixture
        .sql("UPDATE task_states SET state = 'completed' WHERE task_id = 'c0'")
        .await;
    assert_eq!(state(&fixture, "parent").await, TaskState::Waiting);
    let report = fixture.store.sweep(&SWEEP).await.unwrap();
    assert_eq!(report.joined.len(), 1);
    assert_eq!(report.joined[0].state, TaskState::Queued);
}

async fn what_cannot_be_a_family_is_refused(fixture: Fixture) {
    let store = &fixture.store;
    fixture.register("a").await;
    let orphan = store.enqueue(vec![child("c", "nobody")]).await.unwrap_err();
    assert!(
        matches!(
            orphan,
            StateError::Invalid {
                field: "parent_task_id",
                ..
            }
        ),
        "{orphan}"
    );
    let lonely = NewTask {
        join: Some(Join::default()),
        ..task("lonely")
    };
    assert!(store.enqueue(vec![lonely]).await.is_err());
    store.enqueue(vec![task("t")]).await.unwrap();
    let held = claim(&fixture).await;
    let empty = store
        .fan_out(&claim_of(&held), vec![], Join::default())
        .await
        .unwrap_err();
    assert!(
        matches!(
            empty,
            StateError::Invalid {
                field: "children",
                ..
            }
        ),
        "{empty}"
    );
    let foreign = store
        .fan_out(&claim_of(&held), vec![child("c", "u")], Join::default())
        .await;
    assert!(foreign.is_err());
    assert_eq!(
        state(&fixture, "t").await,
        TaskState::InProgress,
        "nothing has changed"
    );
    // A tree of limited depth.
    let mut refused = None;
    for depth in 0..40 {
        let parent = if depth == 0 {
            "t".to_owned()
        } else {
            format!("d{}", depth - 1)
        };
        if let Err(error) = store
            .enqueue(vec![child(&format!("d{depth}"), &parent)])
            .await
        {
            refused = Some((depth, error.to_string()));
            break;
        }
    }
    let (depth, said) = refused.unwrap();
    assert_eq!(depth, 31);
    assert!(said.contains("levels deep"), "{said}");
}

fn every_minute(overlap: Overlap, catch_up: CatchUp) -> NewSchedule {
    NewSchedule {
        name: "every minute".into(),
        cron: "* * * * *".into(),
        time_zone: "Europe/Berlin".into(),
        task: NewTask {
            task_type: "research".into(),
            deadline_ms: Some(3_600_000),
            ..NewTask::default()
        },
        enabled: true,
        overlap,
        catch_up,
    }
}

async fn each_tick_enqueues_one_task_whoever_sees_to_it(fixture: Fixture) {
    let second = fixture.open().await;
    let store = &fixture.store;
    let kept = store
        .put_schedule(every_minute(Overlap::Allow, CatchUp::All))
        .await
        .unwrap();
    let start = fixture.now().as_millisecond();
    assert_eq!(
        kept.next_at,
        Some(Timestamp::from_millisecond(start + 60_000))
    );
    let round = async || {
        let rounds = (0..6).map(|number| {
            let store = if number % 2 == 0 {
                Arc::clone(store)
            } else {
                Arc::clone(&second)
            };
            async move { store.tick().await.unwrap().enqueued }
        });
        let rounds: Vec<_> = futures::future::join_all(rounds).await;
        rounds.into_iter().flatten().collect::<Vec<_>>()
    };
    fixture.turn(59_999);
    assert!(round().await.is_empty());
    fixture.turn(1);
    let first = round().await;
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].tick.as_millisecond(), start + 60_000);
    assert_eq!(first[0].task.metadata["schedule"], "every minute");
    assert!(first[0].task.deadline.is_some());
    // Nobody ran for five minutes.
    fixture.turn(5 * 60_000);
    assert_eq!(round().await.len(), 5);
    let now_kept = store.schedules().await.unwrap().remove(0);
    assert_eq!(now_kept.last_at.unwrap().as_millisecond(), start + 360_000);
    let last = store.task(&now_kept.last_task_id.unwrap()).await.unwrap();
    assert_eq!(last.state, TaskState::Queued);

    store
        .put_schedule(every_minute(Overlap::Allow, CatchUp::Skip))
        .await
        .unwrap();
    fixture.turn(5 * 60_000 + 40_000);
    assert!(round().await.is_empty(), "missed, and not made up for");
    fixture.turn(20_000);
    assert_eq!(round().await.len(), 1);
    let off = NewSchedule {
        enabled: false,
        ..every_minute(Overlap::Allow, CatchUp::All)
    };
    assert_eq!(store.put_schedule(off).await.unwrap().next_at, None);
    fixture.turn(600_000);
    assert!(round().await.is_empty());
    store.remove_schedule("every minute").await.unwrap();
    assert_eq!(
        store
            .remove_schedule("every minute")
            .await
            .unwrap_err()
            .code(),
        "not_found"
    );
}

async fn a_tick_is_left_out_while_the_task_of_the_one_before_has_not_ended(fixture: Fixture) {
    let store = &fixture.store;
    fixture.register("a").await;
    store
        .put_schedule(every_minute(Overlap::Skip, CatchUp::Last))
        .await
        .unwrap();
    fixture.turn(60_000);
    assert_eq!(store.tick().await.unwrap().enqueued.len(), 1);
    let held = claim(&fixture).await;
    fixture.turn(60_000);
    let ticks = store.tick().await.unwrap();
    assert_eq!((ticks.enqueued.len(), ticks.overlapping.len()), (0, 1));
    // Claimed anew, because the lease has run out in between.
    store.sweep(&SWEEP).await.unwrap();
    let again = claim(&fixture).await;
    assert_eq!(again.task_id, held.task_id);
    complete(&fixture, &again).await;
    fixture.turn(60_000);
    assert_eq!(store.tick().await.unwrap().enqueued.len(), 1);
}
