//! Every call of the orchestrator's API. Never retries: see `retry` and `agent`.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use swarmscope_model::state::{Agent, Claim, Failure, Join, NewAgent, NewTask, Task};

use crate::wire::{
    AgentList, AgentReply, ClaimManyReply, ClaimManyRequest, ClaimRequest, CompleteManyReply,
    CompleteManyRequest, CompleteRequest, Completed, Completion, ErrorDetail, ErrorReply,
    FailRequest, FanOutRequest, RenewRequest, TaskDetail, TaskList, TaskQuery, TaskReply,
    milliseconds,
};

/// An orchestrator that does not take a connection within this time is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long an answer may take beyond the wait that a claim asks for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// What the orchestrator wants to know before it answers.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    Basic { user: String, password: String },
    Bearer(String),
}

impl Credential {
    /// What `SWARMSCOPE_USER` (NAME:PASSWORD) or `SWARMSCOPE_API_KEY` says, when one is set.
    pub fn from_env() -> Option<Self> {
        let variable = |name| std::env::var(name).ok();
        Self::choose(variable("SWARMSCOPE_USER"), variable("SWARMSCOPE_API_KEY"))
    }

    fn choose(user: Option<String>, key: Option<String>) -> Option<Self> {
        if let Some(both) = user.filter(|user| !user.is_empty()) {
            let (user, password) = both.split_once(':').unwrap_or((&both, ""));
            return Some(Credential::Basic {
                user: user.to_owned(),
                password: password.to_owned(),
            });
        }
        key.filter(|key| !key.is_empty()).map(Credential::Bearer)
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Credential::Basic { .. } => "Basic(…)",
            Credential::Bearer(_) => "Bearer(…)",
        })
    }
}

/// Why a call did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("{given:?} is no address of an orchestrator; use a URL such as http://127.0.0.1:8000")]
    BadAddress { given: String },
    #[error("the HTTP client does not start")]
    Start(#[source] reqwest::Error),
    #[error("no answer from the orchestrator at {url}; is it running?")]
    Unreachable {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    /// The claim is not in force any more: drop the work.
    #[error("{}", .0.message)]
    StaleClaim(ErrorDetail),
    /// The task or agent is not there; an agent has to register (again).
    #[error("{}", .0.message)]
    NotFound(ErrorDetail),
    #[error("the orchestrator refused with {status}: {}", .detail.message)]
    Refused {
        status: StatusCode,
        detail: ErrorDetail,
    },
    #[error("{url} answered {status} with a body that is not the orchestrator's")]
    BadReply { url: String, status: StatusCode },
}

impl ClientError {
    /// Whether the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        match self {
            ClientError::Unreachable { .. } => true,
            ClientError::Refused { status, .. } | ClientError::BadReply { status, .. } => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
            _ => false,
        }
    }
}

/// A connection to an orchestrator. Cheap to clone.
#[derive(Debug, Clone)]
pub struct OrchestratorClient {
    http: reqwest::Client,
    base: Url,
    credential: Option<Credential>,
}

