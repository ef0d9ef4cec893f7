//! Changes that run at the same time may share a transaction; each is still all or nothing by itself.

mod fixture;

use fixture::{Fixture, task};
use futures::future::join_all;
use swarmscope_model::state::{NewTask, StateError, TaskFilter};

on_both!(a_refused_change_takes_nothing_of_its_neighbours_with_it);

const CHANGES: usize = 120;

/// Every third change enqueues one task and then one whose id is taken by another content.
fn change(number: usize) -> Vec<NewTask> {
    let mut tasks = vec![task(&format!("task-{number}"))];
    if number.is_multiple_of(3) {
        let mut taken = task("taken");
        taken.task_type = "another".into();
        tasks.push(taken);
    }
    tasks
}

async fn a_refused_change_takes_nothing_of_its_neighbours_with_it(fixture: Fixture) {
    fixture.store.enqueue(vec![task("taken")]).await.unwrap();
    let outcomes = join_all((0..CHANGES).map(|number| {
        let store = std::sync::Arc::clone(&fixture.store);
        tokio::spawn(async move { store.enqueue(change(number)).await })
    }))
    .await;
    // A new handle sees what is committed and nothing else.
    let store = fixture.open().await;
    for (number, outcome) in outcomes.into_iter().enumerate() {
        let refused = number.is_multiple_of(3);
        match outcome.unwrap() {
            Err(StateError::Conflict { task_id }) if refused => assert_eq!(task_id, "taken"),
            Ok(tasks) if !refused => assert_eq!(tasks.len(), 1),
            other => panic!("change {number}: {other:?}"),
        }
        let found = store.task(&format!("task-{number}")).await;
        assert_eq!(found.is_err(), refused, "change {number}: {found:?}");
    }
    let all = TaskFilter {
        limit: 1,
        ..TaskFilter::default()
    };
    let kept = (CHANGES - CHANGES.div_ceil(3) + 1) as u64;
    assert_eq!(store.tasks(&all).await.unwrap().total, kept);
}
