//! Notifications: to Alertmanagers as Prometheus sends them, and to webhooks.
//!
//! Whoever evaluates never waits for a receiver. To Alertmanagers go messages, again and again, through
//! bounded queues; what a webhook has to hear is the difference between what is firing and what it was
//! told, which is kept on disk.

mod alertmanager;
mod alertmanagers;
mod backoff;
mod delivery;
mod firing;
mod notification;
mod queue;
mod told;
mod webhook;
mod webhooks;

pub use alertmanager::AlertmanagerView;
pub use alertmanagers::{Alertmanagers, AlertmanagersView};
pub use delivery::{AlertingConfigError, DeliveryError};
pub use notification::Notification;
pub use told::ToldError;
pub use webhook::WebhookConfig;
pub use webhooks::{WebhookView, Webhooks, WebhooksError};
