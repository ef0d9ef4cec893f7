//! Mail over SMTP: settings, the text of a mail, and the way to the server.
//!
//! A mail goes out over a connection of its own: alerts are rare, and a connection that lay idle for hours is
//! gone when one comes.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message as Mail, Tokio1Executor};
use serde::Deserialize;
use swarmscope_model::limits::{MAX_MESSAGE_LINES, SMTP_TIMEOUT};

use crate::definition::Span;
use crate::notify::delivery::{AlertingConfigError, DeliveryError};
use crate::notify::message::{Message, Status, line};
use crate::notify::notification::{Notification, shown};

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsMode {
    /// Begins in the clear and must become TLS before anything else is said.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// For servers on this machine.
    None,
}

impl TlsMode {
    fn port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Implicit => 465,
            Self::None => 25,
        }
    }
}

/// Mail: an entry of `receivers` with the type `email`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailConfig {
    pub name: String,
    /// The SMTP server.
    pub host: String,
    /// The usual one of the encryption unless given.
    #[serde(default)]
    pub port: Option<u16>,
    #[serde(default)]
    pub tls: TlsMode,
    /// A file with a certificate to trust besides those of this machine.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    #[serde(default)]
    pub user: Option<String>,
    /// Read for every mail, so that it can be changed.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// `Swarmscope <alerts@example.org>`
    pub from: String,
    pub to: Vec<String>,
    /// Whether it hears of alerts that ended.
    #[serde(default = "super::yes")]
    pub send_resolved: bool,
    /// How long a step of the server is waited for.
    #[serde(default)]
    timeout: Option<Span>,
}

/// Mail settings that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum EmailConfigError {
    #[error("{address:?} is no mail address: {source}")]
    Address {
        address: String,
        #[source]
        source: lettre::address::AddressError,
    },
    #[error("`to` names nobody")]
    Nobody,
    #[error("`user` and `password_file` go together")]
    HalfCredentials,
    #[error(
        "a password would go over the wire in the clear: use tls = \"starttls\" or \"implicit\""
    )]
    ClearPassword,
    #[error("{}: cannot be read: {source}", path.display())]
    CaFile {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("TLS to the mail server: {0}")]
    Tls(#[source] lettre::transport::smtp::Error),
}

/// A mail that did not get through.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("{}: the password cannot be read: {source}", path.display())]
    Password {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the mail cannot be put together: {0}")]
    Mail(#[from] lettre::error::Error),
    #[error("{}", with_cause(.0))]
    Smtp(#[from] lettre::transport::smtp::Error),
}

fn with_cause(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    if let Some(cause) = std::error::Error::source(error).map(ToString::to_string)
        && !text.contains(&cause)
    {
        text = format!("{text}: {cause}");
    }
    text
}

impl MailError {
    /// Whether the same mail may be taken later: not when the server has refused it for good. Credentials that
    /// are refused can be put right.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Password { .. } => true,
            Self::Mail(_) => false,
            Self::Smtp(error) => {
                let code = error.status().map(u16::from);
                !error.is_permanent() || matches!(code, Some(530 | 534 | 535 | 538))
            }
        }
    }
}

/// Sends mails as settings say.
pub(super) struct Mailer {
    config: EmailConfig,
    from: Mailbox,
    to: Vec<Mailbox>,
    tls: Tls,
    timeout: Duration,
}

impl Mailer {
    pub fn new(config: &EmailConfig) -> Result<Self, AlertingConfigError> {
        let wrong = |source| AlertingConfigError::Email {
            receiver: config.name.clone(),
            source: Box::new(source),
        };
        if config.to.is_empty() {
            return Err(wrong(EmailConfigError::Nobody));
        }
        if config.user.is_some() != config.password_file.is_some() {
            return Err(wrong(EmailConfigError::HalfCredentials));
        }
        let is_here = matches!(config.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if config.user.is_some() && config.tls == TlsMode::None && !is_here {
            return Err(wrong(EmailConfigError::ClearPassword));
        }
        let to = config.to.iter().map(|address| mailbox(address));
        Ok(Self {
            from: mailbox(&config.from).map_err(wrong)?,
            to: to.collect::<Result<_, _>>().map_err(wrong)?,
            tls: tls(config).map_err(wrong)?,
            timeout: config.timeout.map_or(SMTP_TIMEOUT, |span| span.0),
            config: config.clone(),
        })
    }

    /// Sends a message and waits until the server has taken it.
    pub async fn send(&self, message: &Message, page: &str) -> Result<(), DeliveryError> {
        let mut mail = Mail::builder()
            .from(self.from.clone())
            .subject(message.title())
            .date_now()
            .message_id(None);
        for to in &self.to {
            mail = mail.to(to.clone());
        }
        // With its character set: without one, whatever is not ASCII is anything.
        let text = SinglePart::plain(body(message, page));
        let mail = mail.singlepart(text).map_err(MailError::from)?;
        let mut transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.config.host)
                .port(self.config.port.unwrap_or(self.config.tls.port()))
                .tls(self.tls.clone())
                .timeout(Some(self.timeout));
        if let (Some(user), Some(path)) = (&self.config.user, &self.config.password_file) {
            let password = fs::read_to_string(path).map_err(|source| MailError::Password {
                path: path.clone(),
                source,
            })?;
            let password = password.trim_end_matches(['\n', '\r']).to_owned();
            transport = transport.credentials(Credentials::new(user.clone(), password));
        }
        transport
            .build()
            .send(mail)
            .await
            .map_err(MailError::from)?;
        Ok(())
    }
}

