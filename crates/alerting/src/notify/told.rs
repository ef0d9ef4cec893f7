//! What each receiver was told is firing, and when: kept on disk, so that a restart neither repeats it nor
//! forgets to tell of its end.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use swarmscope_model::metrics::Labels;

use super::message::{Message, Status};
use super::notification::Notification;
use crate::durable;
use crate::environment::GroupKey;

/// A file of what was told that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: what receivers were told cannot be read: {source}", path.display())]
pub struct ToldError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// Which alert: its rule and its own labels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AlertKey {
    pub rule: RuleKey,
    pub labels: Labels,
}

/// Which rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RuleKey {
    pub group: GroupKey,
    pub name: String,
}

/// An alert that a receiver was told is firing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    pub notification: Notification,
    /// When it was told last, in milliseconds since the epoch.
    pub at: i64,
}

/// What one receiver knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Log {
    /// What it was told is firing, and not yet that it ended.
    pub told: BTreeMap<AlertKey, Told>,
    /// When it had the last word of a group, by the group's key.
    pub sent: BTreeMap<String, i64>,
}

/// By the receivers' names on disk.
pub(super) type Logs = BTreeMap<String, Log>;

#[derive(Serialize, Deserialize)]
struct Written {
    told: Vec<Line>,
    sent: BTreeMap<String, i64>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    file: String,
    group: String,
    rule: String,
    labels: BTreeMap<String, String>,
    at: i64,
    notification: Notification,
}

/// What was told. Nothing where there is no file; a file that is damaged is set aside, and everything that
/// fires is told again.
///
/// # Errors
/// When there is a file and it cannot be read.
pub(super) fn read(path: &Path) -> Result<Logs, ToldError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Logs::new()),
        Err(source) => {
            let path = path.to_owned();
            return Err(ToldError { path, source });
        }
    };
    let written: BTreeMap<String, Written> = match serde_json::from_slice(&bytes) {
        Ok(written) => written,
        Err(error) => {
            let aside = path.with_extension("damaged");
            tracing::error!(path = %path.display(), %error, "what receivers were told is damaged and set aside");
            // Should that fail, the file is replaced by the next word that gets through.
            let _ = fs::rename(path, aside);
            return Ok(Logs::new());
        }
    };
    let logs = written.into_iter().map(|(receiver, written)| {
        let told = written.told.into_iter().map(Line::into_told).collect();
        let sent = written.sent;
        (receiver, Log { told, sent })
    });
    Ok(logs.collect())
}

/// Replaces what is on disk.
///
/// # Errors
/// When the file system refuses.
pub(super) fn write(path: &Path, logs: &Logs) -> io::Result<()> {
    let written: BTreeMap<&str, Written> = logs
        .iter()
        .map(|(receiver, log)| {
            let written = Written {
                told: log.told.iter().map(Line::new).collect(),
                sent: log.sent.clone(),
            };
            (receiver.as_str(), written)
        })
        .collect();
    durable::replace(path, &serde_json::to_vec(&written)?)
}

impl Line {
    fn new((key, told): (&AlertKey, &Told)) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            file: key.rule.group.file.clone(),
            group: key.rule.group.name.clone(),
            rule: key.rule.name.clone(),
            labels: key.labels.iter().map(owned).collect(),
            at: told.at,
            notification: told.notification.clone(),
        }
    }

    fn into_told(self) -> (AlertKey, Told) {
        let key = AlertKey {
            rule: RuleKey {
                group: GroupKey {
                    file: self.file,
                    name: self.group,
                },
                name: self.rule,
            },
            labels: Labels::from_pairs(self.labels),
        };
        let told = Told {
            notification: self.notification,
            at: self.at,
        };
        (key, told)
    }
}

impl Log {
    /// Takes note of a message that got through at a time.
    pub fn note(&mut self, message: Message, at: i64, keep_groups_for: i64) {
        let oldest = at.saturating_sub(keep_groups_for);
        self.sent.retain(|_, sent| *sent > oldest);
        self.sent.insert(message.group.key, at);
        for (key, status, notification) in message.alerts {
            match status {
                Status::Firing => {
                    self.told.insert(key, Told { notification, at });
                }
                Status::Resolved => {
                    self.told.remove(&key);
                }
            }
        }
    }
}
