//! The state on a real database, from outside: the demo works on PostgreSQL, and whatever is killed,
//! every task is completed once.

mod support;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::StatusCode;
use serde_json::{Value, json};
use support::{Ports, SWARMSCOPE, Server};
use swarmscope_model::state::StateStore;
use swarmscope_state::{PostgresState, SqliteState};
use swarmscope_test_postgres::Cluster;
use tempfile::TempDir;

/// Longest that a condition may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(180);
/// Rounds of killing; more with `SWARMSCOPE_STATE_ROUNDS`.
const ROUNDS: u32 = 4;
const TASKS: usize = 24;
const AGENTS: usize = 3;

async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_works_on_postgres_and_says_so_when_it_is_away() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let database = cluster.database();
    let data = tempfile::tempdir().expect("a folder");
    let url = database.url();
    let arguments = ["--demo", "--state", &url];
    let mut server = Server::start_with(data, Ports::free(), &arguments).await;
    let completed = "SELECT count(*) FROM task_history WHERE success AND state = 'completed'";
    until("tasks are completed", async || {
        database.sql(completed).parse::<u32>().expect("a number") >= 3
    })
    .await;
    assert!(
        !server.data.path().join("state").exists(),
        "no file beside the database"
    );
    children_have_no_password_in_their_arguments(server.id());

    cluster.stop_server();
    let health = async || {
        let answer = reqwest::get(server.ui_url("/health"))
            .await
            .expect("it runs");
        let status = answer.status();
        (status, answer.json::<Value>().await.expect("JSON"))
    };
    let (status, body) = health().await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(body["state"], "unreachable");
    assert!(
        !body.to_string().contains("orchestrator_password"),
        "{body}"
    );
    let logged = async |words: &str| {
        let path = format!("/api/v1/logs/search?query={words}&size=1");
        server.native(&path).await["total"]["value"].as_u64()
    };
    until("the outage is in the log, with the address", async || {
        logged("*orchestrator_admin*").await > Some(0)
    })
    .await;
    cluster.run_server();
    until("it recovers", async || health().await.0 == StatusCode::OK).await;
    let before: u32 = database.sql(completed).parse().expect("a number");
    until("work goes on", async || {
        database.sql(completed).parse::<u32>().expect("a number") > before
    })
    .await;
    assert_eq!(logged("*orchestrator_password*").await, Some(0));
    assert!(
        logged("*orchestrator_admin*").await > Some(0),
        "the outage is in the log"
    );
    assert!(server.terminate().success());
}

fn children_have_no_password_in_their_arguments(parent: u32) {
    let path = format!("/proc/{parent}/task/{parent}/children");
    let own = std::fs::read_to_string(&path).unwrap_or_default();
    // Threads of the runtime start the children, so all of them are asked.
    let threads = std::fs::read_dir(format!("/proc/{parent}/task")).expect("it runs");
    let children: Vec<String> = threads
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("children")).ok())
        .chain([own])
        .flat_map(|text| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(children.len() >= 5, "orchestrator and agents: {children:?}");
    for child in children {
        let arguments = std::fs::read(format!("/proc/{child}/cmdline")).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&arguments).into_owned();
        assert!(!arguments.contains("orchestrator_password"), "{arguments}");
    }
}

/// An orchestrator and its agents as processes of their own, killed when dropped.
struct Swarm {
    address: String,
    data: TempDir,
    state: Option<String>,
    orchestrator: Child,
    agents: Vec<Child>,
    http: reqwest::Client,
}

impl Swarm {
    async fn start(state: Option<String>) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let address = Ports::free().orchestrator.to_string();
        let swarm = Self {
            orchestrator: orchestrator(&address, &data, state.as_deref()),
            agents: (0..AGENTS).map(|number| agent(number, &address)).collect(),
            address,
            data,
            state,
            http: reqwest::Client::new(),
        };
        until("the orchestrator answers", async || {
            swarm.get("/health").await.is_some()
        })
        .await;
        swarm
    }

    async fn get(&self, path: &str) -> Option<Value> {
        let answer = self.http.get(format!("http://{}{path}", self.address));
        let answer = answer.send().await.ok()?.error_for_status().ok()?;
        answer.json().await.ok()
    }

    async fn post(&self, path: &str, body: &Value) -> bool {
        let request = self.http.post(format!("http://{}{path}", self.address));
        let answer = request.json(body).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// SIGKILL for one of them; the next of its kind starts at once.
    fn kill_one(&mut self, random: &mut StdRng) {
        let number = random.random_range(0..=AGENTS);
        if number == AGENTS {
            end(&mut self.orchestrator);
            self.orchestrator = orchestrator(&self.address, &self.data, self.state.as_deref());
        } else {
            end(&mut self.agents[number]);
            self.agents[number] = agent(number, &self.address);
        }
    }

    async fn in_state(&self, state: &str) -> Vec<String> {
        let path = format!("/api/v1/tasks?task_type=research&state={state}&limit=1000");
        let page = self.get(&path).await.unwrap_or_default();
        let tasks = page["tasks"].as_array().cloned().unwrap_or_default();
        tasks
            .iter()
            .filter_map(|task| task["task_id"].as_str().map(str::to_owned))
            .collect()
    }
}

