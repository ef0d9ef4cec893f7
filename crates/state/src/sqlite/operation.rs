//! Changes of the state as values: each is run within a change of the writer, and what it returns is on
//! disk.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use swarmscope_model::state::StateError;

use super::context::Context;
use super::{SqliteState, unavailable};

/// A change of the state. What it wrote is taken back when it refuses.
#[async_trait]
pub trait Operation: Send + Sync {
    type Output: Send;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<Self::Output, StateError>;
}

impl SqliteState {
    /// Has the operation done, and returns when it is on disk.
    pub(super) async fn write<O: Operation>(&self, operation: O) -> Result<O::Output, StateError> {
        let mut change = self.change().await?;
        let output = operation
            .run(&mut change, &mut Context::new(self.now()))
            .await?;
        // Also when it has changed nothing: what it saw may be of the same group and not yet on disk.
        change.commit().await.map_err(unavailable)?;
        Ok(output)
    }
}
