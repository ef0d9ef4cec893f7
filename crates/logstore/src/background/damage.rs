//! Sets damaged segments aside, and saves what can be read of them.
//!
//! The unit is a group: one with a page that cannot be read is lost, the others are written anew
//! with new indexes. The damaged file is kept for whoever wants to look at it.

use swarmscope_files::durable;

use super::flush::{BackgroundError, commit_in_turn, take_turn};
use super::merge::{self, Replacement};
use super::merge_plan::Step;
use crate::filenames;
use crate::shared::Shared;
use crate::state::SegmentPart;

/// Replaces each damaged segment by what can be read of it, and notes what is missing.
///
/// # Errors
/// When what can be read cannot be written, or the manifest not; to be tried again.
pub fn set_aside(shared: &Shared) -> Result<(), BackgroundError> {
    let damaged: Vec<(String, SegmentPart)> = {
        let state = shared.state();
        let all = state.indices.iter();
        all.flat_map(|(name, index)| {
            let own = index
                .segments
                .iter()
                .filter(|part| part.segment.is_damaged());
            own.map(|part| (name.clone(), part.clone()))
        })
        .collect()
    };
    for (index, part) in damaged {
        replace(shared, &index, &part)?;
    }
    Ok(())
}

fn replace(shared: &Shared, index: &str, part: &SegmentPart) -> Result<(), BackgroundError> {
    let mut steps = Vec::new();
    let mut missing = 0;
    for (number, group) in part.segment.groups().iter().enumerate() {
        match group.verify() {
            Ok(_) => steps.push(Step::Encode(vec![(0, number)])),
            Err(_) => missing += group.rows() - part.deleted[number].count(),
        }
    }
    let chosen = std::slice::from_ref(part);
    let Replacement { number, segment } = merge::write(shared, chosen, &steps)?;
    let saved = segment.as_ref().map_or(0, |segment| segment.rows());
    let path = part.segment.path();
    let aside = filenames::damaged(shared.folder(), path);
    let turn = take_turn(shared);
    merge::install(shared, index, chosen, &steps, segment.as_ref());
    shared.state_mut().writing.remove(&number);
    // A second name: the first goes when no manifest has it any more, or a crash now would cost what was
    // saved as well.
    let kept = shared.files().link(path, &aside);
    if let Err(error) = kept.and_then(|()| durable::sync_parent(shared.files(), &aside)) {
        tracing::warn!(%error, file = %path.display(), "a damaged segment could not be kept aside");
    }
    let what = part.segment.damage().unwrap_or_default();
    tracing::warn!(index, missing, saved, file = %aside.display(), "a damaged segment was replaced by what can be read of it");
    if let Some(own) = shared.state_mut().indices.get_mut(index) {
        own.damage.push(format!(
            "{missing} documents are missing: {what}; the file was moved to {}",
            aside.display()
        ));
    }
    commit_in_turn(shared, &turn)
}
