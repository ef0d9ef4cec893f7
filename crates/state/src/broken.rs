//! What can go wrong in a statement, whatever database runs it, before it is decided whether to try again.

use swarmscope_model::state::StateError;

/// A refusal of ours, which is final, or a failure of the database's, which may pass.
#[derive(Debug)]
pub enum Broken {
    Refused(StateError),
    Database(sqlx::Error),
}

impl From<StateError> for Broken {
    fn from(error: StateError) -> Self {
        Self::Refused(error)
    }
}

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}
