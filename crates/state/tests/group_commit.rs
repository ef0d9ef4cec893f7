//! Changes that come at the same time may share a transaction or a statement; each is still all or nothing
//! by itself, and has the outcome that it would have alone.

mod fixture;

use std::collections::BTreeSet;

use fixture::{Fixture, LEASE, claim_of, task, types};
use futures::future::join_all;
use serde_json::{Map, json};
use swarmscope_model::state::{
    AfterChildren, Attempt, Claim, Join, NewAgent, NewTask, StateError, Task, TaskFilter, TaskState,
};

on_both!(
    a_refused_change_takes_nothing_of_its_neighbours_with_it,
    claims_that_come_together_get_what_each_may_have,
    claims_that_come_together_take_the_most_urgent,
    completions_that_come_together_are_each_judged_by_their_own_claim,
);

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

/// The skills of an agent by its number; the fourth kind has all and is drained.
fn skills(agent: usize) -> &'static [&'static str] {
    [&[][..], &["french"], &["french", "law"], &["french", "law"]][agent % 4]
}

fn wanted(agent: usize) -> Vec<String> {
    let types = [&["research"][..], &["other"], &["research", "other"]][agent % 3];
    types.iter().map(|name| (*name).to_owned()).collect()
}

async fn claims_that_come_together_get_what_each_may_have(fixture: Fixture) {
    const AGENTS: usize = 48;
    let store = &fixture.store;
    for number in 0..AGENTS {
        let agent = NewAgent {
            agent_name: format!("a{number}"),
            agent_type: "test".into(),
            capabilities: Map::from_iter([("skills".to_owned(), json!(skills(number)))]),
            metadata: Map::new(),
        };
        store.register(agent).await.unwrap();
        store
            .drain(&format!("a{number}"), number % 4 == 3)
            .await
            .unwrap();
    }
    let tasks = (0..24).map(|number| NewTask {
        task_type: ["research", "other"][number % 2].into(),
        required_skills: skills(number / 2 % 3)
            .iter()
            .map(|skill| (*skill).into())
            .collect(),
        ..task(&format!("t{number}"))
    });
    store.enqueue(tasks.collect()).await.unwrap();
    let claim = async |number: usize| {
        let claimed = store
            .claim(&format!("a{number}"), &wanted(number), LEASE)
            .await;
        (number, claimed.unwrap())
    };
    let types = types();
    let (claimed, unknown) = tokio::join!(
        join_all((0..AGENTS).map(claim)),
        store.claim("nobody", &types, LEASE)
    );
    assert!(matches!(
        unknown,
        Err(StateError::NotFound { kind: "agent", .. })
    ));
    let (happy, empty): (Vec<_>, Vec<_>) =
        claimed.into_iter().partition(|(_, task)| task.is_some());
    let mut given = BTreeSet::new();
    for (number, task) in happy {
        let task: Task = task.unwrap();
        assert_eq!(task.agent_name.as_deref(), Some(&*format!("a{number}")));
        assert!(
            number % 4 != 3 && wanted(number).contains(&task.task_type),
            "{task:?}"
        );
        let has = |skill: &String| skills(number).contains(&skill.as_str());
        assert!(task.required_skills.iter().all(has), "{number}: {task:?}");
        assert!(given.insert(task.task_id), "given twice");
    }
    assert!(given.len() >= 16, "{given:?}");
    // Who got nothing was left nothing.
    for (number, _) in empty {
        assert_eq!(claim(number).await.1, None, "a{number}");
    }
}

async fn claims_that_come_together_take_the_most_urgent(fixture: Fixture) {
    let store = &fixture.store;
    for number in 0..12 {
        fixture.register(&format!("a{number}")).await;
    }
    // Two lanes, whose tasks take turns.
    for number in 0..30 {
        let task = NewTask {
            task_type: ["research", "other"][number % 2].into(),
            ..task(&format!("t{number:02}"))
        };
        store.enqueue(vec![task]).await.unwrap();
        fixture.turn(1);
    }
    let types = ["other", "research", "other"].map(str::to_owned);
    let names: Vec<String> = (0..12).map(|number| format!("a{number}")).collect();
    let claims = names.iter().map(|name| store.claim(name, &types, LEASE));
    let taken: BTreeSet<String> = join_all(claims)
        .await
        .into_iter()
        .map(|claimed| claimed.unwrap().expect("there are enough").task_id)
        .collect();
    let first: BTreeSet<String> = (0..12).map(|number| format!("t{number:02}")).collect();
    assert_eq!(taken, first);
}

async fn completions_that_come_together_are_each_judged_by_their_own_claim(fixture: Fixture) {
    const TASKS: usize = 24;
    let store = &fixture.store;
    fixture.register("a").await;
    let parent = NewTask {
        task_type: "whole".into(),
        join: Some(Join {
            then: AfterChildren::Complete,
            ..Join::default()
        }),
        ..task("whole")
    };
    let parts = (0..TASKS).map(|number| NewTask {
        parent_task_id: (number < 2).then(|| "whole".into()),
        ..task(&format!("t{number:02}"))
    });
    let family = std::iter::once(parent).chain(parts).collect();
    store.enqueue(family).await.unwrap();
    let mut claims = Vec::new();
    for _ in 0..TASKS {
        let claimed = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
        claims.push(claim_of(&claimed));
    }
    // The last but one is another's by now, and the last was cancelled.
    claims[TASKS - 2].fencing_token += 1;
    store.cancel(&claims[TASKS - 1].task_id).await.unwrap();
    let unknown = Claim {
        task_id: "unknown".into(),
        ..claims[0].clone()
    };
    let twice = claims[2].clone();
    let asked: Vec<&Claim> = claims.iter().chain([&unknown, &twice]).collect();
    let complete = async |claim: &Claim| store.complete(claim, Map::new(), Vec::new()).await;
    let outcomes = join_all(asked.into_iter().map(complete)).await;
    for (number, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(task) => assert_eq!(
                (task.state, task.lease_expires_at),
                (TaskState::Completed, None)
            ),
            Err(StateError::StaleClaim { .. }) => assert!((TASKS - 2..TASKS).contains(&number)),
            Err(StateError::NotFound { kind: "task", id }) => assert_eq!(id, "unknown"),
            Err(other) => panic!("{number}: {other:?}"),
        }
    }
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        TASKS - 2 + 1
    );
    for claim in &claims[..TASKS - 2] {
        let task = store.task(&claim.task_id).await.unwrap();
        let attempts: Vec<Attempt> = store.attempts(&claim.task_id).await.unwrap();
        let [attempt] = attempts.as_slice() else {
            panic!("{attempts:?}");
        };
        assert!(
            task.state == TaskState::Completed && attempt.success,
            "{task:?} {attempt:?}"
        );
    }
    assert_eq!(
        store.task("whole").await.unwrap().state,
        TaskState::Completed
    );
    let held = store.task(&claims[TASKS - 2].task_id).await.unwrap();
    assert_eq!(held.state, TaskState::InProgress);
    let agents = store.agents().await.unwrap();
    assert_eq!(agents[0].completed_tasks, TASKS as u64 - 2);
}
