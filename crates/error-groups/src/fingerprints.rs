//! The algorithms that say which errors belong together, newest first.
//!
//! A group keeps the version of the algorithm that made it. When there is a newer one, an error is looked for under
//! those of which there are groups, oldest first: its group of before goes on, with its decisions and notes, also where
//! the newest algorithm has a group for it that other errors made. Only errors that no older group knows are of the
//! newest version. So an upgrade splits and renames nothing; older algorithms may leave the program once retention has
//! removed their last groups.

use swarmscope_fingerprint::{ErrorDocument, Fingerprint, Version, fingerprint_by, group_id};
use swarmscope_model::error_groups::{GroupFrame, GroupIdentity, GroupSource};

/// Algorithms by their numbers.
pub trait Fingerprints: Send + Sync {
    /// The algorithms in use, newest first; at least one.
    fn versions(&self) -> Vec<u32>;
    /// The id of a document's group, as [`Fingerprints::identify`] has it: asked for every error.
    fn group_id(&self, version: u32, document: &[u8]) -> String;
    /// What the algorithm says of a document: asked for an error of each group.
    fn identify(&self, version: u32, document: &[u8]) -> GroupIdentity;
}

/// Every algorithm of `swarmscope_fingerprint`.
#[derive(Debug, Clone, Copy)]
pub struct Newest;

impl Fingerprints for Newest {
    fn versions(&self) -> Vec<u32> {
        let known = |number: &u32| Version::from_number(*number).is_some();
        (1..=Version::NEWEST.number()).rev().filter(known).collect()
    }

    fn group_id(&self, version: u32, document: &[u8]) -> String {
        group_id(algorithm(version), &read(document))
    }

    fn identify(&self, version: u32, document: &[u8]) -> GroupIdentity {
        identity(fingerprint_by(algorithm(version), &read(document)))
    }
}

fn algorithm(version: u32) -> Version {
    Version::from_number(version).unwrap_or(Version::NEWEST)
}

/// What is no object has nothing to tell; the log store keeps none.
fn read(document: &[u8]) -> ErrorDocument<'_> {
    ErrorDocument::from_json(document).unwrap_or_default()
}

fn identity(fingerprint: Fingerprint<'_>) -> GroupIdentity {
    let frames = fingerprint.frames.into_iter().map(|frame| GroupFrame {
        function: frame.function.into_owned(),
        file: frame.file.into_owned(),
        line: frame.line,
        in_app: frame.in_app,
    });
    GroupIdentity {
        id: fingerprint.id,
        version: fingerprint.version.number(),
        title: fingerprint.title,
        error_type: fingerprint.error_type,
        culprit: fingerprint.culprit,
        source: match fingerprint.source {
            swarmscope_fingerprint::Source::Client => GroupSource::Client,
            swarmscope_fingerprint::Source::Frames => GroupSource::Frames,
            swarmscope_fingerprint::Source::Message => GroupSource::Message,
        },
        frames: frames.collect(),
    }
}
