//! Talking to a running Swarmscope over HTTP.

use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use swarmscope_api::guard::Credentials;

use crate::failure::Failure;

/// A server at a base URL, with what it takes to be let in.
pub struct Client {
    http: reqwest::Client,
    base: String,
    credentials: Credentials,
    /// The flag that names the server, for hints.
    flag: &'static str,
}

/// The native API's error body.
#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Deserialize)]
struct ErrorDetail {
    message: String,
    hint: Option<String>,
    position: Option<Position>,
}

#[derive(Deserialize)]
struct Position {
    offset: usize,
    length: usize,
}

impl Client {
    pub fn new(base: &str, credentials: Credentials, flag: &'static str) -> Self {
        Self {
            http: reqwest::Client::new(),
            base: base.trim_end_matches('/').to_owned(),
            credentials,
            flag,
        }
    }

    /// A request to `path` with credentials.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.admit(self.http.get(format!("{}{path}", self.base)))
    }

    /// A request to `path` with credentials.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.admit(self.http.post(format!("{}{path}", self.base)))
    }

    /// A request to `path` with credentials.
    pub fn put(&self, path: &str) -> RequestBuilder {
        self.admit(self.http.put(format!("{}{path}", self.base)))
    }

    /// A request to `path` with credentials.
    pub fn delete(&self, path: &str) -> RequestBuilder {
        self.admit(self.http.delete(format!("{}{path}", self.base)))
    }

    fn admit(&self, request: RequestBuilder) -> RequestBuilder {
        match (&self.credentials.user, &self.credentials.api_key) {
            (Some((user, password)), _) => request.basic_auth(user, Some(password)),
            (None, Some(key)) => request.bearer_auth(key),
            (None, None) => request,
        }
    }

    /// Sends the request.
    ///
    /// # Errors
    /// When the server cannot be reached or does not let us in.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let response = request
            .send()
            .await
            .map_err(|error| self.unreachable(&error))?;
        match response.status() {
            StatusCode::UNAUTHORIZED => Err(Failure::with_hint(
                format!("{} asks for credentials, or does not take these", self.base),
                "pass --user NAME:PASSWORD or --api-key KEY",
            )),
            _ => Ok(response),
        }
    }

    /// Sends a request to the native API and reads its reply.
    ///
    /// # Errors
    /// As [`Client::send`], and with what the server says when it refuses. A fault in a query text
    /// is shown below `query`.
    pub async fn json<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        query: &str,
    ) -> Result<T, Failure> {
        let response = self.accepted(request, query).await?;
        self.read(response).await
    }

    async fn read<T: DeserializeOwned>(&self, response: Response) -> Result<T, Failure> {
        response.json().await.map_err(|error| {
            self.another_door(format!(
                "{} did not answer in Swarmscope's way: {error}",
                self.base
            ))
        })
    }

    /// The failure of a reply that the API asked for does not give.
    pub fn another_door(&self, message: String) -> Failure {
        let door = match self.flag {
            "--elastic" => "the Elasticsearch API, http://127.0.0.1:9200 by default",
            _ => "the web UI, http://127.0.0.1:4700 by default",
        };
        Failure::with_hint(message, format!("{} is the address of {door}", self.flag))
    }

    /// Sends a request to the native API and reads its reply; `None` when there is no such thing.
    ///
    /// # Errors
    /// As [`Client::json`].
    pub async fn json_if_found<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<Option<T>, Failure> {
        let response = self.send(request).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let response = self.judged(response, "").await?;
        self.read(response).await.map(Some)
    }

    /// Sends a request to the native API; a reply that is an error becomes a failure.
    ///
    /// # Errors
    /// As [`Client::json`].
    pub async fn accepted(
        &self,
        request: RequestBuilder,
        query: &str,
    ) -> Result<Response, Failure> {
        let response = self.send(request).await?;
        self.judged(response, query).await
    }

    async fn judged(&self, response: Response, query: &str) -> Result<Response, Failure> {
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let text = response
            .text()
            .await
            .map_err(|error| self.unreachable(&error))?;
        let Ok(ErrorBody { error }) = serde_json::from_str(&text) else {
            return Err(self.another_door(format!("{} answered {status}: {text}", self.base)));
        };
        let message = match &error.position {
            Some(position) => {
                let before = query
                    .get(..position.offset)
                    .unwrap_or(query)
                    .chars()
                    .count();
                let marks = "^".repeat(position.length.max(1));
                format!(
                    "{}\n  {query}\n  {}{marks}",
                    error.message,
                    " ".repeat(before)
                )
            }
            None => error.message,
        };
        Err(match error.hint {
            Some(hint) => Failure::with_hint(message, hint),
            None => Failure::new(message),
        })
    }

    /// The failure of a server that does not answer.
    pub fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Failure::with_hint(
            format!("cannot reach {}: {cause}", self.base),
            format!(
                "start Swarmscope with `swarmscope up`, or name another server with {}",
                self.flag
            ),
        )
    }
}
