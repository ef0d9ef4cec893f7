//! A webhook's settings, and the body that it gets: Alertmanager's, so that receivers made for it work.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};
use swarmscope_http_client::HttpClient;
use swarmscope_model::limits::WEBHOOK_TIMEOUT;
use swarmscope_prometheus_config::{Authorization, HttpClientConfig, HttpUrl};

use super::Posting;
use crate::definition::Span;
use crate::notify::delivery::AlertingConfigError;
use crate::notify::message::{Message, Status};
use crate::notify::notification::shown;

/// Where alerts are posted to: an entry of `webhooks` or `receivers` in the `[alerting]` section of
/// `swarmscope.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// What the receiver is called in the body and by routes; its host when there is none.
    #[serde(default)]
    pub name: Option<String>,
    pub url: HttpUrl,
    /// Whether it hears of alerts that ended.
    #[serde(default = "super::yes")]
    pub send_resolved: bool,
    /// A file with a token that goes along as `Authorization: Bearer`.
    #[serde(default)]
    pub bearer_token_file: Option<PathBuf>,
    /// How long an answer is waited for, such as `10s`.
    #[serde(default)]
    timeout: Option<Span>,
}

impl WebhookConfig {
    /// One with every default.
    pub fn new(url: HttpUrl) -> Self {
        Self {
            name: None,
            url,
            send_resolved: true,
            bearer_token_file: None,
            timeout: None,
        }
    }

    /// What the receiver is called.
    pub fn name(&self) -> String {
        let host = || self.url.url().host_str().unwrap_or_default().to_owned();
        self.name.clone().unwrap_or_else(host)
    }

    pub(super) fn posting(&self) -> Result<Posting, AlertingConfigError> {
        let authorization = self.bearer_token_file.as_ref().map(|file| Authorization {
            credentials_file: Some(file.clone()),
            ..Authorization::default()
        });
        let config = HttpClientConfig {
            authorization,
            ..HttpClientConfig::default()
        };
        let client = HttpClient::new(&config).map_err(|source| AlertingConfigError::Client {
            receiver: self.name(),
            source,
        })?;
        Ok(Posting {
            client,
            url: self.url.url().clone(),
            timeout: self.timeout.map_or(WEBHOOK_TIMEOUT, |span| span.0),
        })
    }
}

/// The body of a message. `page` is where this server is to be found.
pub(super) fn body(receiver: &str, page: &str, message: &Message) -> Vec<u8> {
    let alerts: Vec<Value> = message
        .notifications()
        .map(|(status, alert)| {
            // Go's zero time stands for an end that is not known.
            let ends_at = match status {
                Status::Firing => "0001-01-01T00:00:00Z".to_owned(),
                Status::Resolved => shown(alert.ends_at),
            };
            json!({
                "status": status.as_str(),
                "labels": alert.labels,
                "annotations": alert.annotations,
                "startsAt": shown(alert.starts_at),
                "endsAt": ends_at,
                "generatorURL": alert.generator_url,
                "fingerprint": fingerprint(&alert.labels),
            })
        })
        .collect();
    json!({
        "version": "4",
        "groupKey": message.group.key,
        "truncatedAlerts": message.truncated,
        "status": message.status().as_str(),
        "receiver": receiver,
        "groupLabels": message.group.labels,
        "commonLabels": message.common_labels(),
        "commonAnnotations": message.common_annotations(),
        "externalURL": page,
        "alerts": alerts,
    })
    .to_string()
    .into_bytes()
}

/// Alertmanager's name of a label set: FNV-1a of names and values, each closed by a byte that is in none.
fn fingerprint(labels: &BTreeMap<String, String>) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |byte: u8| {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    };
    for (name, value) in labels {
        for text in [name, value] {
            text.bytes().for_each(&mut add);
            add(0xff);
        }
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::plan_fixture::{labels, message};

    #[test]
    fn fingerprints_are_those_of_alertmanager() {
        // Of no label it is the hash's offset basis; the other was taken from an Alertmanager 0.25.
        assert_eq!(fingerprint(&labels(&[])), "cbf29ce484222325");
        let one = labels(&[("alertname", "Probe"), ("instance", "a:1")]);
        assert_eq!(fingerprint(&one), "a157bde582b95c43");
    }

    #[test]
    fn settings_have_defaults_and_no_unknown_fields() {
        let config: WebhookConfig =
            serde_json::from_str(r#"{"url":"http://u:p@example.org/hook"}"#).expect("settings");
        assert_eq!(
            (config.name(), config.send_resolved),
            ("example.org".to_owned(), true)
        );
        let posting = config.posting().expect("a client");
        assert_eq!(posting.timeout, WEBHOOK_TIMEOUT);
        for wrong in [
            r#"{"url":"ftp://example.org"}"#,
            r#"{"url":"http://example.org","nope":1}"#,
            r#"{"url":"http://example.org","timeout":"5"}"#,
            "{}",
        ] {
            assert!(
                serde_json::from_str::<WebhookConfig>(wrong).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_body_is_alertmanagers() {
        let mut message = message(&["a", "b"], &["c"]);
        message.truncated = 7;
        let body = body("r", "http://x", &message);
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(
            body["commonLabels"],
            json!({"alertname": "Down", "job": "j"})
        );
        assert_eq!(body["groupLabels"], json!({"alertname": "Down"}));
        assert_eq!(body["groupKey"], r#"{}:{alertname="Down"}"#);
        assert_eq!(
            (&body["status"], &body["truncatedAlerts"]),
            (&json!("firing"), &json!(7))
        );
        assert_eq!(body["alerts"][0]["endsAt"], "0001-01-01T00:00:00Z");
        assert_eq!(body["alerts"][2]["status"], "resolved");
        assert_eq!(body["alerts"][2]["endsAt"], "1970-01-01T00:00:02.000Z");
    }
}
