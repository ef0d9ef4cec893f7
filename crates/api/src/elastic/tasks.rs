//! `_tasks`: requests that go on after they were answered. Of those that are done the outcome is kept until a
//! restart, or until many others are done since.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{MAX_FINISHED_TASKS, MAX_RUNNING_TASKS};
use swarmscope_query::elastic::time_value;
use tokio::sync::{oneshot, watch};

use super::ElasticState;
use super::body::Parameters;
use super::cluster::{CLUSTER_NAME, NODE_ID};
use super::errors::ElasticError;

/// How long a request waits for a task unless it says otherwise, as in Elasticsearch.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of a task: its response or its error.
type Outcome = Result<Value, Value>;

#[derive(Debug)]
struct Task {
    action: &'static str,
    description: String,
    started: Timestamp,
    clock: Instant,
    took: Option<Duration>,
    /// `None` while it runs.
    outcome: watch::Receiver<Option<Outcome>>,
}

#[derive(Debug, Default)]
struct Known {
    last: u64,
    by_number: BTreeMap<u64, Task>,
}

/// The tasks that run or ran. A cheap handle.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    known: Arc<Mutex<Known>>,
}

impl Tasks {
    /// Lets work go on by itself, and answers with what comes of it, or with the task's id when nobody waits. A client
    /// that gives up does not end the work.
    ///
    /// # Errors
    /// When too many tasks run, and those of the work.
    pub async fn answer(
        &self,
        action: &'static str,
        description: String,
        work: impl Future<Output = Result<(StatusCode, Value), ElasticError>> + Send + 'static,
        waits: bool,
    ) -> Result<(StatusCode, Json<Value>), ElasticError> {
        let (tell, told) = oneshot::channel();
        let work = async {
            let outcome = work.await;
            let kept = outcome.clone().map(|(_, reply)| reply);
            // Nobody may wait any more.
            drop(tell.send(outcome));
            kept
        };
        let (number, mut ended) = self.begin(action, description, work)?;
        if !waits {
            let task = format!("{NODE_ID}:{number}");
            return Ok((StatusCode::OK, Json(json!({ "task": task }))));
        }
        let outcome = told.await.map_err(|_| {
            ElasticError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "illegal_state_exception",
                "the task ended without an answer",
            )
        })?;
        // Who has the answer does not find the task among those that run.
        drop(ended.wait_for(Option::is_some).await);
        let (status, reply) = outcome?;
        Ok((status, Json(reply)))
    }

    /// Lets work go on by itself; gives the id to ask for it.
    ///
    /// # Errors
    /// When too many tasks run.
    pub fn start(
        &self,
        action: &'static str,
        description: String,
        work: impl Future<Output = Result<Value, ElasticError>> + Send + 'static,
    ) -> Result<String, ElasticError> {
        let (number, _) = self.begin(action, description, work)?;
        Ok(format!("{NODE_ID}:{number}"))
    }

    fn begin(
        &self,
        action: &'static str,
        description: String,
        work: impl Future<Output = Result<Value, ElasticError>> + Send + 'static,
    ) -> Result<(u64, watch::Receiver<Option<Outcome>>), ElasticError> {
        let (tell, outcome) = watch::channel(None);
        let number = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let running = known.by_number.values().filter(|task| task.took.is_none());
            if running.count() >= MAX_RUNNING_TASKS {
                return Err(ElasticError::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "es_rejected_execution_exception",
                    format!("[{MAX_RUNNING_TASKS}] tasks run already; wait for one to end"),
                ));
            }
            known.last += 1;
            let number = known.last;
            let task = Task {
                action,
                description,
                started: Timestamp::now(),
                clock: Instant::now(),
                took: None,
                outcome: outcome.clone(),
            };
            known.by_number.insert(number, task);
            number
        };
        let tasks = self.clone();
        tokio::spawn(async move {
            let outcome = work.await.map_err(|error| error.to_body()["error"].take());
            tasks.finish(number);
            tell.send_replace(Some(outcome));
        });
        Ok((number, outcome))
    }

    fn finish(&self, number: u64) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = known.by_number.get_mut(&number) {
            task.took = Some(task.clock.elapsed());
        }
        let finished = known
            .by_number
            .iter()
            .filter(|(_, task)| task.took.is_some());
        let finished: Vec<u64> = finished.map(|(number, _)| *number).collect();
        let surplus = finished.len().saturating_sub(MAX_FINISHED_TASKS);
        for number in &finished[..surplus] {
            known.by_number.remove(number);
        }
    }

    fn outcome(&self, number: u64) -> Option<watch::Receiver<Option<Outcome>>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let task = known.by_number.get(&number)?;
        Some(task.outcome.clone())
    }

    /// A task as it stands.
    fn describe(&self, number: u64) -> Option<Value> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        Some(known.by_number.get(&number)?.info(number).to_json())
    }

    /// The tasks that run, in the order they began.
    pub fn running(&self) -> Vec<TaskInfo> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let running = known
            .by_number
            .iter()
            .filter(|(_, task)| task.took.is_none());
        running.map(|(number, task)| task.info(*number)).collect()
    }
}

