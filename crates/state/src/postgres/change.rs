//! A change under way: its transaction, and the attempts that it ends. These are written last, because to count
//! them locks the rows of their agents, which come after all rows of tasks: whoever held an agent's row while it
//! waits for a parent would stand in the way of a sibling that holds the parent and waits for the agent.

use std::ops::{Deref, DerefMut};

use sqlx::postgres::PgConnection;
use sqlx::{Postgres, Transaction};
use swarmscope_model::Timestamp;

use super::history::{self, EndedAttempt};
use crate::broken::Broken;
use crate::transitions::{Ended, TaskRow};

/// Dropping it takes back what it did.
pub struct Change<'c> {
    transaction: Transaction<'c, Postgres>,
    ended: Vec<EndedAttempt>,
}

impl<'c> From<Transaction<'c, Postgres>> for Change<'c> {
    fn from(transaction: Transaction<'c, Postgres>) -> Self {
        Self {
            transaction,
            ended: Vec::new(),
        }
    }
}

impl Change<'_> {
    /// Notes the attempt that `before` (the task as it stood until now) was.
    pub fn attempt_ended(&mut self, before: &TaskRow, ended: Ended<'_>, now: Timestamp) {
        self.ended.push(EndedAttempt::new(before, ended, now));
    }

    /// Writes the attempts, and commits.
    pub async fn commit(mut self) -> Result<(), Broken> {
        history::record(&mut self.transaction, &self.ended).await?;
        self.transaction.commit().await?;
        Ok(())
    }

    /// Takes back what was done, before anybody hears of it.
    pub async fn rollback(self) -> Result<(), Broken> {
        Ok(self.transaction.rollback().await?)
    }
}

impl Deref for Change<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.transaction
    }
}

impl DerefMut for Change<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}
