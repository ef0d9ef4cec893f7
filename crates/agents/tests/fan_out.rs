//! Tasks in parts, deadlines and cancellations, as a handler sees them, over real HTTP.

mod swarm;

use std::time::Duration;

use serde_json::{Map, Value, json};
use swarm::{Swarm, eventually};
use swarmscope_model::state::{NewTask, Task, TaskState};
use swarmscope_sdk::agent::{AgentOptions, Assignment, Handler, Outcome, run};
use swarmscope_sdk::client::OrchestratorClient;
use swarmscope_sdk::{Logger, TaskError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// An agent that runs until it is dropped.
struct Running {
    end: CancellationToken,
    _running: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

fn start<H: Handler>(swarm: &Swarm, name: &str, task_types: &[&str], handler: H) -> Running {
    let options = AgentOptions {
        lease: Duration::from_millis(900),
        heartbeat_every: Duration::from_millis(200),
        claim_wait: Duration::from_millis(500),
        grace: Duration::ZERO,
        ..AgentOptions::new(name, "test_agent", task_types)
    };
    let client = OrchestratorClient::new(&swarm.url, None).unwrap();
    let end = CancellationToken::new();
    let running = run(
        options,
        client,
        swarm.kept.logger(name),
        handler,
        end.clone(),
    );
    Running {
        end,
        _running: tokio::spawn(running),
    }
}

/// Counts the words of a text: one part a line, and their sum when they have ended.
struct CountWords;

impl Handler for CountWords {
    async fn handle(&self, task: Task, _: Logger) -> Result<Outcome, TaskError> {
        let text = task.metadata.get("text").and_then(Value::as_str);
        let text = text.ok_or_else(|| TaskError::permanent("the task has no text"))?;
        if task.task_type == "count_line" {
            let words = text.split_whitespace().count();
            return Ok(outcome(json!({"words": words})));
        }
        let assignment = Assignment::current().expect("this is a handler");
        let parts = assignment.parts().await.map_err(TaskError::transient)?;
        if parts.is_empty() {
            let part = |line: &str| NewTask {
                task_type: "count_line".to_owned(),
                metadata: Map::from_iter([("text".to_owned(), line.into())]),
                ..NewTask::default()
            };
            return Ok(Outcome::fan_out(text.lines().map(part).collect()));
        }
        let words = parts
            .iter()
            .filter_map(|part| part.result["words"].as_u64());
        Ok(outcome(
            json!({"words": words.sum::<u64>(), "parts": parts.len()}),
        ))
    }
}

fn outcome(result: Value) -> Outcome {
    Outcome {
        result: result.as_object().cloned().unwrap_or_default(),
        ..Outcome::default()
    }
}

fn new_task(task_id: &str, task_type: &str, metadata: Value) -> NewTask {
    NewTask {
        task_id: Some(task_id.to_owned()),
        task_type: task_type.to_owned(),
        metadata: metadata.as_object().cloned().unwrap_or_default(),
        ..NewTask::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_waits_for_its_parts_and_gathers_what_they_gave() {
    let swarm = Swarm::start().await;
    let types = ["count_words", "count_line"];
    let _one = start(&swarm, "one", &types, CountWords);
    let _two = start(&swarm, "two", &types, CountWords);
    let text = json!({"text": "three short words\none\ntwo more", "correlation_id": "c-1"});
    let task = new_task("t", "count_words", text);
    swarm.client.submit(&task).await.unwrap();
    let done = swarm.reaches("t", TaskState::Completed).await;
    let ends: Vec<&str> = done.attempts.iter().map(|end| end.state.as_str()).collect();
    assert_eq!(ends, ["waiting", "completed"]);
    assert_eq!(
        done.attempts[1].metadata["result"],
        json!({"words": 6, "parts": 3})
    );
    let waits = eventually("the agent tells of it", async || {
        swarm.kept.of_type("task_fanned_out").pop()
    });
    let waits = waits.await;
    assert_eq!(waits["metadata"]["parts"], 3);
    assert_eq!(waits["metadata"]["correlation_id"], "c-1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_fails_fails_the_task_and_no_handler_gets_it_again() {
    let swarm = Swarm::start().await;
    let _agent = start(&swarm, "one", &["count_words"], CountWords);
    let task = new_task("t", "count_words", json!({"text": "a\nb"}));
    swarm.client.submit(&task).await.unwrap();
    let waiting = swarm.reaches("t", TaskState::Waiting).await;
    assert!(waiting.task.join.is_some());
    let query = swarmscope_sdk::wire::TaskQuery {
        parent_task_id: Some("t".to_owned()),
        ..Default::default()
    };
    let parts = swarm.client.tasks(&query).await.unwrap().tasks;
    assert_eq!(parts.len(), 2);
    for part in &parts {
        swarm.client.cancel(&part.task_id).await.unwrap();
    }
    let failed = swarm.reaches("t", TaskState::Failed).await;
    assert_eq!(failed.attempts.len(), 1, "{:?}", failed.attempts);
}

/// Tells how much time there is, and then when nobody waits any more.
struct Watching(UnboundedSender<Option<Duration>>);

impl Handler for Watching {
    async fn handle(&self, _: Task, _: Logger) -> Result<Outcome, TaskError> {
        let assignment = Assignment::current().expect("this is a handler");
        let tell = self.0.clone();
        let _ = tell.send(assignment.remaining());
        // What a handler has started elsewhere is not dropped with it.
        tokio::spawn(async move {
            assignment.over().await;
            let _ = tell.send(assignment.remaining());
        });
        std::future::pending().await
    }
}

async fn told(told: &mut UnboundedReceiver<Option<Duration>>) -> Option<Duration> {
    let next = tokio::time::timeout(swarm::PATIENCE, told.recv()).await;
    next.expect("in time").expect("a word")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_sees_its_deadline_and_learns_that_it_has_passed() {
    let swarm = Swarm::start().await;
    let (tell, mut words) = unbounded_channel();
    let _agent = start(&swarm, "one", &["watch"], Watching(tell));
    let task = NewTask {
        deadline_ms: Some(3_000),
        ..new_task("t", "watch", json!({}))
    };
    swarm.client.submit(&task).await.unwrap();
    let left = told(&mut words).await.expect("a deadline");
    assert!(left <= Duration::from_secs(3), "{left:?}");
    assert!(told(&mut words).await < Some(left));
    swarm.reaches("t", TaskState::Failed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_learns_that_its_task_was_cancelled() {
    let swarm = Swarm::start().await;
    let (tell, mut words) = unbounded_channel();
    let _agent = start(&swarm, "one", &["watch"], Watching(tell));
    swarm
        .client
        .submit(&new_task("t", "watch", json!({})))
        .await
        .unwrap();
    assert_eq!(told(&mut words).await, None);
    swarm.client.cancel("t").await.unwrap();
    assert_eq!(told(&mut words).await, None);
    assert!(Assignment::current().is_none());
}
