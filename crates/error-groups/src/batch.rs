//! Documents to a batch of changes: errors that were not counted yet, by group.

use std::collections::{HashMap, HashSet};

use swarmscope_model::error_groups::{ErrorGroupStore, GroupChange, GroupIdentity, Occurrence};
use swarmscope_model::state::StateError;
use swarmscope_query::store::Hit;

use crate::counted::{Counted, Document};
use crate::document;
use crate::fingerprints::Fingerprints;

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

/// An error, and the groups it may belong to: by the newest algorithm first.
struct Candidate {
    occurrence: Occurrence,
    identities: Vec<GroupIdentity>,
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
    let mut candidates = Vec::with_capacity(hits.len());
    let versions = fingerprints.versions();
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
        let source = hit.source.get().as_bytes();
        let identities = versions
            .iter()
            .map(|version| fingerprints.identify(*version, source));
        candidates.push(Candidate {
            occurrence,
            identities: identities.collect(),
        });
    }
    let known = known(&candidates, versions.len(), store).await?;
    changes.groups = by_group(candidates, &known);
    Ok(changes)
}

/// The groups that there are, with their versions; nobody asks when there is one algorithm.
async fn known(
    candidates: &[Candidate],
    versions: usize,
    store: &dyn ErrorGroupStore,
) -> Result<HashMap<String, u32>, StateError> {
    if versions < 2 {
        return Ok(HashMap::new());
    }
    let identities = candidates
        .iter()
        .flat_map(|candidate| &candidate.identities);
    let ids: HashSet<&String> = identities.map(|identity| &identity.id).collect();
    let ids: Vec<String> = ids.into_iter().cloned().collect();
    Ok(store.known_groups(&ids).await?.into_iter().collect())
}

fn by_group(candidates: Vec<Candidate>, known: &HashMap<String, u32>) -> Vec<GroupChange> {
    let mut groups: Vec<GroupChange> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for Candidate {
        occurrence,
        mut identities,
    } in candidates
    {
        let is_known =
            |identity: &GroupIdentity| known.get(&identity.id) == Some(&identity.version);
        let chosen = identities.iter().position(is_known).unwrap_or(0);
        let identity = identities.swap_remove(chosen);
        match places.get(&identity.id) {
            Some(place) => groups[*place].occurrences.push(occurrence),
            None => {
                places.insert(identity.id.clone(), groups.len());
                groups.push(GroupChange {
                    identity,
                    occurrences: vec![occurrence],
                });
            }
        }
    }
    groups
}
