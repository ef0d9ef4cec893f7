//! Where tasks and agents are kept: one file in the data directory, shared by `up` and the
//! orchestrator.

use std::path::Path;

use swarmscope_state::SqliteState;

use crate::failure::Failure;

/// Opens the state in this data directory, making it when there is none.
///
/// # Errors
/// When the file cannot be opened or was written by another version.
pub async fn open(data: &Path) -> Result<SqliteState, Failure> {
    let folder = data.join("state");
    std::fs::create_dir_all(&folder).map_err(|error| {
        Failure::with_hint(
            format!("cannot make the folder {}: {error}", folder.display()),
            "choose a folder that you may write to with --data",
        )
    })?;
    SqliteState::open(&folder.join("orchestrator.db"))
        .await
        .map_err(|error| Failure::from(anyhow::Error::new(error)))
}