fn mailbox(address: &str) -> Result<Mailbox, EmailConfigError> {
    address.parse().map_err(|source| EmailConfigError::Address {
        address: address.to_owned(),
        source,
    })
}

fn tls(config: &EmailConfig) -> Result<Tls, EmailConfigError> {
    if config.tls == TlsMode::None {
        return Ok(Tls::None);
    }
    let mut parameters = TlsParameters::builder(config.host.clone());
    if let Some(path) = &config.ca_file {
        let pem = fs::read(path).map_err(|source| EmailConfigError::CaFile {
            path: path.clone(),
            source,
        })?;
        let certificate = Certificate::from_pem(&pem).map_err(EmailConfigError::Tls)?;
        parameters = parameters.add_root_certificate(certificate);
    }
    let parameters = parameters.build().map_err(EmailConfigError::Tls)?;
    Ok(match config.tls {
        TlsMode::Implicit => Tls::Wrapper(parameters),
        TlsMode::Starttls | TlsMode::None => Tls::Required(parameters),
    })
}

/// The text of a mail.
fn body(message: &Message, page: &str) -> String {
    let mut text = String::new();
    for (status, heading) in [(Status::Firing, "Firing"), (Status::Resolved, "Resolved")] {
        let alerts: Vec<&Notification> = message
            .notifications()
            .filter(|(own, _)| *own == status)
            .map(|(_, alert)| alert)
            .collect();
        if alerts.is_empty() {
            continue;
        }
        text.push_str(&format!("{heading} ({})\n\n", alerts.len()));
        for alert in alerts.iter().take(MAX_MESSAGE_LINES) {
            describe(alert, status, &mut text);
        }
        let more = alerts.len().saturating_sub(MAX_MESSAGE_LINES);
        if more > 0 {
            text.push_str(&format!("  … and {more} more\n\n"));
        }
    }
    if message.truncated > 0 {
        text.push_str(&format!("{} more are firing still.\n\n", message.truncated));
    }
    text.push_str(&format!("All alerts: {page}/alerts\n"));
    text
}

fn describe(alert: &Notification, status: Status, text: &mut String) {
    text.push_str(&format!("  {}\n", line(alert)));
    let labels: Vec<String> = alert
        .labels
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    text.push_str(&format!("    {}\n", labels.join(" ")));
    if let Some(description) = alert.annotations.get("description") {
        text.push_str(&format!("    {description}\n"));
    }
    text.push_str(&format!("    since {}", shown(alert.starts_at)));
    if status == Status::Resolved {
        text.push_str(&format!(" until {}", shown(alert.ends_at)));
    }
    text.push_str(&format!("\n    {}\n\n", alert.generator_url));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::plan_fixture::message;

    fn config(more: &str) -> EmailConfig {
        serde_json::from_str(&format!(
            r#"{{"name":"mail","host":"smtp.example.org","from":"Swarm <a@example.org>","to":["b@example.org"]{more}}}"#
        ))
        .expect("settings")
    }

    fn refusal(config: &EmailConfig) -> String {
        let error = Mailer::new(config).err().expect("refused");
        error.to_string()
    }

    #[test]
    fn settings_that_cannot_be_are_refused_with_their_reason() {
        assert!(Mailer::new(&config("")).is_ok());
        let mut nobody = config("");
        nobody.to.clear();
        assert!(refusal(&nobody).contains("names nobody"));
        assert!(refusal(&config(r#","user":"u""#)).contains("go together"));
        let clear = config(r#","user":"u","password_file":"p","tls":"none""#);
        assert!(refusal(&clear).contains("in the clear"));
        let mut wrong = config("");
        wrong.from = "nobody".to_owned();
        assert!(refusal(&wrong).contains("\"nobody\" is no mail address"));
        assert!(refusal(&config(r#","ca_file":"/nowhere.pem""#)).contains("/nowhere.pem"));
    }

    #[test]
    fn a_mail_says_what_fires_and_what_ended() {
        let text = body(&message(&["a"], &["b"]), "http://x");
        assert!(
            text.starts_with("Firing (1)\n\n  a is down\n    alertname=Down instance=a job=j\n")
        );
        assert!(text.contains("Resolved (1)\n\n  b is down\n"));
        assert!(text.contains("until 1970-01-01T00:00:02.000Z"));
        assert!(text.ends_with("All alerts: http://x/alerts\n"));
    }
}
