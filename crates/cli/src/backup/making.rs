//! Makes a backup step by step.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use swarmscope_logstore::EmbeddedLogs;
use swarmscope_metricstore::EmbeddedMetrics;
use swarmscope_model::metrics::MetricStore;
use swarmscope_state::SqliteState;

use super::alerts;
use super::contents::Contents;
use super::progress::Advance;
use crate::failure::Failure;

/// What was backed up.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    pub destination: PathBuf,
    pub files: usize,
    pub bytes: u64,
    /// Documents that the copy was found to hold.
    pub documents: u64,
    /// What is in it: `logs`, `metrics`, `alerts`, `state`.
    pub parts: Vec<String>,
}

/// Where the state comes from.
pub enum StateSource<'a> {
    File(&'a SqliteState),
    /// Its own tools back up a database.
    Elsewhere,
}

/// A backup that is not complete yet.
pub struct Making {
    destination: PathBuf,
    /// Where it is made.
    partial: PathBuf,
    parts: Vec<String>,
    complete: bool,
}

impl Making {
    /// Begins one.
    ///
    /// # Errors
    /// When the destination exists, or cannot be made.
    pub fn begin(destination: &Path) -> Result<Self, Failure> {
        if destination.exists() {
            return Err(Failure::with_hint(
                format!("{} exists", destination.display()),
                "name a folder that does not; a backup never overwrites anything",
            ));
        }
        let partial = partial_of(destination)?;
        fs::create_dir(&partial).map_err(|error| {
            Failure::with_hint(
                format!("cannot make {}: {error}", partial.display()),
                "its parent has to exist and be writable; remove what an interrupted backup has left there",
            )
        })?;
        Ok(Self {
            destination: destination.to_owned(),
            partial,
            parts: Vec::new(),
            complete: false,
        })
    }

    /// Copies an open log store.
    ///
    /// # Errors
    /// When a file cannot be copied.
    pub fn logs(&mut self, logs: &EmbeddedLogs) -> Result<(), Failure> {
        logs.backup(&self.partial.join("logs")).map_err(chain)?;
        self.parts.push("logs".to_owned());
        Ok(())
    }

    /// Copies an open metric store, whose folder is this one.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn metrics(&mut self, metrics: &EmbeddedMetrics, folder: &Path) -> Result<(), Failure> {
        let name = metrics.snapshot(false).map_err(chain)?;
        let snapshot = folder.join("snapshots").join(name);
        let target = self.partial.join("metrics");
        if fs::rename(&snapshot, &target).is_err() {
            // Another file system.
            let copied = copy_all(&snapshot, &target);
            fs::remove_dir_all(&snapshot)?;
            copied?;
        }
        self.parts.push("metrics".to_owned());
        Ok(())
    }

    /// Copies what is kept of alerts in this folder, if it is there.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub fn alerts(&mut self, folder: &Path) -> Result<(), Failure> {
        if alerts::copy(folder, &self.partial.join(alerts::FOLDER))? {
            self.parts.push(alerts::FOLDER.to_owned());
        }
        Ok(())
    }

    /// Copies the state.
    ///
    /// # Errors
    /// When it cannot be copied.
    pub async fn state(&mut self, source: StateSource<'_>) -> Result<(), Failure> {
        let StateSource::File(state) = source else {
            return Ok(());
        };
        let folder = self.partial.join("state");
        fs::create_dir(&folder)?;
        let file = folder.join("orchestrator.db");
        state.copy_to(&file).await.map_err(chain)?;
        File::open(&file)?.sync_all()?;
        if let Some(problem) = swarmscope_state::check(&file).await.problems.first() {
            return Err(damaged(&file, Some(problem)));
        }
        self.parts.push("state".to_owned());
        Ok(())
    }

    /// Reads everything that was copied, and completes the backup.
    ///
    /// # Errors
    /// When the copy of a store is damaged, or the list cannot be written.
    pub fn complete(mut self, progress: &mut dyn Advance) -> Result<Report, Failure> {
        let documents = self.verify_logs(progress)?;
        self.verify_metrics(progress)?;
        progress.step("checksums");
        let contents = Contents::of(&self.partial, &mut |done, total| {
            progress.bytes(done, total);
        })?;
        contents.write(&self.partial).map_err(chain)?;
        fs::rename(&self.partial, &self.destination)?;
        self.complete = true;
        if let Some(parent) = self.destination.parent() {
            let parent = if parent.as_os_str().is_empty() {
                Path::new(".")
            } else {
                parent
            };
            File::open(parent)?.sync_all()?;
        }
        Ok(Report {
            destination: self.destination.clone(),
            files: contents.files.len(),
            bytes: contents.bytes(),
            documents,
            parts: std::mem::take(&mut self.parts),
        })
    }

    /// Gives how many documents the copy holds.
    fn verify_logs(&self, progress: &mut dyn Advance) -> Result<u64, Failure> {
        let folder = self.partial.join("logs");
        if !folder.is_dir() {
            return Ok(0);
        }
        progress.step("verify_logs");
        let report = swarmscope_logstore::check(&folder, &mut |now| {
            progress.bytes(now.bytes_done, now.bytes);
        });
        let report = report.map_err(chain)?;
        let mut problems = report.problems();
        match problems.next() {
            Some(file) => Err(damaged(&file.path, file.problem.as_deref())),
            None => Ok(report.documents + report.logged_documents),
        }
    }

    fn verify_metrics(&self, progress: &mut dyn Advance) -> Result<(), Failure> {
        let folder = self.partial.join("metrics");
        if !folder.is_dir() {
            return Ok(());
        }
        progress.step("verify_metrics");
        let report = swarmscope_metricstore::check(&folder, &mut |now| {
            progress.bytes(now.bytes_done, now.bytes);
        });
        let report = report.map_err(chain)?;
        let mut problems = report.problems();
        match problems.next() {
            Some(file) => Err(damaged(&file.path, file.problem.as_deref())),
            None => Ok(()),
        }
    }
}

