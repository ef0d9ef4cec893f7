//! Agents that die or sleep, from outside: each is a process of its own that knows nothing but the
//! orchestrator's address.

mod support;

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use support::several::{Place, Server, until};

on_both!(
    the_task_of_a_killed_agent_goes_to_another,
    an_agent_that_wakes_too_late_is_refused_and_changes_nothing,
);

/// Where the agent finds the orchestrator; set for the process alone that is the agent.
const ADDRESS: &str = "TEST_AGENT_ORCHESTRATOR";
const LEASE_MS: u64 = 2_000;

/// The agent: takes one task, says so, prolongs its lease until that is refused, completes the task all the
/// same, and says what it was answered. Nothing by itself: the tests below start it as a process.
#[tokio::test]
async fn agent() {
    let Ok(url) = std::env::var(ADDRESS) else {
        return;
    };
    let http = reqwest::Client::new();
    let post = async |path: String, body: Value| {
        let reply = http.post(format!("{url}{path}")).json(&body).send().await;
        let reply = reply.unwrap();
        let status = reply.status().as_u16();
        (status, reply.json::<Value>().await.unwrap())
    };
    let agent = json!({"agent_name": "doomed", "agent_type": "test"});
    post("/api/v1/agents".to_owned(), agent).await;
    let claim = json!({"task_types": ["x"], "wait_ms": 10_000, "lease_ms": LEASE_MS});
    let (_, claimed) = post("/api/v1/agents/doomed/claim".to_owned(), claim).await;
    let task = &claimed["task"];
    let token = task["fencing_token"].as_i64().unwrap();
    let path = |action: &str| {
        format!(
            "/api/v1/tasks/{}/{action}",
            task["task_id"].as_str().unwrap()
        )
    };
    println!("claimed {token}");
    let renew = json!({"agent_name": "doomed", "fencing_token": token, "lease_ms": LEASE_MS});
    while post(path("renew"), renew.clone()).await.0 == 200 {
        println!("renewed");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let complete =
        json!({"agent_name": "doomed", "fencing_token": token, "result": {"by": "doomed"}});
    let (status, refused) = post(path("complete"), complete).await;
    println!("completed {status} {}", refused["error"]["code"]);
}

/// The agent's process. Killed when dropped.
struct Agent {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Agent {
    fn start(server: &Server) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["agent", "--exact", "--nocapture"])
            .env(ADDRESS, &server.url)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, lines }
    }

    /// The rest of its next line that has this beginning.
    async fn says(&mut self, beginning: &str) -> String {
        tokio::task::block_in_place(|| {
            let lines = self.lines.by_ref().map(Result::unwrap);
            let mut found = lines.filter_map(|line| {
                let at = line.find(beginning)?;
                Some(line[at + beginning.len()..].trim().to_owned())
            });
            found.next().expect("a line before it ends")
        })
    }

    fn signal(&self, name: &str) {
        let process = self.process.id().to_string();
        let sent = Command::new("kill").args([name, &process]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // It may have ended already, which is just as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An agent that holds the only task, and its token.
async fn holding(server: &Server) -> (Agent, i64) {
    server.register("other").await;
    server
        .post("/api/v1/tasks", json!({"task_id": "t", "task_type": "x"}))
        .await;
    let mut agent = Agent::start(server);
    let token = agent.says("claimed").await.parse().unwrap();
    agent.says("renewed").await;
    (agent, token)
}

fn lost_and_done() -> [[Value; 3]; 2] {
    [
        [
            json!("doomed"),
            json!("lease_expired"),
            json!("lease_expired"),
        ],
        [json!("other"), json!("completed"), Value::Null],
    ]
}

async fn the_task_of_a_killed_agent_goes_to_another(place: Place) {
    let server = place.orchestrator().await;
    let (agent, token) = holding(&server).await;
    agent.signal("-KILL");
    let task = server.claim("other", "x").await;
    assert!(task["fencing_token"].as_i64() > Some(token), "{task}");
    assert_eq!(server.complete(&task).await.0, 200);
    assert_eq!(server.attempts("t").await, lost_and_done());
    // Events are written behind the replies.
    until("the lost lease is told of", async || {
        server.events.count("\"lease_expired\"") > 0
    })
    .await;
    assert_eq!(server.events.count("\"lease_expired\""), 1);
    server.stop().await;
}

async fn an_agent_that_wakes_too_late_is_refused_and_changes_nothing(place: Place) {
    let server = place.orchestrator().await;
    let (mut agent, token) = holding(&server).await;
    agent.signal("-STOP");
    let task = server.claim("other", "x").await;
    assert!(task["fencing_token"].as_i64() > Some(token), "{task}");
    // It wakes while the other one works, and shows the token of its own claim.
    agent.signal("-CONT");
    assert_eq!(agent.says("completed").await, "409 \"stale_claim\"");
    let now = server.task("t").await;
    assert_eq!(
        (&now["state"], &now["agent_name"], &now["fencing_token"]),
        (
            &json!("in_progress"),
            &json!("other"),
            &task["fencing_token"]
        )
    );
    assert_eq!(server.complete(&task).await.0, 200);
    assert_eq!(server.attempts("t").await, lost_and_done());
    server.stop().await;
}
