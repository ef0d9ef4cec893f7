//! Batches of errors as a follower makes them.

use std::sync::Arc;

use swarmscope_model::error_groups::{
    Applied, ErrorGroup, ErrorGroupStore, GroupAction, GroupBatch, GroupChange, GroupFrame,
    GroupIdentity, GroupSource, NewGroups, Occurrence,
};
use swarmscope_model::{Severity, Timestamp};

use crate::fixture::Fixture;

pub const SOURCE: &str = "logs-1";

/// A store and the follower that feeds it.
pub struct Errors {
    pub store: Arc<dyn ErrorGroupStore>,
    cursor: Option<u64>,
}

impl Errors {
    pub async fn of(fixture: &Fixture) -> Self {
        Self {
            store: fixture.error_groups().await,
            cursor: None,
        }
    }

    /// The next batch.
    pub fn batch(&mut self, errors: &[(&str, Vec<Occurrence>)]) -> GroupBatch {
        let cursor = self.cursor.map_or(10, |cursor| cursor + 10);
        let batch = batch(self.cursor, cursor, errors);
        self.cursor = Some(cursor);
        batch
    }

    /// Applies the next batch.
    pub async fn take(&mut self, errors: &[(&str, Vec<Occurrence>)]) -> NewGroups {
        let batch = self.batch(errors);
        match self.store.apply_errors(&batch).await.unwrap() {
            Applied::Done(news) => news,
            Applied::Moved => panic!("the follower stands elsewhere"),
        }
    }

    /// Decides about one group.
    pub async fn act(&self, name: &str, action: GroupAction) -> ErrorGroup {
        let ids = [group_id(name)];
        self.store
            .act_on_groups(&ids, &action)
            .await
            .unwrap()
            .remove(0)
    }
}

pub fn group_id(name: &str) -> String {
    let hash = name.bytes().fold(7_u128, |hash, byte| {
        hash.wrapping_mul(0x0100_0000_01b3)
            .wrapping_add(byte.into())
    });
    format!("{hash:032x}")
}

pub fn batch(after: Option<u64>, cursor: u64, errors: &[(&str, Vec<Occurrence>)]) -> GroupBatch {
    let changes = errors.iter().map(|(name, occurrences)| GroupChange {
        identity: GroupIdentity {
            id: group_id(name),
            version: 1,
            title: format!("{name} happened"),
            error_type: (*name).to_owned(),
            culprit: format!("{name}.run"),
            source: GroupSource::Frames,
            frames: vec![GroupFrame {
                function: format!("{name}.run"),
                file: "app.py".into(),
                line: Some(17),
                in_app: true,
            }],
        },
        occurrences: occurrences.clone(),
    });
    GroupBatch {
        source: SOURCE.to_owned(),
        after,
        cursor,
        documents: Vec::new(),
        changes: changes.collect(),
    }
}

pub fn occurrence(timestamp: Timestamp) -> Occurrence {
    Occurrence {
        index: "test_agent-2026.01.31".into(),
        id: "document".into(),
        timestamp,
        severity: Severity::Error,
        agent_name: "agent_a".into(),
        version: None,
        task_type: None,
        task_id: None,
        correlation_id: None,
        message: "it went wrong".into(),
    }
}
