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

/// An error, and the group that it belongs to by the newest algorithm.
struct Candidate<'h> {
    occurrence: Occurrence,
    source: &'h [u8],
    identity: GroupIdentity,
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
    let (newest, older) = versions
        .split_first()
        .map_or((0, &[][..]), |(newest, older)| (*newest, older));
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
        candidates.push(Candidate {
            occurrence,
            source,
            identity: fingerprints.identify(newest, source),
        });
    }
    if !older.is_empty() {
        pin(&mut candidates, older, fingerprints, store).await?;
    }
    changes.groups = by_group(candidates);
    Ok(changes)
}

/// Gives errors that no group of the newest algorithm knows to the groups of older ones. What an older one
/// says is asked for these alone: errors of known groups are nearly all that come.
async fn pin(
    candidates: &mut [Candidate<'_>],
    older: &[u32],
    fingerprints: &dyn Fingerprints,
    store: &dyn ErrorGroupStore,
) -> Result<(), StateError> {
    let found = known(
        candidates.iter().map(|candidate| &candidate.identity),
        store,
    )
    .await?;
    let mut unknown: Vec<&mut Candidate<'_>> = candidates
        .iter_mut()
        .filter(|candidate| !is_known(&found, &candidate.identity))
        .collect();
    for version in older {
        if unknown.is_empty() {
            break;
        }
        let identities: Vec<GroupIdentity> = unknown
            .iter()
            .map(|candidate| fingerprints.identify(*version, candidate.source))
            .collect();
        let found = known(identities.iter(), store).await?;
        let mut rest = Vec::new();
        for (candidate, identity) in unknown.into_iter().zip(identities) {
            match is_known(&found, &identity) {
                true => candidate.identity = identity,
                false => rest.push(candidate),
            }
        }
        unknown = rest;
    }
    Ok(())
}

/// Which of these groups there are, with their versions.
async fn known(
    identities: impl Iterator<Item = &GroupIdentity>,
    store: &dyn ErrorGroupStore,
) -> Result<HashMap<String, u32>, StateError> {
    let ids: HashSet<&String> = identities.map(|identity| &identity.id).collect();
    let ids: Vec<String> = ids.into_iter().cloned().collect();
    Ok(store.known_groups(&ids).await?.into_iter().collect())
}

fn is_known(known: &HashMap<String, u32>, identity: &GroupIdentity) -> bool {
    known.get(&identity.id) == Some(&identity.version)
}

fn by_group(candidates: Vec<Candidate<'_>>) -> Vec<GroupChange> {
    let mut groups: Vec<GroupChange> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for candidate in candidates {
        let Candidate {
            occurrence,
            identity,
            ..
        } = candidate;
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
