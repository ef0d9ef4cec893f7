//! Which group an error belongs to: by the newest algorithm, unless a group of an older one has it already.
//!
//! The follower counts by it and pages link by it, so that both mean the same group. Never makes a group.

use std::collections::{HashMap, HashSet};

use swarmscope_model::error_groups::{ErrorGroupStore, GroupIdentity};
use swarmscope_model::limits::ERROR_BATCH;
use swarmscope_model::state::StateError;

use crate::fingerprints::Fingerprints;

/// The group of each of these documents, all of which are errors. The group need not be there yet: it is the one
/// that the document will be counted in.
///
/// # Errors
/// When there are several algorithms and the store cannot say which groups there are.
pub async fn memberships(
    documents: &[&[u8]],
    fingerprints: &dyn Fingerprints,
    store: &dyn ErrorGroupStore,
) -> Result<Vec<GroupIdentity>, StateError> {
    let versions = fingerprints.versions();
    let (newest, older) = versions
        .split_first()
        .map_or((0, &[][..]), |(newest, older)| (*newest, older));
    let mut identities: Vec<GroupIdentity> = documents
        .iter()
        .map(|document| fingerprints.identify(newest, document))
        .collect();
    if older.is_empty() {
        return Ok(identities);
    }
    let found = known(&identities, store).await?;
    let mut unknown: Vec<usize> = (0..identities.len())
        .filter(|place| !is_known(&found, &identities[*place]))
        .collect();
    // What an older algorithm says is asked for these alone: errors of known groups are nearly all that come.
    for version in older {
        if unknown.is_empty() {
            break;
        }
        let earlier: Vec<GroupIdentity> = unknown
            .iter()
            .map(|place| fingerprints.identify(*version, documents[*place]))
            .collect();
        let found = known(&earlier, store).await?;
        let mut rest = Vec::new();
        for (place, identity) in unknown.into_iter().zip(earlier) {
            match is_known(&found, &identity) {
                true => identities[place] = identity,
                false => rest.push(place),
            }
        }
        unknown = rest;
    }
    Ok(identities)
}

/// Which of these groups there are, with their versions.
async fn known(
    identities: &[GroupIdentity],
    store: &dyn ErrorGroupStore,
) -> Result<HashMap<String, u32>, StateError> {
    let ids: HashSet<&String> = identities.iter().map(|identity| &identity.id).collect();
    let ids: Vec<String> = ids.into_iter().cloned().collect();
    let mut found = HashMap::new();
    for part in ids.chunks(ERROR_BATCH) {
        found.extend(store.known_groups(part).await?);
    }
    Ok(found)
}

fn is_known(known: &HashMap<String, u32>, identity: &GroupIdentity) -> bool {
    known.get(&identity.id) == Some(&identity.version)
}
