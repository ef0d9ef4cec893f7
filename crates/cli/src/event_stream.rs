//! Server-sent events of a running Swarmscope, one after the other.

use futures::{StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, Lines};
use tokio_util::io::StreamReader;

use crate::failure::Failure;

/// A stream that the server has opened.
pub struct EventStream {
    lines: Lines<Box<dyn AsyncBufRead + Send + Unpin>>,
}

/// An event with its name, as far as it has one.
pub struct ServerEvent {
    pub name: String,
    data: String,
}

impl EventStream {
    /// Reads the body of an answer.
    pub fn new(response: reqwest::Response) -> Self {
        let bytes = response.bytes_stream().map_err(std::io::Error::other);
        let reader: Box<dyn AsyncBufRead + Send + Unpin> =
            Box::new(StreamReader::new(bytes.boxed()));
        Self {
            lines: reader.lines(),
        }
    }

    /// The next event.
    ///
    /// # Errors
    /// When the connection breaks, or the server closes it.
    pub async fn next(&mut self) -> Result<ServerEvent, Failure> {
        let (mut name, mut data) = (String::new(), String::new());
        while let Some(line) = self.lines.next_line().await.map_err(|error| gone(&error))? {
            if let Some(text) = line.strip_prefix("event:") {
                text.trim().clone_into(&mut name);
            } else if let Some(text) = line.strip_prefix("data:") {
                data.push_str(text.trim_start());
            } else if line.is_empty() && !data.is_empty() {
                return Ok(ServerEvent { name, data });
            }
        }
        Err(Failure::with_hint(
            "the server closed the connection",
            "start it again with `swarmscope up`",
        ))
    }
}

impl ServerEvent {
    /// What it carries.
    ///
    /// # Errors
    /// When that is something else.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(&self.data)
            .map_err(|error| Failure::new(format!("the server's event cannot be read: {error}")))
    }
}

fn gone(error: &std::io::Error) -> Failure {
    Failure::with_hint(
        format!("the connection to the server broke: {error}"),
        "is `swarmscope up` still running?",
    )
}
