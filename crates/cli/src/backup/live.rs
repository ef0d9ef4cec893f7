//! Backups that a running server makes of itself when it is asked to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use swarmscope_api::native::{BackupFailed, BackupMade, BackupProgress, BackupSource};
use swarmscope_logstore::EmbeddedLogs;
use swarmscope_metricstore::EmbeddedMetrics;

use super::making::{Making, Report, StateSource};
use super::progress::{Advance, ProgressCell};
use crate::failure::Failure;
use crate::state::State;

/// The stores of the server.
pub struct Live {
    pub logs: Arc<EmbeddedLogs>,
    pub metrics: Arc<EmbeddedMetrics>,
    pub metrics_folder: PathBuf,
    pub alerts_folder: PathBuf,
    pub state: State,
    /// One at a time: two would only slow each other down.
    pub turn: tokio::sync::Mutex<()>,
    /// Of the one under way.
    pub progress: Arc<ProgressCell>,
}

impl Live {
    async fn make(&self, destination: &Path) -> Result<Report, Failure> {
        let _turn = self.turn.lock().await;
        let mut shown = self.progress.begin();
        let mut making = Making::begin(destination)?;
        let (logs, metrics) = (self.logs.clone(), self.metrics.clone());
        let (folder, alerts) = (self.metrics_folder.clone(), self.alerts_folder.clone());
        let copied = tokio::task::spawn_blocking(move || {
            shown.step("logs");
            making.logs(&logs)?;
            shown.step("metrics");
            making.metrics(&metrics, &folder)?;
            shown.step("alerts");
            making.alerts(&alerts)?;
            Ok::<_, Failure>((making, shown))
        });
        let (mut making, mut shown) = copied.await.map_err(|error| gone(&error))??;
        let state = match &self.state {
            State::File(file) => StateSource::File(file),
            State::Database(_) => StateSource::Elsewhere,
        };
        shown.step("state");
        making.state(state).await?;
        let complete = tokio::task::spawn_blocking(move || making.complete(&mut shown));
        complete.await.map_err(|error| gone(&error))?
    }
}

fn gone(error: &tokio::task::JoinError) -> Failure {
    Failure::new(format!("the backup ended early: {error}"))
}

#[async_trait]
impl BackupSource for Live {
    async fn backup(&self, destination: &Path) -> Result<BackupMade, BackupFailed> {
        match self.make(destination).await {
            Ok(report) => Ok(BackupMade {
                destination: report.destination,
                files: report.files,
                bytes: report.bytes,
                documents: report.documents,
                parts: report.parts,
            }),
            Err(failure) => {
                let (message, hint) = failure.into_parts();
                Err(BackupFailed { message, hint })
            }
        }
    }

    fn progress(&self) -> Option<BackupProgress> {
        self.progress.now()
    }
}
