//! Random operations of two orchestrators whose clocks differ, one by one and together, workers that vanish,
//! connections that are cut, changes that are dropped halfway: after each, the store is what the model says.
//! Every other run is without limits, because limited claims are never made together. `STATE_SEEDS`
//! sets how many runs of each database there are.

#[path = "fixture/mod.rs"]
mod fixture;
#[path = "model_based/model.rs"]
mod model;

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use fixture::{Fixture, LEASE, SWEEP, types};
use futures::future::join_all;
use model::{AGENTS, Held, MINUTE, MOST_OF_A, MOST_OF_TYPE, Model, SKILL, Wish};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, json};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{
    AfterChildren, CatchUp, ChildFailure, Claim, ErrorClass, Failure, Join, NewAgent, NewSchedule,
    NewTask, Overlap, Priority, StateError, StateStore, TaskFilter, TaskState,
};

on_both!(the_store_does_what_the_model_says);

const STEPS: usize = 150;
const LEASE_MS: i64 = LEASE.as_millis() as i64;

async fn the_store_does_what_the_model_says(fixture: Fixture) {
    let seeds = std::env::var("STATE_SEEDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let mut fixture = Some(fixture);
    for seed in 0..seeds.unwrap_or(2_u64) {
        let this = match fixture.take() {
            Some(fixture) => fixture,
            None => return,
        };
        let sqlite = this.is_sqlite();
        let mut run = Run::start(this, seed).await;
        for step in 0..STEPS {
            run.step().await;
            run.compare(&format!("seed {seed}, step {step}: {}", run.did))
                .await;
        }
        fixture = match sqlite {
            true => Some(Fixture::sqlite().await),
            false => Fixture::postgres().await,
        };
    }
}

struct Run {
    fixture: Fixture,
    /// Each with how far its clock is ahead.
    stores: [(Arc<dyn StateStore>, i64); 2],
    model: Model,
    random: StdRng,
    held: Vec<Held>,
    made: usize,
    did: String,
}

impl Run {
    async fn start(fixture: Fixture, seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let skew = random.random_range(-3_000..3_000);
        let store = Arc::clone(&fixture.store);
        for (place, agent_name) in AGENTS.into_iter().enumerate() {
            let skills = if place == 0 {
                json!([SKILL, "x"])
            } else {
                json!(["x"])
            };
            let agent = NewAgent {
                agent_name: agent_name.into(),
                agent_type: "test".into(),
                capabilities: Map::from_iter([("skills".to_owned(), skills)]),
                metadata: Map::new(),
            };
            store.register(agent).await.unwrap();
        }
        let limited = seed.is_multiple_of(2);
        let limits = [
            ("claim_limit:task_type:research", MOST_OF_TYPE),
            ("claim_limit:agent:a", MOST_OF_A),
        ];
        for (key, most) in limits.into_iter().filter(|_| limited) {
            let limit = json!({"max_concurrent": most});
            store.set_setting(key, Some(limit)).await.unwrap();
        }
        let policy = json!({"jitter": 0, "base_seconds": 1, "cap_seconds": 4});
        let set = store.set_setting("retry_policy:*", Some(policy));
        set.await.unwrap();
        let schedule = NewSchedule {
            name: "s".into(),
            cron: "* * * * *".into(),
            time_zone: "UTC".into(),
            task: NewTask {
                task_type: "research".into(),
                ..NewTask::default()
            },
            enabled: true,
            overlap: Overlap::Allow,
            catch_up: CatchUp::All,
        };
        let kept = store.put_schedule(schedule).await.unwrap();
        let mut model = Model::new(limited);
        model.next_tick = kept.next_at.unwrap().as_millisecond();
        Self {
            stores: [(store, 0), (fixture.open_ahead(skew).await, skew)],
            fixture,
            model,
            random,
            held: Vec::new(),
            made: 0,
            did: String::new(),
        }
    }

    fn name(&mut self) -> String {
        self.made += 1;
        format!("t{}", self.made)
    }

    fn any_task(&mut self) -> Option<String> {
        let count = self.model.rows.len().max(1);
        let place = self.random.random_range(0..count);
        self.model.rows.keys().nth(place).cloned()
    }

    fn any_join(&mut self) -> Join {
        use ChildFailure::{Fail, FailFast, Ignore};
        Join {
            then: [AfterChildren::Continue, AfterChildren::Complete]
                [self.random.random_range(0..2)],
            on_child_failure: [Fail, FailFast, Ignore][self.random.random_range(0..3)],
        }
    }

    /// One of the claims ever made, mostly one of the last.
    fn any_claim(&mut self) -> Option<(Held, Claim)> {
        let last = self.held.len().min(4);
        let back = self.random.random_range(0..last.max(1));
        let held = self.held.iter().rev().nth(back)?.clone();
        let claim = Claim {
            task_id: held.task_id.clone(),
            agent_name: held.agent.into(),
            fencing_token: held.token,
        };
        Some((held, claim))
    }

    async fn step(&mut self) {
        let (store, ahead) = self.stores[self.random.random_range(0..2)].clone();
        let now = self.fixture.now().as_millisecond() + ahead;
        let dice = self.random.random_range(0..100);
        self.did = format!("{dice} at {now}");
        match dice {
            0..14 => self.enqueue(&*store, now).await,
            14..18 => self.enqueue_family(&*store, now).await,
            18..45 => self.claim(&*store, now).await,
            45..67 => self.work(&*store, now, dice).await,
            67..72 => self.complete_many(&*store, now).await,
            72..75 => self.drop_halfway(&*store, now).await,
            75..79 => self.steer(&*store, now).await,
            79..84 => {
                store.sweep(&SWEEP).await.unwrap();
                self.model.sweep(now);
            }
            84..87 => {
                let agent = self.random.random_range(0..AGENTS.len());
                let draining = self.random.random_range(0..3) == 0;
                store.drain(AGENTS[agent], draining).await.unwrap();
                self.model.drain(agent, draining);
            }
            87..90 => self.tick(&*store, now).await,
            90..92 => self.fixture.cut(),
            _ => {
                let wait = self.random.random_range(1..6_000);
                self.fixture.turn(wait);
            }
        }
    }

    async fn enqueue(&mut self, store: &dyn StateStore, now: i64) {
        let task_id = self.name();
        let chance = |random: &mut StdRng, range| {
            (random.random_range(0..4) == 0).then(|| random.random_range(range))
        };
        let priorities = [Priority::Low, Priority::Medium, Priority::High];
        let wish = Wish {
            priority: priorities[self.random.random_range(0..3)],
            delay: chance(&mut self.random, 1..8_000_i64),
            deadline: chance(&mut self.random, 1_000..40_000_i64),
            skilled: self.random.random_range(0..4) == 0,
            ..Wish::default()
        };
        let new = NewTask {
            task_id: Some(task_id.clone()),
            task_type: "research".into(),
            priority: wish.priority,
            delay_ms: wish.delay.map(i64::unsigned_abs),
            deadline_ms: wish.deadline.map(i64::unsigned_abs),
            required_skills: wish.skilled.then(|| SKILL.to_owned()).into_iter().collect(),
            idempotency_key: Some(format!("key of {task_id}")),
            ..NewTask::default()
        };
        store.enqueue(vec![new.clone()]).await.unwrap();
        // The reply was lost, and whoever asked asks again.
        store.enqueue(vec![new]).await.unwrap();
        self.model.insert(&task_id, &wish, now);
    }

    async fn enqueue_family(&mut self, store: &dyn StateStore, now: i64) {
        let (parent, join) = (self.name(), self.any_join());
        let wish = Wish {
            join: Some(join),
            ..Wish::default()
        };
        self.model.insert(&parent, &wish, now);
        let mut tasks = vec![NewTask {
            task_id: Some(parent.clone()),
            task_type: "research".into(),
            join: Some(join),
            ..NewTask::default()
        }];
        for _ in 0..self.random.random_range(1..4) {
            let (child, wish) = (
                self.name(),
                Wish {
                    parent: Some(parent.clone()),
                    ..Wish::default()
                },
            );
            self.model.insert(&child, &wish, now);
            tasks.push(NewTask {
                task_id: Some(child),
                task_type: "research".into(),
                parent_task_id: Some(parent.clone()),
                ..NewTask::default()
            });
        }
        store.enqueue(tasks).await.unwrap();
    }

    /// Who claims and is never heard of again is a worker that vanished: its lease runs out.
    async fn claim(&mut self, store: &dyn StateStore, now: i64) {
        let agent = self.random.random_range(0..AGENTS.len());
        let most = self.random.random_range(1..4);
        let types = types();
        let claims = (0..most).map(|_| store.claim(AGENTS[agent], &types, LEASE));
        let mut got: Vec<(String, i64)> = join_all(claims)
            .await
            .into_iter()
            .filter_map(|claimed| claimed.unwrap())
            .map(|task| (task.task_id, task.fencing_token))
            .collect();
        let expected = (0..most).filter_map(|_| self.model.claim(agent, now, LEASE_MS));
        let expected: Vec<Held> = expected.collect();
        let wanted = expected
            .iter()
            .map(|held| (held.task_id.clone(), held.token));
        let mut wanted: Vec<_> = wanted.collect();
        if self.model.limited || !self.fixture.is_sqlite() {
            // Those that limits concern, and those whose connection was cut, go alone in any order.
            got.sort();
            wanted.sort();
        }
        assert_eq!(got, wanted, "{} {most} by {}", self.did, AGENTS[agent]);
        self.held.extend(expected);
    }

    /// Completions together, of which some may be of claims that are over, or come twice.
    async fn complete_many(&mut self, store: &dyn StateStore, now: i64) {
        let most = self.random.random_range(2..6);
        let claims: Vec<_> = (0..most).filter_map(|_| self.any_claim()).collect();
        let completions = claims
            .iter()
            .map(|(_, claim)| store.complete(claim, Map::new(), vec![]));
        let outcomes = join_all(completions).await;
        self.did.push_str(&format!(" {claims:?}"));
        for ((held, _), outcome) in claims.iter().zip(outcomes) {
            let holds = self.model.holds(held, now);
            let done = holds || self.model.has_completed(held);
            assert_eq!(outcome.is_ok(), done, "{}: {outcome:?}", self.did);
            if holds {
                self.model.complete(held);
            }
        }
    }

    async fn work(&mut self, store: &dyn StateStore, now: i64, dice: i32) {
        let Some((held, claim)) = self.any_claim() else {
            return;
        };
        let holds = self.model.holds(&held, now);
        let class = [ErrorClass::Transient, ErrorClass::Permanent][usize::from(dice % 5 == 0)];
        let failure = Failure {
            error_type: class,
            error_message: "it broke".into(),
            exception_type: None,
        };
        let (outcome, repeated) = match dice {
            45..52 => {
                let outcome = store.renew(&claim, LEASE).await;
                if holds {
                    self.model.renew(&held, now, LEASE_MS);
                }
                (outcome, false)
            }
            52..59 => {
                let repeated = self.model.has_completed(&held);
                let outcome = store.complete(&claim, Map::new(), vec![]).await;
                if holds {
                    self.model.complete(&held);
                }
                (outcome, repeated)
            }
            59..64 => {
                let outcome = store.fail(&claim, &failure).await;
                if holds {
                    self.model.fail(&held, class, now);
                }
                (outcome, false)
            }
            _ => {
                let row = &self.model.rows[&held.task_id];
                let repeated = row.state == TaskState::Waiting && row.token == held.token;
                let (child, join) = (self.name(), self.any_join());
                let new = NewTask {
                    task_id: Some(child.clone()),
                    task_type: "research".into(),
                    ..NewTask::default()
                };
                let outcome = store.fan_out(&claim, vec![new], join).await;
                if holds {
                    self.model.fan_out(&held, &[child], join, now);
                }
                (outcome, repeated)
            }
        };
        self.did.push_str(&format!(" {held:?}"));
        assert_eq!(
            outcome.is_ok(),
            holds || repeated,
            "{}: {outcome:?}",
            self.did
        );
    }

    /// A completion whose caller goes away in the middle is done as a whole or not at all.
    async fn drop_halfway(&mut self, store: &dyn StateStore, now: i64) {
        let Some((held, claim)) = self.any_claim() else {
            return;
        };
        if !self.fixture.is_sqlite() || !self.model.holds(&held, now) {
            return;
        }
        let polls = self.random.random_range(1..8);
        let mut completing = store.complete(&claim, Map::new(), vec![]);
        for _ in 0..polls {
            let done = std::future::poll_fn(|context| {
                Poll::Ready(completing.as_mut().poll(context).is_ready())
            });
            if done.await {
                break;
            }
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        drop(completing);
        // The next completion through the same handle comes after whatever is left of it.
        let nobodys = Claim {
            task_id: "nobody's".into(),
            ..claim
        };
        let refused = store.complete(&nobodys, Map::new(), vec![]).await;
        assert!(matches!(refused, Err(StateError::NotFound { .. })));
        if store.task(&held.task_id).await.unwrap().state == TaskState::Completed {
            self.model.complete(&held);
        }
    }

    async fn steer(&mut self, store: &dyn StateStore, now: i64) {
        let Some(task_id) = self.any_task() else {
            return;
        };
        let state = self.model.rows[&task_id].state;
        self.did.push_str(&format!(" {task_id}"));
        if state.is_requeueable() {
            store.retry(&task_id).await.unwrap();
            self.model.retry(&task_id, now);
        } else {
            assert_eq!(store.cancel(&task_id).await.is_ok(), !state.is_final());
            if !state.is_final() {
                self.model.cancel(&task_id);
            }
        }
    }

    async fn tick(&mut self, store: &dyn StateStore, now: i64) {
        let ticks = store.tick().await.unwrap();
        let got: Vec<i64> = ticks
            .enqueued
            .iter()
            .map(|scheduled| scheduled.tick.as_millisecond())
            .collect();
        assert_eq!(got, self.model.tick(now), "{}", self.did);
        for tick in got {
            let task_id = format!("schedule:s:{}", Timestamp::from_millisecond(tick));
            self.model.insert(&task_id, &Wish::default(), now);
            assert_eq!(tick % MINUTE, 0);
        }
    }

    /// Every task, its attempts and the limits.
    async fn compare(&self, when: &str) {
        let store = &self.stores[0].0;
        let all = TaskFilter {
            limit: 1_000,
            ..TaskFilter::default()
        };
        let page = store.tasks(&all).await.unwrap();
        assert_eq!(page.tasks.len(), self.model.rows.len(), "{when}");
        let mut in_progress = 0;
        for task in page.tasks {
            let row = &self.model.rows[&task.task_id];
            let lease = task.lease_expires_at.map(Timestamp::as_millisecond);
            let deadline = task.deadline.map(Timestamp::as_millisecond);
            assert_eq!(
                (
                    task.state,
                    task.fencing_token,
                    task.agent_name.as_deref(),
                    lease
                ),
                (row.state, row.token, row.agent, row.lease),
                "{when}: {}",
                task.task_id
            );
            assert_eq!(
                (task.retry_count, deadline, task.join, &task.parent_task_id),
                (row.retries, row.deadline, row.join, &row.parent),
                "{when}: {}",
                task.task_id
            );
            in_progress += usize::from(task.state == TaskState::InProgress);
        }
        assert!(!self.model.limited || in_progress <= MOST_OF_TYPE, "{when}");
        // One task's attempts a step: in the end every task has had its turn.
        let place = self.made + self.held.len();
        let Some((task_id, row)) = self
            .model
            .rows
            .iter()
            .nth(place % self.model.rows.len().max(1))
        else {
            return;
        };
        let attempts = store.attempts(task_id).await.unwrap();
        let ends: Vec<&str> = attempts
            .iter()
            .map(|attempt| attempt.state.as_str())
            .collect();
        assert_eq!(ends, row.attempts, "{when}: {task_id}");
        let mut tokens: Vec<String> = attempts
            .iter()
            .filter(|attempt| attempt.success)
            .map(|attempt| attempt.metadata["fencing_token"].to_string())
            .collect();
        let successes = tokens.len();
        tokens.dedup();
        assert_eq!(
            tokens.len(),
            successes,
            "{when}: {task_id} is done twice with one token"
        );
    }
}
