//! A chat's settings, and the body that it gets: that of Slack's incoming webhooks, which Mattermost, Rocket.Chat
//! and others take as well.

use serde::Deserialize;
use serde_json::json;
use swarmscope_http_client::HttpClient;
use swarmscope_model::limits::{MAX_MESSAGE_LINES, WEBHOOK_TIMEOUT};
use swarmscope_prometheus_config::{HttpClientConfig, HttpUrl};

use super::Posting;
use crate::definition::Span;
use crate::notify::delivery::AlertingConfigError;
use crate::notify::message::{Message, Status, line};

/// A chat: an entry of `receivers` with the type `slack`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlackConfig {
    pub name: String,
    pub url: HttpUrl,
    /// Where the webhook's own channel is not meant.
    #[serde(default)]
    pub channel: Option<String>,
    #[serde(default)]
    pub username: Option<String>,
    /// Whether it hears of alerts that ended.
    #[serde(default = "super::yes")]
    pub send_resolved: bool,
    /// How long an answer is waited for.
    #[serde(default)]
    timeout: Option<Span>,
}

impl SlackConfig {
    pub(super) fn host(&self) -> String {
        self.url.url().host_str().unwrap_or_default().to_owned()
    }

    pub(super) fn posting(&self) -> Result<Posting, AlertingConfigError> {
        let client = HttpClient::new(&HttpClientConfig::default());
        Ok(Posting {
            client: client.map_err(|source| AlertingConfigError::Client {
                receiver: self.name.clone(),
                source,
            })?,
            url: self.url.url().clone(),
            timeout: self.timeout.map_or(WEBHOOK_TIMEOUT, |span| span.0),
        })
    }
}

/// The body of a message. `page` is where this server is to be found.
pub(super) fn body(config: &SlackConfig, page: &str, message: &Message) -> Vec<u8> {
    let title = escaped(&message.title());
    let color = match message.status() {
        Status::Firing => "danger",
        Status::Resolved => "good",
    };
    let mut lines: Vec<String> = message
        .notifications()
        .take(MAX_MESSAGE_LINES)
        .map(|(status, alert)| {
            let mark = match status {
                Status::Firing => "•",
                Status::Resolved => "✓",
            };
            let text = escaped(&line(alert));
            format!("{mark} {text} (<{}|look>)", alert.generator_url)
        })
        .collect();
    let more = (message.alerts.len() + message.truncated).saturating_sub(MAX_MESSAGE_LINES);
    if more > 0 {
        lines.push(format!("and {more} more: <{page}/alerts|all alerts>"));
    }
    let mut body = json!({
        "text": title,
        "attachments": [{
            "color": color,
            "fallback": title,
            "title": title,
            "title_link": format!("{page}/alerts"),
            "text": lines.join("\n"),
            "mrkdwn_in": ["text"],
        }],
    });
    for (field, value) in [("channel", &config.channel), ("username", &config.username)] {
        if let Some(value) = value {
            body[field] = json!(value);
        }
    }
    body.to_string().into_bytes()
}

/// Slack's three letters that are marks.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::notify::plan_fixture::message;

    fn config(json: &str) -> SlackConfig {
        serde_json::from_str(json).expect("settings")
    }

    #[test]
    fn a_body_is_slacks() {
        let config =
            config(r##"{"name":"chat","url":"http://chat.example.org/T/B/x","channel":"#ops"}"##);
        let body: Value =
            serde_json::from_slice(&body(&config, "http://x", &message(&["<a>"], &["b"])))
                .expect("JSON");
        assert_eq!(body["text"], "[FIRING:1] Down");
        assert_eq!(body["channel"], "#ops");
        assert_eq!(body.get("username"), None);
        let attachment = &body["attachments"][0];
        assert_eq!(attachment["color"], "danger");
        assert_eq!(
            attachment["text"],
            "• &lt;a&gt; is down (<http://x/g|look>)\n✓ b is down (<http://x/g|look>)"
        );
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let config = config(r#"{"name":"chat","url":"http://chat.example.org/"}"#);
        let names: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let body: Value = serde_json::from_slice(&body(&config, "http://x", &message(&names, &[])))
            .expect("JSON");
        let text = body["attachments"][0]["text"].as_str().expect("a text");
        assert_eq!(text.lines().count(), MAX_MESSAGE_LINES + 1);
        assert!(
            text.ends_with("and 80 more: <http://x/alerts|all alerts>"),
            "{text}"
        );
    }
}