/// A task as it stands.
#[derive(Debug)]
pub struct TaskInfo {
    number: u64,
    pub action: &'static str,
    pub description: String,
    pub started: Timestamp,
    /// How long it runs, or ran.
    pub running: Duration,
}

/// What each of our tasks is to Elasticsearch.
pub const KIND: &str = "transport";

impl TaskInfo {
    /// What to ask for it by.
    pub fn id(&self) -> String {
        format!("{NODE_ID}:{}", self.number)
    }

    fn to_json(&self) -> Value {
        json!({
            "node": NODE_ID,
            "id": self.number,
            "type": KIND,
            "action": self.action,
            "description": self.description,
            "start_time_in_millis": self.started.as_millisecond(),
            "running_time_in_nanos": u64::try_from(self.running.as_nanos()).unwrap_or(u64::MAX),
            "cancellable": false,
            "headers": {},
        })
    }
}

impl Task {
    fn info(&self, number: u64) -> TaskInfo {
        TaskInfo {
            number,
            action: self.action,
            description: self.description.clone(),
            started: self.started,
            running: self.took.unwrap_or_else(|| self.clock.elapsed()),
        }
    }
}

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct TaskParameters {
    wait_for_completion: Option<String>,
    timeout: Option<String>,
}

/// `GET /_tasks/{id}`
pub async fn get(
    State(state): State<ElasticState>,
    Path(id): Path<String>,
    Parameters(parameters): Parameters<TaskParameters>,
) -> Result<Json<Value>, ElasticError> {
    let (node, number) = id
        .split_once(':')
        .ok_or_else(|| ElasticError::illegal_argument(format!("malformed task id {id}")))?;
    let number: u64 = number
        .parse()
        .map_err(|_| ElasticError::illegal_argument(format!("malformed task id {id}")))?;
    let own = (node == NODE_ID).then_some(number);
    let unknown = || {
        ElasticError::new(
            StatusCode::NOT_FOUND,
            "resource_not_found_exception",
            format!("task [{id}] isn't running and hasn't stored its results"),
        )
    };
    let mut told = own
        .and_then(|number| state.tasks.outcome(number))
        .ok_or_else(unknown)?;
    if parameters.wait_for_completion.as_deref() == Some("true") {
        let patience = parameters.timeout.as_deref().and_then(time_value);
        let done = told.wait_for(Option::is_some);
        // When the time is over it is described as it stands.
        drop(tokio::time::timeout(patience.unwrap_or(PATIENCE), done).await);
    }
    let outcome = told.borrow().clone();
    let task = state.tasks.describe(number).ok_or_else(unknown)?;
    Ok(Json(match outcome {
        None => json!({ "completed": false, "task": task }),
        Some(Ok(response)) => json!({ "completed": true, "task": task, "response": response }),
        Some(Err(error)) => json!({ "completed": true, "task": task, "error": error }),
    }))
}

/// `GET /_tasks`
pub async fn list(State(state): State<ElasticState>) -> Json<Value> {
    let running = state.tasks.running();
    let tasks: Map<String, Value> = running
        .iter()
        .map(|task| (task.id(), task.to_json()))
        .collect();
    let node = json!({ "name": CLUSTER_NAME, "tasks": tasks });
    Json(json!({ "nodes": { NODE_ID: node } }))
}
