//! Documents to a batch of changes: errors that were not counted yet, by group.

use std::collections::{HashMap, HashSet};

use swarmscope_model::error_groups::{ErrorGroupStore, GroupChange};
use swarmscope_model::state::StateError;
use swarmscope_query::store::Hit;

use crate::counted::{Counted, Document};
use crate::document;
use crate::fingerprints::Fingerprints;
use crate::membership::memberships;

/// What a page of documents changes.
#[derive(Default)]
pub struct Changes {
    pub groups: Vec<GroupChange>,
    /// How many are counted, and their hashes.
    pub errors: u64,
    pub hashes: Vec<u64>,
    /// How many were counted before.
    pub repeated: u64,
}

/// The changes of these documents.
///
/// # Errors
/// When there are several algorithms and the store cannot say which groups there are.
pub async fn changes(
    hits: &[Hit],
    counted: &Counted,
    fingerprints: &dyn Fingerprints,
    store: &dyn ErrorGroupStore,
) -> Result<Changes, StateError> {
    let mut changes = Changes::default();
    let mut occurrences = Vec::with_capacity(hits.len());
    let mut sources = Vec::with_capacity(hits.len());
    let mut in_page = HashSet::new();
    for hit in hits {
        let Some(occurrence) = document::occurrence(hit) else {
            continue;
        };
        let document = Document::of(hit);
        if counted.contains(&document) || !in_page.insert(document.place) {
            changes.repeated += 1;
            continue;
        }
        changes.errors += 1;
        changes.hashes.extend([document.place, document.whole]);
        occurrences.push(occurrence);
        sources.push(hit.source.get().as_bytes());
    }
    let memberships = memberships(&sources, fingerprints, store).await?;
    let mut places: HashMap<String, usize> = HashMap::new();
    for ((occurrence, source), membership) in occurrences.into_iter().zip(sources).zip(memberships)
    {
        match places.get(&membership.group_id) {
            Some(place) => changes.groups[*place].occurrences.push(occurrence),
            None => {
                places.insert(membership.group_id, changes.groups.len());
                changes.groups.push(GroupChange {
                    identity: fingerprints.identify(membership.version, source),
                    occurrences: vec![occurrence],
                });
            }
        }
    }
    Ok(changes)
}
