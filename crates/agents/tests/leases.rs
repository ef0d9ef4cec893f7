//! What a lease is for: agents that die, stall, stop or lose their task, over real HTTP.

mod swarm;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use swarm::{Kept, Swarm, eventually};
use swarmscope_model::state::{Claim, Task, TaskState};
use swarmscope_sdk::agent::{AgentOptions, Handler, Outcome, run};
use swarmscope_sdk::client::{ClientError, OrchestratorClient};
use swarmscope_sdk::{Logger, TaskError};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Tells what happens to its work, and works for as long as it is told.
struct Telling {
    tell: UnboundedSender<Told>,
    works_for: Duration,
}

#[derive(Debug)]
enum Told {
    Started(Box<Task>),
    /// The work's future is gone, finished or not.
    Gone,
}

struct Going(UnboundedSender<Told>);

impl Drop for Going {
    fn drop(&mut self) {
        let _ = self.0.send(Told::Gone);
    }
}

impl Handler for Telling {
    async fn handle(&self, task: Task, _: Logger) -> Result<Outcome, TaskError> {
        let _going = Going(self.tell.clone());
        let _ = self.tell.send(Told::Started(Box::new(task)));
        tokio::time::sleep(self.works_for).await;
        Ok(Outcome::default())
    }
}

struct Worker {
    told: UnboundedReceiver<Told>,
    end: CancellationToken,
    running: JoinHandle<()>,
}

impl Worker {
    fn start(swarm: &Swarm, name: &str, works_for: Duration) -> Self {
        Self::start_at(&swarm.url, &swarm.kept, name, works_for)
    }

    fn start_at(url: &str, kept: &Kept, name: &str, works_for: Duration) -> Self {
        Self::with_lease(url, kept, name, works_for, Duration::from_millis(900))
    }

    fn with_lease(
        url: &str,
        kept: &Kept,
        name: &str,
        works_for: Duration,
        lease: Duration,
    ) -> Self {
        let (tell, told) = unbounded_channel();
        let end = CancellationToken::new();
        let options = AgentOptions {
            lease,
            heartbeat_every: Duration::from_millis(200),
            grace: Duration::ZERO,
            ..AgentOptions::new(name, "test_agent", &["research"])
        };
        let client = OrchestratorClient::new(url, None).unwrap();
        let handler = Telling { tell, works_for };
        let running = tokio::spawn(run(
            options,
            client,
            kept.logger(name),
            handler,
            end.clone(),
        ));
        Self { told, end, running }
    }

    async fn started(&mut self) -> Task {
        match tokio::time::timeout(swarm::PATIENCE, self.told.recv()).await {
            Ok(Some(Told::Started(task))) => *task,
            other => panic!("no task was started: {other:?}"),
        }
    }

    async fn gone(&mut self) {
        match tokio::time::timeout(swarm::PATIENCE, self.told.recv()).await {
            Ok(Some(Told::Gone)) => {}
            other => panic!("the work goes on: {other:?}"),
        }
    }
}

