//! Files with target groups. They are looked at often and read when they changed; a file that cannot be
//! read or understood keeps the targets that it had.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use swarmscope_model::limits::{FILE_DISCOVERY_POLL, MAX_DISCOVERY_BYTES};
use swarmscope_prometheus_config::{
    FileDiscovery, TargetGroup, matching_files, parse_target_groups,
};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::Update;

const PATH: &str = "__meta_filepath";

/// What a file was like when it was read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    modified: Option<SystemTime>,
    bytes: u64,
}

#[derive(Debug, Default)]
struct Files {
    known: BTreeMap<PathBuf, (Version, Vec<TargetGroup>)>,
}

pub(super) async fn run(discovery: FileDiscovery, source: usize, updates: mpsc::Sender<Update>) {
    let mut ticks = interval(FILE_DISCOVERY_POLL.min(discovery.refresh_interval));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut files = Files::default();
    let mut told = false;
    loop {
        ticks.tick().await;
        let patterns = discovery.files.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let changed = files.look(&patterns);
            (files, changed)
        });
        let Ok((looked, changed)) = looked.await else {
            return;
        };
        files = looked;
        if told && !changed {
            if updates.is_closed() {
                return;
            }
            continue;
        }
        told = true;
        let groups = files.groups();
        if updates.send(Update { source, groups }).await.is_err() {
            return;
        }
    }
}

impl Files {
    /// Reads what changed. Whether anything did.
    fn look(&mut self, patterns: &[PathBuf]) -> bool {
        let mut found = Vec::new();
        for pattern in patterns {
            match matching_files(pattern) {
                Ok(files) => found.extend(files),
                Err(error) => tracing::error!(%error, "file discovery"),
            }
        }
        let before = self.known.len();
        self.known.retain(|path, _| found.contains(path));
        let mut changed = self.known.len() != before;
        for path in found {
            let Some(version) = version(&path) else {
                continue;
            };
            if self
                .known
                .get(&path)
                .is_some_and(|(known, _)| *known == version)
            {
                continue;
            }
            let groups = read(&path).unwrap_or_else(|| self.groups_of(&path));
            changed = true;
            self.known.insert(path, (version, groups));
        }
        changed
    }

    fn groups_of(&self, path: &Path) -> Vec<TargetGroup> {
        self.known
            .get(path)
            .map(|(_, groups)| groups.clone())
            .unwrap_or_default()
    }

    fn groups(&self) -> Vec<TargetGroup> {
        self.known
            .values()
            .flat_map(|(_, groups)| groups.iter().cloned())
            .collect()
    }
}

fn version(path: &Path) -> Option<Version> {
    let metadata = std::fs::metadata(path).ok()?;
    metadata.is_file().then(|| Version {
        modified: metadata.modified().ok(),
        bytes: metadata.len(),
    })
}

fn read(path: &Path) -> Option<Vec<TargetGroup>> {
    let shown = path.display();
    let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    if size > MAX_DISCOVERY_BYTES as u64 {
        tracing::error!(path = %shown, size, limit = MAX_DISCOVERY_BYTES, "discovery file is too large");
        return None;
    }
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(path = %shown, %error, "discovery file cannot be read; its targets stay");
            return None;
        }
    };
    match parse_target_groups(&text) {
        Ok(mut groups) => {
            for group in &mut groups {
                group.labels.insert(PATH.to_owned(), shown.to_string());
            }
            Some(groups)
        }
        Err(error) => {
            tracing::error!(path = %shown, %error, "discovery file is not understood; its targets stay");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_when_they_change_and_keep_their_targets_when_they_break() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.yml");
        let patterns = [folder.path().join("*.yml")];
        let mut files = Files::default();
        assert!(!files.look(&patterns));
        std::fs::write(&file, "- targets: ['a:1']").expect("a file");
        assert!(files.look(&patterns));
        assert_eq!(files.groups()[0].targets, ["a:1"]);
        assert_eq!(files.groups()[0].labels[PATH], file.display().to_string());
        assert!(!files.look(&patterns), "nothing changed");
        std::fs::write(&file, "- targets: ['a:1', 'b:2'").expect("a file");
        files.look(&patterns);
        assert_eq!(
            files.groups()[0].targets,
            ["a:1"],
            "a broken file keeps its targets"
        );
        std::fs::write(&file, "- targets: ['a:1', 'b:2', 'c:3']").expect("a file");
        assert!(files.look(&patterns));
        assert_eq!(files.groups()[0].targets.len(), 3);
        std::fs::remove_file(&file).expect("removed");
        assert!(files.look(&patterns));
        assert!(files.groups().is_empty());
    }
}
