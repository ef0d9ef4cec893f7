//! What the parts of one operation share: the time and the rows of `system_config` that they
//! keep to, read once.

use sqlx::SqliteConnection;
use swarmscope_model::Timestamp;
use swarmscope_model::state::StateError;

use super::system_config;
use crate::rules::Rules;

/// The surroundings of a transaction.
pub struct Context {
    pub now: Timestamp,
    rules: Option<Rules>,
}

impl Context {
    pub fn new(now: Timestamp) -> Self {
        Self { now, rules: None }
    }

    /// The rules as they stand in this transaction.
    pub async fn rules(&mut self, connection: &mut SqliteConnection) -> Result<&Rules, StateError> {
        if self.rules.is_none() {
            self.rules = Some(system_config::rules(connection).await?);
        }
        Ok(self.rules.get_or_insert_default())
    }

    /// Forgets the rules, after a change of them.
    pub fn forget_rules(&mut self) {
        self.rules = None;
    }
}