const FOR_EVER: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_agents_task_goes_to_another_and_its_late_completion_is_refused() {
    let swarm = Swarm::start().await;
    let mut victim = Worker::start(&swarm, "victim", FOR_EVER);
    swarm.submit("t", "research").await;
    let lost = victim.started().await;
    // No farewell: as kill -9 does it.
    victim.running.abort();

    let mut heir = Worker::start(&swarm, "heir", SHORT);
    let taken = heir.started().await;
    assert_eq!(taken.task_id, "t");
    assert!(taken.fencing_token > lost.fencing_token);
    let detail = swarm.reaches("t", TaskState::Completed).await;
    let ends: Vec<&str> = detail
        .attempts
        .iter()
        .map(|attempt| attempt.state.as_str())
        .collect();
    assert_eq!(ends, ["lease_expired", "completed"]);
    eventually("the victim counts as inactive", async || {
        let agents = swarm.client.agents().await.unwrap();
        agents
            .iter()
            .any(|agent| agent.agent_name == "victim" && agent.status == "inactive")
            .then_some(())
    })
    .await;

    let late = reqwest::Client::new()
        .post(format!("{}/api/v1/tasks/t/complete", swarm.url))
        .body(json!({"agent_name": "victim", "fencing_token": lost.fencing_token}).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(late.status(), 409);
    let body: Value = serde_json::from_str(&late.text().await.unwrap()).unwrap();
    assert_eq!(body["error"]["code"], "stale_claim");
    let claim = Claim {
        task_id: "t".into(),
        agent_name: "victim".into(),
        fencing_token: lost.fencing_token,
    };
    let refused = swarm
        .client
        .complete(&claim, Map::new(), vec![])
        .await
        .unwrap_err();
    assert!(matches!(refused, ClientError::StaleClaim(_)), "{refused}");
    assert_eq!(swarm.client.task("t").await.unwrap(), detail);

    // Events are written behind the replies.
    eventually("both refusals are logged", async || {
        (swarm.kept.of_type("stale_claim").len() >= 2).then_some(())
    })
    .await;
    let expired = swarm.kept.of_type("lease_expired");
    assert_eq!(expired.len(), 1);
    assert_eq!(expired[0]["severity"], "WARNING");
    assert_eq!(expired[0]["metadata"]["assigned_to"], "victim");
    assert_eq!(swarm.kept.of_type("agent_silent").len(), 1);
    assert_eq!(swarm.kept.of_type("stale_claim").len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_outlasts_its_lease_keeps_it_by_renewing() {
    let swarm = Swarm::start().await;
    // A lease that a busy machine comes to renew.
    let lease = Duration::from_secs(4);
    let mut worker = Worker::with_lease(&swarm.url, &swarm.kept, "worker", lease * 3 / 2, lease);
    swarm.submit("t", "research").await;
    worker.started().await;
    let detail = swarm.reaches("t", TaskState::Completed).await;
    assert_eq!(detail.attempts.len(), 1);
    assert_eq!(detail.task.fencing_token, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_whose_claim_is_lost_is_dropped_and_the_agent_goes_on() {
    let swarm = Swarm::start().await;
    let mut worker = Worker::start(&swarm, "worker", FOR_EVER);
    swarm.submit("t", "research").await;
    worker.started().await;
    swarm.client.cancel("t").await.unwrap();
    worker.gone().await;
    swarm.submit("next", "research").await;
    assert_eq!(worker.started().await.task_id, "next");
    assert_eq!(
        swarm.client.task("t").await.unwrap().task.state,
        TaskState::Cancelled
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_has_to_stop_hands_its_task_back() {
    let swarm = Swarm::start().await;
    let mut worker = Worker::start(&swarm, "worker", FOR_EVER);
    swarm.submit("t", "research").await;
    worker.started().await;
    worker.end.cancel();
    worker.running.await.unwrap();
    let detail = swarm.client.task("t").await.unwrap();
    assert_eq!(detail.task.state, TaskState::Queued);
    assert_eq!(detail.attempts[0].state, "released");
    assert_eq!(swarm.client.agents().await.unwrap()[0].status, "inactive");
    assert_eq!(swarm.kept.of_type("system_shutdown").len(), 1);
}

/// Works until it may go on.
struct Gated {
    has_begun: Arc<Notify>,
    may_go_on: Arc<Notify>,
}

impl Handler for Gated {
    async fn handle(&self, _: Task, _: Logger) -> Result<Outcome, TaskError> {
        self.has_begun.notify_one();
        self.may_go_on.notified().await;
        Ok(Outcome::default())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_has_to_stop_tries_no_report_again() {
    let address = swarmscope_test_ports::free_address();
    let listener = TcpListener::bind(address).await.unwrap();
    let swarm = Swarm::start_on(listener, Kept::default()).await;
    let (has_begun, may_go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = Gated {
        has_begun: Arc::clone(&has_begun),
        may_go_on: Arc::clone(&may_go_on),
    };
    let options = AgentOptions {
        // It would try for an hour.
        lease: FOR_EVER,
        grace: Duration::ZERO,
        ..AgentOptions::new("worker", "test_agent", &["research"])
    };
    let client = OrchestratorClient::new(&swarm.url, None).unwrap();
    let end = CancellationToken::new();
    let logger = swarm.kept.logger("worker");
    let running = tokio::spawn(run(options, client, logger, handler, end.clone()));
    swarm.submit("t", "research").await;
    has_begun.notified().await;
    swarm.end.cancel();
    swarm.server.await.unwrap().unwrap();

    // Takes the report, and hangs up.
    let hanging_up = TcpListener::bind(address).await.unwrap();
    may_go_on.notify_one();
    let report = async {
        let mut request = String::new();
        while !request.contains("/t/complete") {
            let (mut connection, _) = hanging_up.accept().await.unwrap();
            let mut start = [0; 256];
            let read = connection.read(&mut start).await.unwrap_or(0);
            request = String::from_utf8_lossy(&start[..read]).into_owned();
        }
    };
    let reported = tokio::time::timeout(swarm::PATIENCE, report).await;
    reported.expect("a report");
    end.cancel();
    let ended = tokio::time::timeout(swarm::PATIENCE, running).await;
    ended.expect("the agent ends").unwrap();
    let failed = swarm.kept.of_type("operation_failed");
    let message = "cannot report on research task t: no answer";
    let is_that = |event: &Value| event["message"].as_str().unwrap().starts_with(message);
    assert!(failed.iter().any(is_that), "{failed:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_orchestrator_that_is_not_there_yet_is_waited_for() {
    let address = swarmscope_test_ports::free_address();
    let kept = Kept::default();
    let mut worker = Worker::start_at(&format!("http://{address}"), &kept, "early", SHORT);
    eventually("the failure is logged", async || {
        (!kept.of_type("agent_registration_failed").is_empty()).then_some(())
    })
    .await;
    let listener = TcpListener::bind(address).await.unwrap();
    let swarm = Swarm::start_on(listener, kept).await;
    swarm.submit("t", "research").await;
    worker.started().await;
    swarm.reaches("t", TaskState::Completed).await;
    swarm.end.cancel();
    swarm.server.await.unwrap().unwrap();
    eventually("the outage is logged", async || {
        (!swarm.kept.of_type("heartbeat_failed").is_empty()).then_some(())
    })
    .await;

    // It comes back having forgotten everybody (a new state file, say): the agent registers again.
    let listener = TcpListener::bind(address).await.unwrap();
    let swarm = Swarm::start_on(listener, swarm.kept).await;
    swarm.submit("t", "research").await;
    swarm.reaches("t", TaskState::Completed).await;
}
