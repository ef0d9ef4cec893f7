//! Which group an error belongs to: the oldest that has it already, else by the newest algorithm.
//!
//! The oldest goes first because a newer algorithm may put together what an older one divided: the group that another
//! error made by it says nothing of those that stood apart before. The follower counts by it and pages link by it, so
//! that both mean the same group. Never makes a group.

use std::collections::{HashMap, HashSet};

use swarmscope_model::error_groups::ErrorGroupStore;
use swarmscope_model::limits::ERROR_BATCH;
use swarmscope_model::state::StateError;

use crate::fingerprints::Fingerprints;

/// The group that an error belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub group_id: String,
    /// The algorithm that says so.
    pub version: u32,
}

/// The group of each of these documents, all of which are errors. The group need not be there yet: it is the one
/// that the document will be counted in.
///
/// # Errors
/// When there are several algorithms and the store cannot say which groups there are.
pub async fn memberships(
    documents: &[&[u8]],
    fingerprints: &dyn Fingerprints,
    store: &dyn ErrorGroupStore,
) -> Result<Vec<Membership>, StateError> {
    let versions = fingerprints.versions();
    let newest = versions.first().copied().unwrap_or(0);
    let mut kept: Vec<Option<Membership>> = vec![None; documents.len()];
    if !documents.is_empty() && versions.len() > 1 {
        // Without a group of theirs older algorithms have nothing to say, and cost nothing.
        let mut older = store.fingerprint_versions_before(newest).await?;
        older.retain(|version| versions.contains(version));
        older.sort_unstable();
        for version in older {
            keep_known(version, documents, &mut kept, fingerprints, store).await?;
        }
    }
    let by_newest = |document: &[u8]| Membership {
        group_id: fingerprints.group_id(newest, document),
        version: newest,
    };
    let memberships = kept.into_iter().zip(documents);
    Ok(memberships
        .map(|(kept, document)| kept.unwrap_or_else(|| by_newest(document)))
        .collect())
}

/// Finds the groups that this version has, for the documents that have none yet.
async fn keep_known(
    version: u32,
    documents: &[&[u8]],
    kept: &mut [Option<Membership>],
    fingerprints: &dyn Fingerprints,
    store: &dyn ErrorGroupStore,
) -> Result<(), StateError> {
    let (places, ids): (Vec<usize>, Vec<String>) = (0..documents.len())
        .filter(|place| kept[*place].is_none())
        .map(|place| (place, fingerprints.group_id(version, documents[place])))
        .unzip();
    let found = known(&ids, store).await?;
    for (place, group_id) in places.into_iter().zip(ids) {
        if found.get(&group_id) == Some(&version) {
            kept[place] = Some(Membership { group_id, version });
        }
    }
    Ok(())
}

/// Which of these groups there are, with their versions.
async fn known(
    ids: &[String],
    store: &dyn ErrorGroupStore,
) -> Result<HashMap<String, u32>, StateError> {
    let different: HashSet<&String> = ids.iter().collect();
    let different: Vec<String> = different.into_iter().cloned().collect();
    let mut found = HashMap::new();
    for part in different.chunks(ERROR_BATCH) {
        found.extend(store.known_groups(part).await?);
    }
    Ok(found)
}
