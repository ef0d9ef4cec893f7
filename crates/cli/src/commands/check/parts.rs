//! The stores of a data directory, each checked by itself.

use std::path::{Path, PathBuf};

use swarmscope_state::StateReport;

use crate::failure::Failure;

/// A store's folder, and what was found in it.
pub struct Checked<R> {
    pub folder: PathBuf,
    pub report: R,
}

/// Checks a log store.
///
/// # Errors
/// When it is in use, is none, or cannot be read.
pub fn logs(
    folder: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Checked<swarmscope_logstore::CheckReport>, Failure> {
    use swarmscope_logstore::{OpenError, check};
    let report = check(folder, &mut |now| progress(now.bytes_done, now.bytes));
    let report = report.map_err(|error| match error {
        OpenError::InUse { holder, .. } => in_use(folder, &holder),
        OpenError::NotAStore { .. } => Failure::with_hint(
            format!("{} is no data directory of Swarmscope", folder.display()),
            "name the data directory that `swarmscope up --data` has, or a backup",
        ),
        other => Failure::from(anyhow::Error::new(other)),
    })?;
    let folder = folder.to_owned();
    Ok(Checked { folder, report })
}

/// Checks a metric store.
///
/// # Errors
/// When it is in use, is none, or cannot be read.
pub fn metrics(
    folder: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Checked<swarmscope_metricstore::CheckReport>, Failure> {
    use swarmscope_metricstore::{OpenError, check};
    let report = check(folder, &mut |now| progress(now.bytes_done, now.bytes));
    let report = report.map_err(|error| match error {
        OpenError::InUse { holder, .. } => in_use(folder, &holder),
        other => Failure::from(anyhow::Error::new(other)),
    })?;
    let folder = folder.to_owned();
    Ok(Checked { folder, report })
}

/// Checks a state file, whose path takes the place of a folder.
pub async fn state(file: &Path) -> Checked<StateReport> {
    Checked {
        folder: file.to_owned(),
        report: swarmscope_state::check(file).await,
    }
}

fn in_use(folder: &Path, holder: &str) -> Failure {
    Failure::with_hint(
        format!("{} is in use by another process{holder}", folder.display()),
        "stop that one, or make a backup (`swarmscope backup URL DEST`) and check the backup",
    )
}
