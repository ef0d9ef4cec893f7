//! Those who are told of alerts: what they need to be reached, and the shape in which they hear of them.

mod email;
mod slack;
mod webhook;

use std::time::Duration;

pub use email::{EmailConfig, EmailConfigError, MailError, TlsMode};
pub use slack::SlackConfig;
pub use webhook::WebhookConfig;

use swarmscope_http_client::HttpClient;
use url::Url;

use super::delivery::{AlertingConfigError, DeliveryError, deliver};
use super::message::Message;
use super::settings::ReceiverConfig;
use email::Mailer;

/// A receiver that can be reached.
pub(super) struct Receiver {
    pub name: String,
    /// What it is known by on disk.
    pub key: String,
    /// Its address for people, without a password.
    pub address: String,
    pub kind: &'static str,
    pub sends_resolved: bool,
    channel: Channel,
}

enum Channel {
    Webhook(Posting),
    Slack(Posting, SlackConfig),
    Email(Box<Mailer>),
}

/// Where JSON is posted to.
struct Posting {
    client: HttpClient,
    url: Url,
    timeout: Duration,
}

impl Receiver {
    /// A webhook that hears of everything. Known by its address, because it need not have a name.
    pub fn webhook(config: &WebhookConfig) -> Result<Self, AlertingConfigError> {
        let address = super::alertmanagers::without_password(config.url.url());
        Ok(Self {
            name: config.name(),
            key: address.clone(),
            address,
            kind: "webhook",
            sends_resolved: config.send_resolved,
            channel: Channel::Webhook(config.posting()?),
        })
    }

    /// One that routes lead to.
    pub fn new(config: &ReceiverConfig) -> Result<Self, AlertingConfigError> {
        match config {
            ReceiverConfig::Webhook(config) => Ok(Self {
                key: config.name(),
                ..Self::webhook(config)?
            }),
            ReceiverConfig::Slack(config) => Ok(Self {
                name: config.name.clone(),
                key: config.name.clone(),
                // Who knows the path may post.
                address: config.host(),
                kind: "slack",
                sends_resolved: config.send_resolved,
                channel: Channel::Slack(config.posting()?, config.clone()),
            }),
            ReceiverConfig::Email(config) => Ok(Self {
                name: config.name.clone(),
                key: config.name.clone(),
                address: config.to.join(", "),
                kind: "email",
                sends_resolved: config.send_resolved,
                channel: Channel::Email(Box::new(Mailer::new(config)?)),
            }),
        }
    }

    /// Tells it, and waits for its word that it was told.
    pub async fn deliver(&self, message: &Message, page: &str) -> Result<(), DeliveryError> {
        match &self.channel {
            Channel::Webhook(posting) => {
                posting.post(webhook::body(&self.name, page, message)).await
            }
            Channel::Slack(posting, config) => {
                posting.post(slack::body(config, page, message)).await
            }
            Channel::Email(mailer) => mailer.send(message, page).await,
        }
    }
}

impl Posting {
    async fn post(&self, body: Vec<u8>) -> Result<(), DeliveryError> {
        deliver(&self.client, &self.url, body, self.timeout).await
    }
}

/// What settings are unless they say otherwise.
fn yes() -> bool {
    true
}
