//! A webhook's settings, and the body that it gets: Alertmanager's, so that receivers made for it work.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use swarmscope_http_client::HttpClient;
use swarmscope_model::limits::WEBHOOK_TIMEOUT;
use swarmscope_prometheus_config::{Authorization, HttpClientConfig, HttpUrl};

use super::delivery::AlertingConfigError;
use super::notification::{Notification, shown};
use crate::definition::Span;
use crate::rule::ALERT_NAME;

/// Where alerts are posted to: an entry of `webhooks` in the `[alerting]` section of `swarmscope.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// What the receiver is called in the body; its host when there is none.
    #[serde(default)]
    pub name: Option<String>,
    pub url: HttpUrl,
    /// Whether it hears of alerts that ended.
    #[serde(default = "yes")]
    pub send_resolved: bool,
    /// A file with a token that goes along as `Authorization: Bearer`.
    #[serde(default)]
    pub bearer_token_file: Option<PathBuf>,
    /// How long an answer is waited for, such as `10s`.
    #[serde(default)]
    timeout: Option<Span>,
}

fn yes() -> bool {
    true
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

    pub(super) fn timeout(&self) -> Duration {
        self.timeout.map_or(WEBHOOK_TIMEOUT, |span| span.0)
    }

    pub(super) fn client(&self) -> Result<HttpClient, AlertingConfigError> {
        let authorization = self.bearer_token_file.as_ref().map(|file| Authorization {
            credentials_file: Some(file.clone()),
            ..Authorization::default()
        });
        let config = HttpClientConfig {
            authorization,
            ..HttpClientConfig::default()
        };
        HttpClient::new(&config).map_err(|source| AlertingConfigError::Client {
            receiver: self.name(),
            source,
        })
    }
}

/// The body for alerts of one name that are all firing, or all resolved.
pub(super) fn body(
    receiver: &str,
    external_url: &str,
    status: Status,
    alerts: &[Notification],
) -> Vec<u8> {
    let name = alerts
        .first()
        .and_then(|alert| alert.labels.get(ALERT_NAME))
        .cloned()
        .unwrap_or_default();
    let shown_alerts: Vec<Value> = alerts
        .iter()
        .map(|alert| {
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
        "groupKey": format!("{{}}:{{{ALERT_NAME}={name:?}}}"),
        "truncatedAlerts": 0,
        "status": status.as_str(),
        "receiver": receiver,
        "groupLabels": { ALERT_NAME: name },
        "commonLabels": common(alerts.iter().map(|alert| &alert.labels)),
        "commonAnnotations": common(alerts.iter().map(|alert| &alert.annotations)),
        "externalURL": external_url,
        "alerts": shown_alerts,
    })
    .to_string()
    .into_bytes()
}

/// What a body is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Firing,
    Resolved,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

/// What all have in common.
fn common<'a>(
    mut maps: impl Iterator<Item = &'a BTreeMap<String, String>>,
) -> BTreeMap<String, String> {
    let mut common = maps.next().cloned().unwrap_or_default();
    for map in maps {
        common.retain(|name, value| map.get(name) == Some(value));
    }
    common
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

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

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
        assert_eq!(config.timeout(), WEBHOOK_TIMEOUT);
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
    fn common_labels_are_those_of_all() {
        let alert = |instance: &str| Notification {
            labels: labels(&[("alertname", "A"), ("instance", instance), ("job", "j")]),
            annotations: BTreeMap::new(),
            starts_at: 0,
            ends_at: 1000,
            generator_url: String::new(),
        };
        let body = body("r", "http://x", Status::Resolved, &[alert("a"), alert("b")]);
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body["commonLabels"], json!({"alertname": "A", "job": "j"}));
        assert_eq!(body["groupKey"], r#"{}:{alertname="A"}"#);
        assert_eq!(body["alerts"][1]["endsAt"], "1970-01-01T00:00:01.000Z");
    }
}
