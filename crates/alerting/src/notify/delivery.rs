//! One delivery over HTTP: sent in time and answered with a 2xx, or why not.

use std::time::Duration;

use swarmscope_http_client::{HttpClient, HttpClientError, Request, RequestError};
use swarmscope_model::limits::MAX_NOTIFICATION_REPLY;
use url::Url;

use super::receiver::{EmailConfigError, MailError};

/// Receivers that cannot be set up. Those before stay in force.
#[derive(Debug, thiserror::Error)]
pub enum AlertingConfigError {
    #[error("{receiver}: {source}")]
    Client {
        receiver: String,
        #[source]
        source: HttpClientError,
    },
    #[error("{receiver}: {source}")]
    Email {
        receiver: String,
        #[source]
        source: Box<EmailConfigError>,
    },
    #[error("Alertmanager {address:?} is no address: {source}")]
    Address {
        address: String,
        #[source]
        source: url::ParseError,
    },
    #[error(
        "{what} of an Alertmanager is not supported here; list its addresses in static_configs"
    )]
    Discovery { what: &'static str },
}

/// Why a delivery failed.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    #[error("bad response status {status}{}", shown(reply))]
    Status { status: u16, reply: String },
}

impl DeliveryError {
    /// Whether the same message may be taken later: not when the receiver says that it is wrong.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Request(_) | Self::TimedOut(_) => true,
            Self::Mail(error) => error.is_passing(),
            Self::Status { status, .. } => *status >= 500 || matches!(status, 408 | 425 | 429),
        }
    }
}

fn shown(reply: &str) -> String {
    let line: String = reply
        .lines()
        .next()
        .unwrap_or("")
        .chars()
        .take(200)
        .collect();
    if line.is_empty() {
        line
    } else {
        format!(": {line}")
    }
}

/// Posts JSON.
pub(super) async fn deliver(
    client: &HttpClient,
    url: &Url,
    body: Vec<u8>,
    timeout: Duration,
) -> Result<(), DeliveryError> {
    let request = Request::post(url.clone(), "application/json", body);
    let sending = client.send(request, MAX_NOTIFICATION_REPLY);
    let response = tokio::time::timeout(timeout, sending)
        .await
        .map_err(|_| DeliveryError::TimedOut(timeout))??;
    if response.status.is_success() {
        return Ok(());
    }
    Err(DeliveryError::Status {
        status: response.status.as_u16(),
        reply: String::from_utf8_lossy(&response.body).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_receiver_refuses_is_not_sent_again() {
        let status = |status| DeliveryError::Status {
            status,
            reply: "no\nreally".to_owned(),
        };
        assert!(status(500).is_passing() && status(429).is_passing());
        assert!(!status(400).is_passing() && !status(404).is_passing());
        assert!(DeliveryError::TimedOut(Duration::from_secs(1)).is_passing());
        assert_eq!(status(400).to_string(), "bad response status 400: no");
    }
}
