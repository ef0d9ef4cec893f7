//! What each webhook was told is firing: kept on disk, so that a restart neither repeats it nor forgets to
//! tell of its end.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use swarmscope_model::metrics::Labels;

use super::notification::Notification;
use crate::durable;
use crate::environment::GroupKey;

/// A file of what was told that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: what webhooks were told cannot be read: {source}", path.display())]
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

/// What one webhook was told is firing, and not yet that it ended.
pub(super) type Told = BTreeMap<AlertKey, Notification>;

#[derive(Serialize, Deserialize)]
struct Line {
    webhook: String,
    file: String,
    group: String,
    rule: String,
    labels: BTreeMap<String, String>,
    notification: Notification,
}

/// What was told, by the webhooks' names on disk. None where there is no file; a file that is damaged is
/// set aside, and everything that fires is told again.
///
/// # Errors
/// When there is a file and it cannot be read.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, Told>, ToldError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(source) => {
            let path = path.to_owned();
            return Err(ToldError { path, source });
        }
    };
    let lines: Vec<Line> = match serde_json::from_slice(&bytes) {
        Ok(lines) => lines,
        Err(error) => {
            let aside = path.with_extension("damaged");
            tracing::error!(path = %path.display(), %error, "what webhooks were told is damaged and set aside");
            // Should that fail, the file is replaced by the next word that gets through.
            let _ = fs::rename(path, aside);
            return Ok(BTreeMap::new());
        }
    };
    let mut told: BTreeMap<String, Told> = BTreeMap::new();
    for line in lines {
        let key = AlertKey {
            rule: RuleKey {
                group: GroupKey {
                    file: line.file,
                    name: line.group,
                },
                name: line.rule,
            },
            labels: Labels::from_pairs(line.labels),
        };
        told.entry(line.webhook)
            .or_default()
            .insert(key, line.notification);
    }
    Ok(told)
}

/// Replaces what is on disk.
///
/// # Errors
/// When the file system refuses.
pub(super) fn write(path: &Path, told: &BTreeMap<String, Told>) -> io::Result<()> {
    let lines: Vec<Line> = told
        .iter()
        .flat_map(|(webhook, told)| told.iter().map(move |each| (webhook, each)))
        .map(|(webhook, (key, notification))| Line {
            webhook: webhook.clone(),
            file: key.rule.group.file.clone(),
            group: key.rule.group.name.clone(),
            rule: key.rule.name.clone(),
            labels: key
                .labels
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            notification: notification.clone(),
        })
        .collect();
    durable::replace(path, &serde_json::to_vec(&lines)?)
}