fn damaged(file: &Path, problem: Option<&str>) -> Failure {
    Failure::with_hint(
        format!(
            "{} is damaged: {}",
            file.display(),
            problem.unwrap_or_default()
        ),
        "the same file of the source is damaged: see `swarmscope check`; no backup was made",
    )
}

impl Drop for Making {
    fn drop(&mut self) {
        if !self.complete && fs::remove_dir_all(&self.partial).is_err() {
            tracing::warn!(folder = %self.partial.display(), "the remains of a backup could not be removed");
        }
    }
}

/// Where a folder is made before it takes its name.
///
/// # Errors
/// When the path names no folder.
pub fn partial_of(destination: &Path) -> Result<PathBuf, Failure> {
    let Some(name) = destination.file_name() else {
        return Err(Failure::new(format!(
            "{} names no folder",
            destination.display()
        )));
    };
    let mut name = name.to_owned();
    name.push(".partial");
    Ok(destination.with_file_name(name))
}

/// Backs up a data directory that nobody has open.
///
/// # Errors
/// When it is in use, or anything cannot be copied.
pub async fn of_closed_directory(
    data: &Path,
    destination: &Path,
    progress: &mut dyn Advance,
) -> Result<Report, Failure> {
    let logs = data.join("logs");
    if !logs.is_dir() {
        return Err(Failure::with_hint(
            format!("{} is no data directory of Swarmscope", data.display()),
            "name the directory that `swarmscope up --data` has, or a running server by its address with http:// before it",
        ));
    }
    let mut making = Making::begin(destination)?;
    progress.step("logs");
    EmbeddedLogs::backup_closed(&logs, &making.partial.join("logs")).map_err(chain)?;
    making.parts.push("logs".to_owned());
    let metrics = data.join("metrics");
    if metrics.is_dir() {
        progress.step("metrics");
        let options = swarmscope_metricstore::Options {
            // A backup removes nothing.
            retention_age: None,
            retention_bytes: None,
            ..swarmscope_metricstore::Options::new(&metrics)
        };
        let store = EmbeddedMetrics::open(options).map_err(chain)?;
        making.metrics(&store, &metrics)?;
        store.close();
    }
    progress.step("alerts");
    making.alerts(&data.join(alerts::FOLDER))?;
    let state = data.join("state").join("orchestrator.db");
    if state.is_file() {
        progress.step("state");
        let state = SqliteState::open(&state).await.map_err(chain)?;
        making.state(StateSource::File(&state)).await?;
        state.close().await;
    }
    making.complete(progress)
}

fn copy_all(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
            File::open(&target)?.sync_all()?;
        }
    }
    Ok(())
}

fn chain(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::from(anyhow::Error::new(error))
}