impl Drop for Swarm {
    fn drop(&mut self) {
        end(&mut self.orchestrator);
        self.agents.iter_mut().for_each(end);
    }
}

fn end(child: &mut Child) {
    // `kill` sends SIGKILL; one that has ended by itself is just as dead.
    let _ = child.kill();
    let _ = child.wait();
}

fn process(arguments: &[&str], state: &str) -> Child {
    Command::new(SWARMSCOPE)
        .args(arguments)
        .arg("--exit-with-parent")
        .env("SWARMSCOPE_STATE", state)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}

fn orchestrator(address: &str, data: &TempDir, state: Option<&str>) -> Child {
    let data = data.path().to_str().expect("UTF-8");
    let arguments = ["orchestrator", "--listen", address, "--data", data];
    process(&arguments, state.unwrap_or_default())
}

fn agent(number: usize, address: &str) -> Child {
    let name = format!("research_agent_{number}");
    let orchestrator = format!("http://{address}");
    let seed = number.to_string();
    process(
        &[
            "agent",
            "run",
            "--type",
            "research_agent",
            "--name",
            &name,
            "--port",
            "0",
            "--orchestrator",
            &orchestrator,
            "--seed",
            &seed,
        ],
        "",
    )
}

/// Kills agents and the orchestrator while they work. What fails for good is sent round again, so in
/// the end every task is completed, once, with one follow-up.
async fn every_task_is_completed_once(swarm: &mut Swarm) {
    let rounds = std::env::var("SWARMSCOPE_STATE_ROUNDS")
        .map_or(ROUNDS, |text| text.parse().expect("a number of rounds"));
    let mut random = StdRng::seed_from_u64(u64::from(rounds));
    let tasks: Vec<Value> = (0..TASKS)
        .map(|number| {
            json!({"task_id": format!("t{number}"), "task_type": "research", "max_retries": 50,
                   "metadata": {"topic": "task queues"}})
        })
        .collect();
    until("the tasks are taken in", async || {
        swarm.post("/api/v1/tasks", &json!(tasks)).await
    })
    .await;
    for _ in 0..rounds {
        tokio::time::sleep(Duration::from_millis(random.random_range(300..2_000))).await;
        swarm.kill_one(&mut random);
    }
    let swarm = &*swarm;
    until("every task is completed", async || {
        for state in ["failed", "dead_letter"] {
            for id in swarm.in_state(state).await {
                swarm
                    .post(&format!("/api/v1/tasks/{id}/retry"), &json!({}))
                    .await;
            }
        }
        swarm.in_state("completed").await.len() == TASKS
    })
    .await;
}

async fn each_succeeded_once(store: &dyn StateStore) {
    for number in 0..TASKS {
        let id = format!("t{number}");
        let attempts = store.attempts(&id).await.expect("the state answers");
        let successes = attempts.iter().filter(|attempt| attempt.success).count();
        assert_eq!(successes, 1, "{id}: {attempts:?}");
    }
    let follow_ups = swarmscope_model::state::TaskFilter {
        task_type: Some("content_generation".into()),
        limit: 1,
        ..Default::default()
    };
    let page = store.tasks(&follow_ups).await.expect("the state answers");
    assert_eq!(page.total, TASKS as u64, "one follow-up each");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_task_is_completed_once_whoever_is_killed_on_sqlite() {
    let mut swarm = Swarm::start(None).await;
    every_task_is_completed_once(&mut swarm).await;
    let file = swarm.data.path().join("state/orchestrator.db");
    let store = SqliteState::open(&file).await.expect("the state opens");
    each_succeeded_once(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_task_is_completed_once_whoever_is_killed_on_postgres() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let mut swarm = Swarm::start(Some(database.url())).await;
    every_task_is_completed_once(&mut swarm).await;
    let store = PostgresState::connect(&database.url(), PATIENCE).await;
    each_succeeded_once(&store.expect("the state opens")).await;
    assert_eq!(
        database.sql("SELECT count(*) FROM task_history WHERE success"),
        TASKS.to_string()
    );
    assert!(!swarm.data.path().join("state").exists());
}
