//! Backups of the running server.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::NativeState;
use super::errors::ApiError;

/// Who can back up everything that the server keeps.
#[async_trait]
pub trait BackupSource: Send + Sync {
    /// Makes a backup in a folder of this machine that does not exist yet. Everything acknowledged
    /// before the call is in it.
    async fn backup(&self, destination: &Path) -> Result<BackupMade, BackupFailed>;

    /// How far the backup under way is; `None` when there is none.
    fn progress(&self) -> Option<BackupProgress>;
}

/// How far a backup is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupProgress {
    /// What is being done: `logs`, `metrics`, `state` are copied, `verify` reads the copy again.
    pub step: &'static str,
    /// Of this step; both are 0 while nobody knows.
    pub bytes_done: u64,
    pub bytes: u64,
}

/// A complete backup.
#[derive(Debug, Clone, Serialize)]
pub struct BackupMade {
    pub destination: PathBuf,
    pub files: usize,
    pub bytes: u64,
    /// Log documents in it.
    pub documents: u64,
    /// Which stores are in it.
    pub parts: Vec<String>,
}

/// Why there is no backup, and what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct BackupFailed {
    pub message: String,
    pub hint: Option<String>,
}

#[derive(Deserialize)]
struct BackupBody {
    destination: PathBuf,
}

#[derive(Serialize)]
pub struct ProgressBody {
    /// `null` when no backup is under way.
    running: Option<BackupProgress>,
}

/// `GET /api/v1/backup`
pub async fn progress(State(state): State<NativeState>) -> Json<ProgressBody> {
    Json(ProgressBody {
        running: state.backups.progress(),
    })
}

/// `POST /api/v1/backup`
pub async fn backup(
    State(state): State<NativeState>,
    body: Bytes,
) -> Result<Json<BackupMade>, ApiError> {
    let BackupBody { destination } = serde_json::from_slice(&body).map_err(|error| {
        ApiError::invalid(format!(
            "the body has to be {{\"destination\": \"/path/of/the/backup\"}}: {error}"
        ))
    })?;
    if !destination.is_absolute() {
        return Err(ApiError::invalid(format!(
            "destination {} has to be an absolute path of the server's machine",
            destination.display()
        )));
    }
    Ok(Json(state.backups.backup(&destination).await?))
}
