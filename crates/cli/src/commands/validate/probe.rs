//! A service over HTTP, asked with little patience.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use swarmscope_api::guard::Credentials;

/// A service that needs longer is as good as down.
const TIMEOUT: Duration = Duration::from_secs(10);

/// One service. What goes wrong is said in words.
pub struct Probe {
    http: reqwest::Client,
    base: String,
    credentials: Credentials,
}

impl Probe {
    pub fn new(base: &str, credentials: Credentials) -> Self {
        Self {
            http: reqwest::Client::new(),
            base: base.trim_end_matches('/').to_owned(),
            credentials,
        }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    /// The text of a success.
    pub async fn text(&self, path: &str) -> Result<String, String> {
        self.ask(Method::GET, path, "", String::new()).await
    }

    /// The JSON of a success.
    pub async fn get(&self, path: &str) -> Result<Value, String> {
        parse(path, &self.text(path).await?)
    }

    /// The JSON of a success.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        let text = self
            .ask(Method::POST, path, "application/json", body.to_string())
            .await?;
        parse(path, &text)
    }

    /// The JSON of a success, for lines of JSON.
    pub async fn post_lines(&self, path: &str, body: String) -> Result<Value, String> {
        let text = self
            .ask(Method::POST, path, "application/x-ndjson", body)
            .await?;
        parse(path, &text)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: String,
    ) -> Result<String, String> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .timeout(TIMEOUT);
        if !content_type.is_empty() {
            request = request.header("content-type", content_type).body(body);
        }
        request = match (&self.credentials.user, &self.credentials.api_key) {
            (Some((user, password)), _) => request.basic_auth(user, Some(password)),
            (None, Some(key)) => request.bearer_auth(key),
            (None, None) => request,
        };
        let response = request.send().await.map_err(|error| {
            let mut cause: &dyn std::error::Error = &error;
            while let Some(deeper) = cause.source() {
                cause = deeper;
            }
            format!("no answer from {}: {cause}", self.base)
        })?;
        let status = response.status();
        let text = response.text().await.map_err(|error| error.to_string())?;
        if status.is_success() {
            return Ok(text);
        }
        let start: String = text.chars().take(200).collect();
        Err(format!("{}{path} answered {status}: {start}", self.base))
    }
}

fn parse(path: &str, text: &str) -> Result<Value, String> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(text).map_err(|error| format!("{path} did not answer in JSON: {error}"))
}