impl OrchestratorClient {
    /// A client of the orchestrator at this URL. Connects with the first call.
    ///
    /// # Errors
    /// When the URL is none, or the HTTP client does not start.
    pub fn new(base_url: &str, credential: Option<Credential>) -> Result<Self, ClientError> {
        let bad = || ClientError::BadAddress {
            given: base_url.to_owned(),
        };
        let base = Url::parse(base_url).map_err(|_| bad())?;
        if base.scheme() != "http" || base.cannot_be_a_base() {
            return Err(bad());
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(ClientError::Start)?;
        Ok(Self {
            http,
            base,
            credential,
        })
    }

    /// Enqueues a task.
    pub async fn submit(&self, task: &NewTask) -> Result<Task, ClientError> {
        self.post(&["tasks"], task).await
    }

    /// Enqueues all or none.
    pub async fn submit_all(&self, tasks: &[NewTask]) -> Result<Vec<Task>, ClientError> {
        self.post(&["tasks"], tasks).await
    }

    /// A task with its attempts.
    pub async fn task(&self, task_id: &str) -> Result<TaskDetail, ClientError> {
        let request = self.request(Method::GET, &["tasks", task_id]);
        receive(request, ANSWER_TIMEOUT).await
    }

    /// A page of tasks, newest change first.
    pub async fn tasks(&self, query: &TaskQuery) -> Result<TaskList, ClientError> {
        let request = self.request(Method::GET, &["tasks"]).query(query);
        receive(request, ANSWER_TIMEOUT).await
    }

    /// Cancels a task that is queued or in progress.
    pub async fn cancel(&self, task_id: &str) -> Result<Task, ClientError> {
        let reply: TaskReply = self.post(&["tasks", task_id, "cancel"], &()).await?;
        Ok(reply.task)
    }

    /// Puts a task that ended without success back into the queue.
    pub async fn retry(&self, task_id: &str) -> Result<Task, ClientError> {
        let reply: TaskReply = self.post(&["tasks", task_id, "retry"], &()).await?;
        Ok(reply.task)
    }

    /// The next task of these types, waiting up to `wait` for one.
    pub async fn claim(
        &self,
        agent_name: &str,
        task_types: &[String],
        wait: Duration,
        lease: Duration,
    ) -> Result<Option<Task>, ClientError> {
        let body = ClaimRequest {
            task_types: task_types.to_vec(),
            wait_ms: milliseconds(wait),
            lease_ms: Some(milliseconds(lease)),
        };
        let request = self
            .request(Method::POST, &["agents", agent_name, "claim"])
            .json(&body);
        let reply: Option<TaskReply> = receive_optional(request, ANSWER_TIMEOUT + wait).await?;
        Ok(reply.map(|reply| reply.task))
    }

    /// The next tasks of these types, at most so many, waiting up to `wait` for the first of them. Each has a
    /// lease and a token of its own.
    pub async fn claim_many(
        &self,
        agent_name: &str,
        task_types: &[String],
        most: usize,
        wait: Duration,
        lease: Duration,
    ) -> Result<Vec<Task>, ClientError> {
        let body = ClaimManyRequest {
            task_types: task_types.to_vec(),
            most,
            wait_ms: milliseconds(wait),
            lease_ms: Some(milliseconds(lease)),
        };
        let request = self
            .request(Method::POST, &["agents", agent_name, "claim_many"])
            .json(&body);
        let reply: ClaimManyReply = receive(request, ANSWER_TIMEOUT + wait).await?;
        Ok(reply.tasks)
    }

    /// Completes several tasks of the agent, each under its own claim, and says in their order what became of
    /// each. Safe to send again.
    pub async fn complete_many(
        &self,
        agent_name: &str,
        completions: Vec<Completion>,
    ) -> Result<Vec<Result<Task, ClientError>>, ClientError> {
        let body = CompleteManyRequest {
            agent_name: agent_name.to_owned(),
            completions,
        };
        let reply: CompleteManyReply = self.post(&["tasks", "complete"], &body).await?;
        Ok(reply.results.into_iter().map(outcome).collect())
    }

    /// Prolongs the lease of a claim.
    pub async fn renew(&self, claim: &Claim, lease: Duration) -> Result<Task, ClientError> {
        let body = RenewRequest {
            agent_name: claim.agent_name.clone(),
            fencing_token: claim.fencing_token,
            lease_ms: Some(milliseconds(lease)),
        };
        let reply: TaskReply = self
            .post(&["tasks", &claim.task_id, "renew"], &body)
            .await?;
        Ok(reply.task)
    }

    /// Completes the task and enqueues what follows it. Safe to send again.
    pub async fn complete(
        &self,
        claim: &Claim,
        result: Map<String, Value>,
        follow_up: Vec<NewTask>,
    ) -> Result<Task, ClientError> {
        let body = CompleteRequest {
            agent_name: claim.agent_name.clone(),
            fencing_token: claim.fencing_token,
            result,
            follow_up,
        };
        let reply: TaskReply = self
            .post(&["tasks", &claim.task_id, "complete"], &body)
            .await?;
        Ok(reply.task)
    }

    /// Ends the attempt and enqueues children, for which the task waits. Safe to send again.
    pub async fn fan_out(
        &self,
        claim: &Claim,
        children: Vec<NewTask>,
        join: Join,
    ) -> Result<Task, ClientError> {
        let body = FanOutRequest {
            agent_name: claim.agent_name.clone(),
            fencing_token: claim.fencing_token,
            children,
            join,
        };
        let reply: TaskReply = self
            .post(&["tasks", &claim.task_id, "fan_out"], &body)
            .await?;
        Ok(reply.task)
    }

    /// Ends the attempt with a failure.
    pub async fn fail(&self, claim: &Claim, failure: &Failure) -> Result<Task, ClientError> {
        self.report_failure(claim, failure, false).await
    }

    /// Ends the attempt with a failure that the caller has logged as ERROR or CRITICAL itself.
    pub async fn fail_logged(&self, claim: &Claim, failure: &Failure) -> Result<Task, ClientError> {
        self.report_failure(claim, failure, true).await
    }

    async fn report_failure(
        &self,
        claim: &Claim,
        failure: &Failure,
        logged: bool,
    ) -> Result<Task, ClientError> {
        let body = FailRequest {
            agent_name: claim.agent_name.clone(),
            fencing_token: claim.fencing_token,
            error_type: failure.error_type,
            error_message: failure.error_message.clone(),
            exception_type: failure.exception_type.clone(),
            logged,
        };
        let reply: TaskReply = self.post(&["tasks", &claim.task_id, "fail"], &body).await?;
        Ok(reply.task)
    }

    /// Adds the agent, or renews what it says of itself.
    pub async fn register(&self, agent: &NewAgent) -> Result<Agent, ClientError> {
        let reply: AgentReply = self.post(&["agents"], agent).await?;
        Ok(reply.agent)
    }

    /// Every agent.
    pub async fn agents(&self) -> Result<Vec<Agent>, ClientError> {
        let reply: AgentList =
            receive(self.request(Method::GET, &["agents"]), ANSWER_TIMEOUT).await?;
        Ok(reply.agents)
    }

    /// A sign of life.
    pub async fn heartbeat(&self, agent_name: &str) -> Result<Agent, ClientError> {
        let reply: AgentReply = self.post(&["agents", agent_name, "heartbeat"], &()).await?;
        Ok(reply.agent)
    }

    /// Leaves; claimed tasks return to the queue.
    pub async fn deregister(&self, agent_name: &str) -> Result<Agent, ClientError> {
        let reply: AgentReply = self
            .post(&["agents", agent_name, "deregister"], &())
            .await?;
        Ok(reply.agent)
    }

    fn request(&self, method: Method, segments: &[&str]) -> RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["api", "v1"]).extend(segments);
        }
        let request = self.http.request(method, url);
        match &self.credential {
            Some(Credential::Basic { user, password }) => request.basic_auth(user, Some(password)),
            Some(Credential::Bearer(token)) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn post<B: Serialize + ?Sized, R: DeserializeOwned>(
        &self,
        segments: &[&str],
        body: &B,
    ) -> Result<R, ClientError> {
        let request = self.request(Method::POST, segments).json(body);
        receive(request, ANSWER_TIMEOUT).await
    }
}

