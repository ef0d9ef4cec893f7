//! Notifications: to Alertmanagers as Prometheus sends them, and to receivers of our own.
//!
//! Whoever evaluates never waits for a receiver. To Alertmanagers go messages, again and again, through
//! bounded queues. What a receiver of ours has to hear is the difference between what is firing and what it was
//! told, which is kept on disk; routes say which alerts, groups which of them together, silences which not.

mod alertmanager;
mod alertmanagers;
mod backoff;
mod delivery;
mod firing;
mod matching;
mod message;
mod mute;
mod notification;
mod plan;
#[cfg(test)]
mod plan_fixture;
mod queue;
mod receiver;
mod receivers;
mod routing;
mod settings;
mod told;

pub use alertmanager::AlertmanagerView;
pub use alertmanagers::{Alertmanagers, AlertmanagersView};
pub use delivery::{AlertingConfigError, DeliveryError};
pub(crate) use matching::all_match;
pub use matching::{BadMatcher, LabelMatcher};
pub use notification::Notification;
pub use receiver::{EmailConfig, EmailConfigError, MailError, SlackConfig, TlsMode, WebhookConfig};
pub use receivers::{ReceiverView, Receivers, ReceiversError};
pub use routing::UnknownReceiver;
pub use settings::{AlertingSettings, InhibitConfig, ReceiverConfig, RouteConfig};
pub use told::ToldError;
