//! The completions of an agent that works on several tasks at once: those that come while a call is under way
//! go with the next one. One that comes alone waits for nobody, and none for long.
//!
//! Never tries again: who reports does.

use std::time::Duration;

use serde_json::{Map, Value};
use swarmscope_model::limits::MAX_WORK_AT_ONCE;
use swarmscope_model::state::{Claim, NewTask, Task};
use tokio::sync::{mpsc, oneshot};

use crate::client::{ClientError, OrchestratorClient};
use crate::wire::Completion;

/// How long a completion waits for a call with others. Far above what a call takes, and well within a lease, which
/// nobody renews any more: one call that hangs costs none of the others its claim.
const ALONE_AFTER: Duration = Duration::from_secs(2);

struct Report {
    claim: Claim,
    result: Map<String, Value>,
    follow_up: Vec<NewTask>,
    answer: oneshot::Sender<Result<Task, ClientError>>,
}

/// Takes reports; the calls end with it.
pub struct Reports {
    reports: mpsc::UnboundedSender<Report>,
    client: OrchestratorClient,
}

impl Reports {
    /// Begins to take reports.
    pub fn start(client: OrchestratorClient) -> Self {
        let (reports, incoming) = mpsc::unbounded_channel();
        tokio::spawn(send(client.clone(), incoming));
        Self { reports, client }
    }

    /// Completes the task, with others if there are any.
    ///
    /// # Errors
    /// As [`OrchestratorClient::complete`].
    pub async fn complete(
        &self,
        claim: &Claim,
        result: Map<String, Value>,
        follow_up: Vec<NewTask>,
    ) -> Result<Task, ClientError> {
        let (answer, answered) = oneshot::channel();
        let report = Report {
            claim: claim.clone(),
            result: result.clone(),
            follow_up: follow_up.clone(),
            answer,
        };
        if self.reports.send(report).is_ok()
            && let Ok(Ok(answer)) = tokio::time::timeout(ALONE_AFTER, answered).await
        {
            return answer;
        }
        // The call for all of them failed, for a reason that need not be this one's: they may be too large
        // together. Or it takes too long, and may complete the task yet: the same completion twice is one.
        self.client.complete(claim, result, follow_up).await
    }
}

async fn send(client: OrchestratorClient, mut incoming: mpsc::UnboundedReceiver<Report>) {
    while let Some(first) = incoming.recv().await {
        let mut reports = vec![first];
        while reports.len() < MAX_WORK_AT_ONCE {
            match incoming.try_recv() {
                Ok(report) => reports.push(report),
                Err(_) => break,
            }
        }
        // Who does not wait any more has sent its own.
        reports.retain(|report| !report.answer.is_closed());
        let Some(first) = reports.first() else {
            continue;
        };
        let agent_name = first.claim.agent_name.clone();
        let (completions, waiting): (Vec<_>, Vec<_>) = reports.into_iter().map(split).unzip();
        // Without an answer each goes alone, as whoever waits for it does then.
        let Ok(answers) = client.complete_many(&agent_name, completions).await else {
            continue;
        };
        for (answer, waiting) in answers.into_iter().zip(waiting) {
            // Who has gone meanwhile has lost its claim, or sends its own.
            let _ = waiting.send(answer);
        }
    }
}