async fn receive<R: DeserializeOwned>(
    request: RequestBuilder,
    timeout: Duration,
) -> Result<R, ClientError> {
    let (url, status, body) = exchange(request, timeout).await?;
    serde_json::from_slice(&body).map_err(|_| ClientError::BadReply { url, status })
}

/// As [`receive`], with nothing for 204.
async fn receive_optional<R: DeserializeOwned>(
    request: RequestBuilder,
    timeout: Duration,
) -> Result<Option<R>, ClientError> {
    let (url, status, body) = exchange(request, timeout).await?;
    if status == StatusCode::NO_CONTENT {
        return Ok(None);
    }
    serde_json::from_slice(&body)
        .map(Some)
        .map_err(|_| ClientError::BadReply { url, status })
}

/// Sends the request and reads the body of a success.
async fn exchange(
    request: RequestBuilder,
    timeout: Duration,
) -> Result<(String, StatusCode, Vec<u8>), ClientError> {
    let unreachable = |source: reqwest::Error| ClientError::Unreachable {
        url: source.url().map(ToString::to_string).unwrap_or_default(),
        source: source.without_url(),
    };
    let response = request.timeout(timeout).send().await.map_err(unreachable)?;
    let status = response.status();
    let url = response.url().to_string();
    let body = response.bytes().await.map_err(unreachable)?;
    if status.is_success() {
        return Ok((url, status, body.to_vec()));
    }
    let Ok(reply) = serde_json::from_slice::<ErrorReply>(&body) else {
        return Err(ClientError::BadReply { url, status });
    };
    Err(refusal(status, reply.error))
}

fn refusal(status: StatusCode, detail: ErrorDetail) -> ClientError {
    match detail.code.as_str() {
        "stale_claim" => ClientError::StaleClaim(detail),
        "not_found" => ClientError::NotFound(detail),
        _ => ClientError::Refused { status, detail },
    }
}

/// One of several answers as the answer of a call.
fn outcome(completed: Completed) -> Result<Task, ClientError> {
    let status = StatusCode::from_u16(completed.status).unwrap_or(StatusCode::BAD_GATEWAY);
    match (completed.task, completed.error) {
        (Some(task), None) => Ok(task),
        (_, Some(detail)) => Err(refusal(status, detail)),
        (None, None) => Err(ClientError::BadReply {
            url: "tasks/complete".to_owned(),
            status,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_goes_before_a_key_and_an_empty_variable_is_none() {
        let choose =
            |user: &str, key: &str| Credential::choose(Some(user.into()), Some(key.into()));
        let basic = |user: &str, password: &str| {
            Some(Credential::Basic {
                user: user.to_owned(),
                password: password.to_owned(),
            })
        };
        assert_eq!(choose("ops:s3:cret", "key"), basic("ops", "s3:cret"));
        assert_eq!(choose("", "key"), Some(Credential::Bearer("key".into())));
        assert_eq!(choose("", ""), None);
        assert_eq!(Credential::choose(None, None), None);
    }
}