fn split(report: Report) -> (Completion, oneshot::Sender<Result<Task, ClientError>>) {
    let completion = Completion {
        task_id: report.claim.task_id,
        fencing_token: report.claim.fencing_token,
        result: report.result,
        follow_up: report.follow_up,
    };
    (completion, report.answer)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::extract::{Path, State};
    use axum::routing::post;
    use axum::{Json, Router};
    use serde_json::json;
    use tokio::net::TcpListener;
    use tokio::sync::Notify;

    use super::*;

    /// An orchestrator whose first call for several completions hangs until it is told to go on.
    #[derive(Clone, Default)]
    struct Hanging {
        calls: Arc<Mutex<Vec<Vec<String>>>>,
        go_on: Arc<Notify>,
    }

    impl Hanging {
        async fn start(&self) -> OrchestratorClient {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let router = Router::new()
                .route("/api/v1/tasks/complete", post(together))
                .route("/api/v1/tasks/{id}/complete", post(alone))
                .with_state(self.clone());
            tokio::spawn(async { axum::serve(listener, router).await });
            OrchestratorClient::new(&url, None).unwrap()
        }

        /// The tasks of each call for several.
        fn calls(&self) -> Vec<Vec<String>> {
            self.calls.lock().unwrap().clone()
        }

        /// Waits until so many calls for several have come.
        async fn called(&self, times: usize) {
            while self.calls().len() < times {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }

    fn task(id: &str, how: &str) -> Value {
        json!({
            "task_id": id, "task_type": "t", "state": "completed", "priority": "medium", "last_error": how,
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "metadata": {},
            "fencing_token": 1, "retry_count": 0, "max_retries": 3
        })
    }

    async fn together(State(server): State<Hanging>, Json(body): Json<Value>) -> Json<Value> {
        let completions = body["completions"].as_array().unwrap();
        let ids: Vec<String> = completions
            .iter()
            .map(|each| each["task_id"].as_str().unwrap().to_owned())
            .collect();
        let is_first = {
            let mut calls = server.calls.lock().unwrap();
            calls.push(ids.clone());
            calls.len() == 1
        };
        if is_first {
            server.go_on.notified().await;
        }
        let answer =
            |id: &String| json!({"task_id": id, "status": 200, "task": task(id, "together")});
        let results: Vec<Value> = ids.iter().map(answer).collect();
        Json(json!({ "results": results }))
    }

    async fn alone(Path(id): Path<String>) -> Json<Value> {
        Json(json!({"task": task(&id, "alone")}))
    }

    async fn complete(reports: Arc<Reports>, id: &str) -> (String, String) {
        let claim = Claim {
            task_id: id.to_owned(),
            agent_name: "a".to_owned(),
            fencing_token: 1,
        };
        let done = reports.complete(&claim, Map::new(), Vec::new()).await;
        let done = done.unwrap();
        (done.task_id, done.last_error.unwrap())
    }

    fn pair(id: &str, how: &str) -> (String, String) {
        (id.to_owned(), how.to_owned())
    }

    #[tokio::test]
    async fn what_comes_while_a_call_is_under_way_goes_together() {
        let server = Hanging::default();
        let reports = Arc::new(Reports::start(server.start().await));
        let first = tokio::spawn(complete(Arc::clone(&reports), "t1"));
        server.called(1).await;
        // On one thread both are handed in before the answer to the first comes back.
        let (second, third, ()) = tokio::join!(
            complete(Arc::clone(&reports), "t2"),
            complete(Arc::clone(&reports), "t3"),
            async { server.go_on.notify_one() },
        );
        assert_eq!(first.await.unwrap(), pair("t1", "together"));
        assert_eq!(second, pair("t2", "together"));
        assert_eq!(third, pair("t3", "together"));
        assert_eq!(server.calls(), [vec!["t1"], vec!["t2", "t3"]]);
    }

    #[tokio::test]
    async fn a_call_that_hangs_holds_up_no_completion() {
        let server = Hanging::default();
        let reports = Arc::new(Reports::start(server.start().await));
        let first = tokio::spawn(complete(Arc::clone(&reports), "t1"));
        server.called(1).await;
        assert_eq!(
            complete(Arc::clone(&reports), "t2").await,
            pair("t2", "alone")
        );
        assert_eq!(first.await.unwrap(), pair("t1", "alone"));
        server.go_on.notify_one();
        assert_eq!(
            complete(Arc::clone(&reports), "t3").await,
            pair("t3", "together")
        );
        // The second is not sent once more.
        assert_eq!(server.calls(), [vec!["t1"], vec!["t3"]]);
    }
}
